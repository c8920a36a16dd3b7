package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import vintk.autodiff.Runner;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** A Softmax of rows that a mask leaves nothing, as PyTorch writes scaled_dot_product_attention with a mask of truths. */
class MaskedRowsTest {
    @Test
    void whatIsReplacedHasNoGradient() {
        TensorType floats = TensorType.of(DataType.FLOAT, 2, 2);
        GraphProto.Builder graph = GraphProto.newBuilder();
        float none = Float.NEGATIVE_INFINITY;
        graph.addInitializer(Protos.proto("mask", Tensor.floats(Shape.of(2, 2), none, none, 0, 0)));
        graph.addInitializer(Protos.proto("zero", Tensor.floats(Shape.SCALAR, 0)));
        graph.addInitializer(Protos.proto("values", Tensor.floats(Shape.of(2, 1), 1, 3)));
        graph.addNode(Protos.node("", "Add", "scores", "x", "mask"));
        graph.addNode(Protos.node("", "Softmax", "odds", "scores"));
        graph.addNode(Protos.node("", "IsNaN", "unknown", "odds"));
        graph.addNode(Protos.node("", "Where", "weights", "unknown", "zero", "odds"));
        graph.addNode(Protos.node("", "MatMul", "y", "weights", "values"));
        Map<String, TensorType> types = new HashMap<>();
        for (String name : new String[] {"x", "scores", "odds", "weights"}) {
            types.put(name, floats);
        }
        types.put("unknown", TensorType.of(DataType.BOOL, 2, 2));
        types.put("y", TensorType.of(DataType.FLOAT, 2, 1));
        var model = Protos.model(graph, floats, 17, "y");
        Imported imported = Imported.of(model, types);
        double[] x = {1, 2, 0, 0};
        try (Runner runner = Runner.of(model)) {
            double[] original =
                    runner.run(Map.of("x", Tensor.of(floats, x))).get("y").numbers();
            assertArrayEquals(original, imported.value("y", x).numbers(), 1e-6);
        }
        // Of 1 p + 3 (1 - p) at p = 1/2.
        assertArrayEquals(
                new double[] {0, 0, -0.5, 0.5}, imported.gradients("y", x).get("x"), 1e-6);
    }
}
