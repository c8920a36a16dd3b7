package vintk.runtime;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * Where numbers that are not finite come from: the operator on the way to an output that gives the first of them. One run of
 * the graph tells, which counts them in every value, so that it takes no more memory than the graph itself.
 */
final class NotFinite {
    private final Set<Value> nans = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Value> infinities = Collections.newSetFromMap(new IdentityHashMap<>());

    private NotFinite() {}

    /**
     * In words; empty where all outputs are finite.
     *
     * @param run the outputs of a graph that has the inputs of this one
     */
    static Optional<String> origin(Graph graph, Function<Graph, Map<String, Tensor>> run) {
        NotFinite found = new NotFinite();
        found.count(graph, run);
        for (Value output : graph.outputs().values()) {
            if (found.nans.contains(output)) {
                return Optional.of(found.nan(output));
            }
        }
        return graph.outputs().values().stream()
                .filter(found.infinities::contains)
                .findFirst()
                .map(output -> "numbers become infinite in " + text(first(output, found.infinities)));
    }

    private void count(Graph graph, Function<Graph, Map<String, Tensor>> run) {
        Map<String, Value> counts = new LinkedHashMap<>();
        Map<String, Value> counted = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            for (Value value : node.outputs()) {
                if (value.dataType().isFloating()) {
                    String name = "vintk/" + counted.size();
                    counted.put(name, value);
                    counts.put(name + "/nan", number("IsNaN", value));
                    counts.put(name + "/inf", number("IsInf", value));
                }
            }
        }
        Map<String, Tensor> results = run.apply(new Graph("not finite", graph.inputs(), counts));
        counted.forEach((name, value) -> {
            if (results.get(name + "/nan").number(0) > 0) {
                nans.add(value);
            }
            if (results.get(name + "/inf").number(0) > 0) {
                infinities.add(value);
            }
        });
    }

    private static Value number(String opType, Value x) {
        TensorType type = new TensorType(DataType.BOOL, x.shape());
        Value which = Ops.cast(Ops.node(opType, type, Attributes.NONE, x), DataType.FLOAT);
        return Ops.reduceSum(which, false, IntStream.range(0, x.shape().rank()).toArray());
    }

    private String nan(Value output) {
        Node node = first(output, nans);
        String text = "NaN arises in " + text(node);
        return node.inputs().stream()
                .filter(x -> x != null && infinities.contains(x))
                .findFirst()
                .map(x -> text + ", of infinite numbers from " + text(first(x, infinities)))
                .orElse(text);
    }

    /** Back from a value to the node whose operands are not of this kind. */
    private static Node first(Value from, Set<Value> kind) {
        Value value = from;
        while (true) {
            Optional<Value> before = value.node().inputs().stream()
                    .filter(x -> x != null && kind.contains(x))
                    .findFirst();
            if (before.isEmpty()) {
                return value.node();
            }
            value = before.get();
        }
    }

    /** A node of the gradient has no name: those of the model that it comes after say where it is. */
    private static String text(Node node) {
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Node> nodes = new ArrayDeque<>(List.of(node));
        while (!nodes.isEmpty()) {
            Node next = nodes.remove();
            if (next.label() != null) {
                return next == node ? node.toString() : node.opType() + " behind " + next;
            }
            for (Value input : next.inputs()) {
                if (input != null && input.node() != null && seen.add(input.node())) {
                    nodes.add(input.node());
                }
            }
        }
        return node.toString();
    }
}
