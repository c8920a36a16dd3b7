package vintk.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A computation: its inputs and named outputs. The nodes are those that the outputs need. */
public final class Graph {
    private final String name;
    private final List<Value> inputs;
    private final Map<String, Value> outputs;
    private final Map<String, String> metadata;
    private List<Node> nodes;

    /**
     * A graph.
     *
     * @param name of the graph in the file
     * @param inputs in the order of the file
     * @param outputs name to value, in the order of the file
     * @param metadata what {@code ModelProto.metadata_props} carries, in order
     */
    public Graph(String name, List<Value> inputs, Map<String, Value> outputs, Map<String, String> metadata) {
        this.name = name;
        this.inputs = List.copyOf(inputs);
        this.outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    public Graph(String name, List<Value> inputs, Map<String, Value> outputs) {
        this(name, inputs, outputs, Map.of());
    }

    public String name() {
        return name;
    }

    public List<Value> inputs() {
        return inputs;
    }

    public Map<String, Value> outputs() {
        return outputs;
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    public Graph withMetadata(Map<String, String> other) {
        return new Graph(name, inputs, outputs, other);
    }

    /** The nodes that the outputs need, each after those it depends on. Kept: every pass asks for them. */
    public synchronized List<Node> nodes() {
        if (nodes == null) {
            nodes = Collections.unmodifiableList(nodes(outputs.values()));
        }
        return nodes;
    }

    /** The nodes that {@code targets} need, each after those it depends on. Depth first, without recursion. */
    public static List<Node> nodes(Collection<Value> targets) {
        List<Node> order = new ArrayList<>();
        Set<Node> opened = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Visit> stack = new ArrayDeque<>();
        for (Value target : targets) {
            open(target, opened, stack);
            while (!stack.isEmpty()) {
                Visit visit = stack.peek();
                List<Value> inputs = visit.node.inputs();
                if (visit.next < inputs.size()) {
                    open(inputs.get(visit.next++), opened, stack);
                } else {
                    order.add(stack.pop().node);
                }
            }
        }
        return order;
    }

    private static void open(Value value, Set<Node> opened, Deque<Visit> stack) {
        if (value != null && value.node() != null && opened.add(value.node())) {
            stack.push(new Visit(value.node()));
        }
    }

    /** A node whose inputs are being gone through. */
    private static final class Visit {
        private final Node node;
        private int next;

        Visit(Node node) {
            this.node = node;
        }
    }

    /** The constants that the outputs need, in order of first use. */
    public List<Value> constants() {
        Set<Value> constants = new LinkedHashSet<>();
        for (Node node : nodes()) {
            for (Value input : node.inputs()) {
                if (input != null && input.isConstant()) {
                    constants.add(input);
                }
            }
        }
        outputs.values().stream().filter(Value::isConstant).forEach(constants::add);
        return List.copyOf(constants);
    }

    /** How many inputs of nodes, and outputs, each value is. */
    Map<Value, Integer> uses() {
        Map<Value, Integer> uses = new IdentityHashMap<>(2 * nodes().size());
        for (Node node : nodes()) {
            for (Value input : node.inputs()) {
                if (input != null) {
                    uses.merge(input, 1, Integer::sum);
                }
            }
        }
        outputs.values().forEach(value -> uses.merge(value, 1, Integer::sum));
        return uses;
    }

    /** The nodes that read each value, once for every input that it is; no entry for what only the outputs need. */
    Map<Value, List<Node>> readers() {
        Map<Value, List<Node>> readers = new IdentityHashMap<>(2 * nodes().size());
        for (Node node : nodes()) {
            for (Value input : node.inputs()) {
                if (input != null) {
                    readers.computeIfAbsent(input, value -> new ArrayList<>()).add(node);
                }
            }
        }
        return readers;
    }

    /** Input by name; an {@link IllegalArgumentException} lists those there are. */
    public Value input(String wanted) {
        return inputs.stream()
                .filter(v -> v.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no input '" + wanted + "'; the inputs are "
                        + inputs.stream().map(Value::name).toList()));
    }
}
