package vintk.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vintk.onnx.Graph;
import vintk.onnx.Rewrite;
import vintk.onnx.Value;

/** A graph whose parameters are given at every run. */
final class Parameters {
    private Parameters() {}

    static Graph asInputs(Graph graph, Collection<Value> parameters) {
        Map<Value, Value> replaced = new IdentityHashMap<>();
        List<Value> inputs = new ArrayList<>(graph.inputs());
        for (Value parameter : parameters) {
            if (parameter.isConstant()) {
                Value input = Value.input(parameter.name(), parameter.type());
                replaced.put(parameter, input);
                inputs.add(input);
            }
        }
        Graph rewritten = Rewrite.apply(graph, (node, operands) -> {
            List<Value> changed = new ArrayList<>();
            operands.forEach(x -> changed.add(x == null ? null : replaced.getOrDefault(x, x)));
            return Rewrite.with(node, changed).outputs();
        });
        Map<String, Value> outputs = new LinkedHashMap<>();
        rewritten.outputs().forEach((name, value) -> outputs.put(name, replaced.getOrDefault(value, value)));
        return new Graph(graph.name(), inputs, outputs);
    }
}
