package vintk.onnx;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Rebuilds a graph node by node. Nodes that nothing changes for, and graphs, stay the same objects. */
public final class Rewrite {
    /** What becomes of a node. */
    @FunctionalInterface
    public interface Step {
        /**
         * What takes the place of a node's outputs: as many values, of the same types.
         *
         * @param node of the graph as it was
         * @param inputs of the node as they are by now; null where absent
         */
        List<Value> apply(Node node, List<Value> inputs);
    }

    private Rewrite() {}

    public static Graph apply(Graph graph, Step step) {
        List<Node> nodes = graph.nodes();
        Map<Value, Value> replaced = new IdentityHashMap<>(nodes.size());
        for (Node node : nodes) {
            List<Value> inputs = new ArrayList<>();
            node.inputs().forEach(input -> inputs.add(input == null ? null : replaced.getOrDefault(input, input)));
            List<Value> made = step.apply(node, inputs);
            for (int i = 0; i < made.size(); i++) {
                if (made.get(i) != node.outputs().get(i)) {
                    replaced.put(node.outputs().get(i), made.get(i));
                }
            }
        }
        if (replaced.isEmpty()) {
            return graph;
        }
        Map<String, Value> outputs = new LinkedHashMap<>();
        graph.outputs().forEach((name, value) -> outputs.put(name, replaced.getOrDefault(value, value)));
        return new Graph(graph.name(), graph.inputs(), outputs, graph.metadata());
    }

    /**
     * The same for what looks at the one output of nodes.
     *
     * @param step what takes its place, given what a {@link Step} is; null where the node stays, with these inputs
     */
    static Graph single(Graph graph, BiFunction<Node, List<Value>, Value> step) {
        return apply(graph, (node, inputs) -> {
            Value made = step.apply(node, inputs);
            return made == null ? with(node, inputs).outputs() : List.of(made);
        });
    }

    /** A node with other inputs: the node itself where they are the same. */
    public static Node with(Node node, List<Value> inputs) {
        return inputs.equals(node.inputs())
                ? node
                : with(node, node.domain(), node.opType(), inputs, node.attributes());
    }

    /** The operator of a node, of other inputs and with outputs of other types, which have no names. */
    public static Node with(Node node, List<Value> inputs, List<TensorType> types) {
        return new Node(
                node.domain(), node.opType(), node.name(), inputs, node.attributes(), types, null, node.opset());
    }

    /** Another operator in the place of a node, with outputs of the same names and types. */
    public static Node with(Node node, String domain, String opType, List<Value> inputs, Attributes attributes) {
        List<TensorType> types = node.outputs().stream().map(Value::type).toList();
        List<String> names = new ArrayList<>();
        node.outputs().forEach(output -> names.add(output.name()));
        return new Node(domain, opType, node.name(), inputs, attributes, types, names, node.opset());
    }
}
