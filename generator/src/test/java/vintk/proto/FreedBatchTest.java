package vintk.proto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.onnx.Attributes;
import vintk.onnx.ModelWriter;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorWriter;

class FreedBatchTest {
    private static NodeProto.Builder shape(long... dims) {
        return NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput("shape")
                .addAllAttribute(Attributes.NONE.with("value_ints", dims).all());
    }

    private static GraphProto freed(NodeProto.Builder shape, String reshaped) {
        ModelProto model = ModelProto.newBuilder()
                .setGraph(GraphProto.newBuilder()
                        .addNode(shape)
                        .addNode(NodeProto.newBuilder()
                                .setOpType("Reshape")
                                .addInput(reshaped)
                                .addInput("shape")
                                .addOutput("y")))
                .build();
        return FreedBatch.of(model, Set.of("x"), 4).getGraph();
    }

    /** A constant is written in several ways. */
    @ParameterizedTest
    @ValueSource(strings = {"value", "value_ints"})
    void theOneOfAShapeBecomesTheSamples(String form) {
        NodeProto.Builder shape = form.equals("value")
                ? ModelWriter.constantNode(TensorWriter.write("shape", Tensor.longs(1, 192))).toBuilder()
                : shape(1, 192);
        GraphProto freed = freed(shape, "x");
        assertEquals(freed.getInitializer(0).getName(), freed.getNode(1).getInput(1));
        assertArrayEquals(
                new long[] {4, 192}, TensorReader.read(freed.getInitializer(0)).integers());
    }

    @Test
    void shapesOfParametersAndOtherShapesAreLeft() {
        NodeProto.Builder one = shape(1, 192);
        assertEquals("shape", freed(one, "weight").getNode(1).getInput(1));
        NodeProto.Builder two = shape(2, 96);
        assertEquals("shape", freed(two, "x").getNode(1).getInput(1));
    }
}
