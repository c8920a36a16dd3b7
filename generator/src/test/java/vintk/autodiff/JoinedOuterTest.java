package vintk.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import vintk.onnx.DataType;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** A matrix used at several steps: the products of its gradient, joined or not. PerSampleTest compares the numbers. */
class JoinedOuterTest {
    private static final long SAMPLES = 11;

    /** The gradient of a matrix [k, k], behind a transposition, that is applied {@code steps} times in a row. */
    private static List<Cotangent> parts(long k, int steps) {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, SAMPLES, k));
        Value w = Value.input("w", TensorType.of(DataType.FLOAT, k, k));
        Value matrix = Ops.transpose(w, 1, 0);
        List<Value> uses = new ArrayList<>(List.of(x));
        for (int i = 0; i < steps; i++) {
            uses.add(Ops.unary("Tanh", Ops.matMul(uses.get(i), matrix)));
        }
        Value y = uses.get(steps);
        BatchFlow flow = BatchFlow.track(Map.of(x, BatchAxis.at(0)), List.of(y), SAMPLES);
        return Gradients.of(y, Ops.filled(y.type(), 1), List.of(w), flow).get(w).parts();
    }

    @Test
    void fewRowsAreJoined() {
        List<Cotangent> parts = parts(9, 4);
        assertEquals(1, parts.size());
        Cotangent.Outer outer = assertInstanceOf(Cotangent.Outer.class, parts.get(0));
        assertEquals(Shape.of(SAMPLES, 4, 9), outer.left().shape());
    }

    /** Ten rows of 3 + 3 take more than two gradients of 9 elements: they are multiplied out. */
    @Test
    void manyRowsAreAddedUp() {
        List<Cotangent> parts = parts(3, 10);
        assertEquals(1, parts.size());
        assertInstanceOf(Cotangent.PerSample.class, parts.get(0));
    }
}
