package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import vintk.autodiff.Runner;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** BatchNormalization with vectors that are computed from what the file holds, or as arithmetic. */
class RunningStatisticsTest {
    /** Stored in double and cast: mean and variance stay constants, scale and bias stay parameters. */
    @Test
    void behindACastTheyAreNoParameters() {
        TensorType floats = TensorType.of(DataType.FLOAT, 2, 2, 3);
        TensorType vector = TensorType.of(DataType.FLOAT, 2);
        GraphProto.Builder graph = GraphProto.newBuilder();
        Map<String, double[]> stored = Map.of(
                "scale", new double[] {2, -1},
                "bias", new double[] {0.5, 0.25},
                "mean", new double[] {1, -2},
                "variance", new double[] {4, 0.25});
        Map<String, TensorType> types = new HashMap<>(Map.of("x", floats, "y", floats));
        for (String name : List.of("scale", "bias", "mean", "variance")) {
            graph.addInitializer(Protos.proto(name, Tensor.doubles(Shape.of(2), stored.get(name))));
            graph.addNode(Protos.node("", "Cast", name + "_float", name)
                    .addAttribute(AttributeProto.newBuilder()
                            .setName("to")
                            .setType(AttributeType.INT)
                            .setI(DataType.FLOAT.code())));
            types.put(name + "_float", vector);
        }
        // The mean is also something else: there it keeps its name.
        graph.addNode(Protos.node(
                "", "BatchNormalization", "n", "x", "scale_float", "bias_float", "mean_float", "variance_float"));
        graph.addNode(Protos.node("", "ReduceSum", "s", "mean_float"));
        graph.addNode(Protos.node("", "Add", "y", "n", "s"));
        types.put("n", floats);
        types.put("s", TensorType.of(DataType.FLOAT, 1));
        ModelProto model = Protos.model(graph, floats, 15, "y");
        Imported imported = Imported.of(model, types);

        double[] x = {1, 2, 3, 4, 5, 6, -1, -2, -3, 0.5, 0, 1};
        try (Runner runner = Runner.of(model)) {
            double[] original =
                    runner.run(Map.of("x", Tensor.of(floats, x))).get("y").numbers();
            assertArrayEquals(original, imported.value("y", x).numbers(), 1e-5);
        }
        Map<String, double[]> gradients = imported.gradients("y", x);
        assertEquals(Set.of("x", "scale", "bias", "mean"), gradients.keySet());
        assertArrayEquals(new double[] {6, 6}, gradients.get("bias"), 1e-6);
        // By the sum alone, once for each of twelve elements.
        assertArrayEquals(new double[] {12, 12}, gradients.get("mean"), 1e-6);
        // Σ (x - mean) / √(variance + ε), by channel.
        double[] bySum = {
            (0 + 1 + 2 - 2 - 3 - 4) / Math.sqrt(4 + 1e-5), (6 + 7 + 8 + 2.5 + 2 + 3) / Math.sqrt(0.25 + 1e-5)
        };
        assertArrayEquals(bySum, gradients.get("scale"), 1e-4);
    }

    /** As arithmetic, and untrained, so that an exporter stored means with the offset: only that is a parameter then. */
    @Test
    void asArithmeticTheyAreNoParameters() {
        TensorType floats = TensorType.of(DataType.FLOAT, 2, 1, 3);
        GraphProto.Builder graph = GraphProto.newBuilder();
        Map<String, double[]> stored = Map.of(
                "zeros", new double[] {0.5, 0.25, -1},
                "scale", new double[] {2, -1, 4},
                "deviation", new double[] {4, 0.25, 2});
        stored.forEach((name, values) ->
                graph.addInitializer(Protos.proto(name, Tensor.of(TensorType.of(DataType.FLOAT, 3), values))));
        graph.addNode(Protos.node("", "Abs", "layer", "x"));
        graph.addNode(Protos.node("", "Sub", "a", "layer", "zeros"));
        graph.addNode(Protos.node("", "Div", "b", "a", "deviation"));
        graph.addNode(Protos.node("", "Sub", "c", "b", "zeros"));
        graph.addNode(Protos.node("", "Mul", "d", "c", "scale"));
        graph.addNode(Protos.node("", "Add", "y", "d", "zeros"));
        Map<String, TensorType> types = new HashMap<>();
        List.of("x", "layer", "a", "b", "c", "d", "y").forEach(name -> types.put(name, floats));
        Imported imported = Imported.of(Protos.model(graph, floats, 15, "y"), types);

        double[] x = {1, 2, 3, 4, 5, 6};
        Map<String, double[]> gradients = imported.gradients("y", x);
        assertEquals(Set.of("x", "scale", "zeros"), gradients.keySet());
        assertArrayEquals(new double[] {2, 2, 2}, gradients.get("zeros"), 1e-6);
        // Σ ((x - mean) / deviation - mean), by channel.
        double[] bySum = {(0.5 + 3.5) / 4 - 1, (1.75 + 4.75) / 0.25 - 0.5, (4 + 7) / 2.0 + 2};
        assertArrayEquals(bySum, gradients.get("scale"), 1e-5);
    }

    /** A frozen normalisation: what its names say is a statistic has no gradient. */
    @Test
    void byTheirNamesTheyAreNoParameters() {
        TensorType floats = TensorType.of(DataType.FLOAT, 2, 1, 3);
        TensorType vector = TensorType.of(DataType.FLOAT, 3);
        GraphProto.Builder graph = GraphProto.newBuilder();
        for (String name : List.of("bn.weight", "bn.bias", "bn.running_mean", "bn.running_var")) {
            graph.addInitializer(Protos.proto(name, Tensor.of(vector, 1, 4, 0.25)));
        }
        graph.addNode(Protos.node("", "Sqrt", "deviation", "bn.running_var"));
        graph.addNode(Protos.node("", "Div", "scale", "bn.weight", "deviation"));
        graph.addNode(Protos.node("", "Mul", "moved", "bn.running_mean", "scale"));
        graph.addNode(Protos.node("", "Sub", "offset", "bn.bias", "moved"));
        graph.addNode(Protos.node("", "Mul", "scaled", "x", "scale"));
        graph.addNode(Protos.node("", "Add", "y", "scaled", "offset"));
        Map<String, TensorType> types = new HashMap<>(Map.of("x", floats, "scaled", floats, "y", floats));
        List.of("deviation", "scale", "moved", "offset").forEach(name -> types.put(name, vector));
        Imported imported = Imported.of(Protos.model(graph, floats, 15, "y"), types);

        Map<String, double[]> gradients = imported.gradients("y", new double[] {1, 2, 3, 4, 5, 6});
        assertEquals(Set.of("x", "bn.weight", "bn.bias"), gradients.keySet());
        assertArrayEquals(new double[] {2, 2, 2}, gradients.get("bn.bias"), 1e-6);
        // Σ (x - mean) / deviation, by channel.
        assertArrayEquals(new double[] {5 - 2, (7 - 8) / 2.0, (9 - 0.5) / 0.5}, gradients.get("bn.weight"), 1e-5);
    }
}
