package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Attention with a mask of numbers that the file stores. */
class AttentionParametersTest {
    /** Positions that are learned are added to scores as a mask is, and stay a parameter beside the order of the keys. */
    @Test
    void aMaskOfNumbersIsAParameter() {
        TensorType floats = TensorType.of(DataType.FLOAT, 1, 1, 3, 2);
        GraphProto.Builder graph = GraphProto.newBuilder();
        graph.addInitializer(Protos.proto("mask", Tensor.floats(Shape.of(3, 3), 1, 2, 3, -1, 0.5f, 2, 0, 1, -2)));
        graph.addNode(Protos.node("", "Attention", "y", "x", "x", "x", "mask")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("is_causal")
                        .setType(AttributeType.INT)
                        .setI(1)));
        Imported imported = Imported.of(Protos.model(graph, floats, 23, "y"), Map.of("x", floats, "y", floats));
        Map<String, double[]> gradients = imported.gradients("y", new double[] {1, -2, 0.5, 1, 3, 0});
        assertEquals(Set.of("x", "mask"), gradients.keySet());
        double[] mask = gradients.get("mask");
        assertEquals(true, mask[3] != 0 && mask[3] == -mask[4] && mask[5] == 0, "gradient of the second row");
    }
}
