package vintk.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vintk.autodiff.Accumulator;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.Gradients;
import vintk.onnx.Graph;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/** The gradient graph of one output, in float32 as it is used and in float64, by operands that are given at every run. */
final class Pullback implements AutoCloseable {
    private static final String SEED = "vintk/seed";

    private final Tensor cotangent;
    private final Map<String, Value> outputs = new LinkedHashMap<>();
    private GraphRun single;
    private GraphRun wide;
    private boolean isDouble = true;

    Pullback(Graph graph, Value output, List<Value> targets, Tensor cotangent) {
        this.cotangent = cotangent;
        Value seed = Value.input(SEED, output.type());
        Map<Value, Accumulator> gradients = Gradients.of(output, seed, targets, BatchFlow.none());
        gradients.forEach((target, gradient) -> outputs.put("vintk/" + target.name(), gradient.full()));
        if (!outputs.isEmpty()) {
            List<Value> inputs = new ArrayList<>(graph.inputs());
            inputs.add(seed);
            // Initializers are inputs here, so that they can be moved off kinks.
            Graph whole = Parameters.asInputs(new Graph("gradient", inputs, outputs), targets);
            DoubleGraph converted = new DoubleGraph(whole, List.of());
            isDouble = converted.single().isEmpty();
            single = new GraphRun(whole, SessionSettings.of(1));
            wide = new GraphRun(converted.graph(), SessionSettings.of(1));
        }
    }

    /** Whether there is a gradient by an operand; otherwise it is 0. */
    boolean has(Value target) {
        return outputs.containsKey("vintk/" + target.name());
    }

    /** Whether the graph is of float64 throughout. */
    boolean isDouble() {
        return isDouble;
    }

    /** In float64. */
    double[] gradient(Value target, Map<String, Tensor> point) {
        Map<String, Tensor> given = new LinkedHashMap<>();
        point.forEach((name, tensor) -> given.put(name, DoubleGraph.wide(tensor)));
        given.put(SEED, DoubleGraph.wide(cotangent));
        return numbers(wide, target, given);
    }

    /** In float32. */
    double[] rounded(Value target, Map<String, Tensor> point) {
        Map<String, Tensor> given = new LinkedHashMap<>(point);
        given.put(SEED, cotangent);
        return numbers(single, target, given);
    }

    private double[] numbers(GraphRun run, Value target, Map<String, Tensor> given) {
        return has(target)
                ? run.run(given).get("vintk/" + target.name()).numbers()
                : new double[Math.toIntExact(target.shape().elements())];
    }

    @Override
    public void close() {
        if (single != null) {
            single.close();
        }
        if (wide != null) {
            wide.close();
        }
    }
}
