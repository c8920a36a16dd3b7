package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Constants: equal by type and elements; elements may be made when they are wanted. */
class TensorTest {
    private final AtomicInteger made = new AtomicInteger();

    private ByteBuffer three() {
        made.incrementAndGet();
        ByteBuffer buffer = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(new float[] {1, -2, 3});
        return buffer;
    }

    @Test
    void pendingElementsAreMadeOnce() {
        Tensor tensor = Tensor.pending(TensorType.of(DataType.FLOAT, 3), this::three);
        assertEquals(Shape.of(3), tensor.shape());
        assertEquals(0, made.get(), "made before anybody asked");
        assertArrayEquals(new float[] {1, -2, 3}, tensor.toFloats());
        assertEquals(-2, tensor.number(1));
        assertEquals(1, made.get());
    }

    @Test
    void pendingElementsOfAnotherSizeAreRefused() {
        Tensor tensor = Tensor.pending(TensorType.of(DataType.FLOAT, 4), this::three);
        assertThrows(IllegalArgumentException.class, tensor::data);
    }

    @Test
    void equalByTypeAndElements() {
        Tensor tensor = Tensor.pending(TensorType.of(DataType.FLOAT, 3), this::three);
        Tensor same = Tensor.floats(Shape.of(3), 1, -2, 3);
        assertEquals(same, tensor);
        assertEquals(same.hashCode(), tensor.hashCode());
        assertNotEquals(Tensor.floats(Shape.of(3), 1, -2, 4), tensor);
        assertNotEquals(Tensor.floats(Shape.of(3, 1), 1, -2, 3), tensor);
        assertNotEquals(Tensor.longs(Shape.of(3), 1, -2, 3), Tensor.of(TensorType.of(DataType.INT32, 3), 1, -2, 3));
    }
}
