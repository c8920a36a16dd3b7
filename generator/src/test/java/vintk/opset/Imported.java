package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vintk.autodiff.Accumulator;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.Gradients;
import vintk.autodiff.Runner;
import vintk.onnx.Graph;
import vintk.onnx.Ops;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** A model as imported, to be run and differentiated at points of a test's choice. */
record Imported(Graph graph) {
    /** {@code types} are those of all values but the initializers. */
    static Imported of(ModelProto model, Map<String, TensorType> types) {
        Map<String, TensorType> known = new HashMap<>(types);
        model.getGraph()
                .getInitializerList()
                .forEach(t -> known.put(t.getName(), TensorReader.read(t).type()));
        return new Imported(Importer.graph(new Resolved(model, known, Map.of())));
    }

    /** A node of one output, {@code y0}. */
    static Imported of(OneNode node, TensorType output) {
        Map<String, TensorType> types = new HashMap<>(node.inputs());
        types.put("y0", output);
        return of(node.model(), types);
    }

    /** The inputs with these elements, in order. */
    private Map<String, Tensor> feeds(double[]... elements) {
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        for (int i = 0; i < elements.length; i++) {
            Value input = graph.inputs().get(i);
            feeds.put(input.name(), Tensor.of(input.type(), elements[i]));
        }
        return feeds;
    }

    Tensor value(String output, double[]... elements) {
        return Runner.run(graph, feeds(elements)).get(output);
    }

    /** The gradients of the output's sum by all inputs and named constants that have one, by name. */
    Map<String, double[]> gradients(String output, double[]... elements) {
        Value y = graph.outputs().get(output);
        List<Value> targets = new ArrayList<>(graph.inputs());
        graph.constants().stream()
                .filter(v -> v.name() != null && v.dataType().isFloating())
                .forEach(targets::add);
        Map<Value, Accumulator> found = Gradients.of(y, Ops.filled(y.type(), 1), targets, BatchFlow.none());
        Map<String, Value> outputs = new LinkedHashMap<>();
        found.forEach((target, gradient) -> outputs.put("d" + target.name(), gradient.full()));
        Map<String, double[]> gradients = new LinkedHashMap<>();
        Runner.run(new Graph("gradients", graph.inputs(), outputs), feeds(elements))
                .forEach((name, tensor) -> gradients.put(name.substring(1), tensor.numbers()));
        return gradients;
    }
}
