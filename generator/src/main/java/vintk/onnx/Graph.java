package vintk.onnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A computation: its inputs and named outputs. The nodes are those that the outputs need.
 *
 * @param name of the graph in the file
 * @param inputs in the order of the file
 * @param outputs name to value, in the order of the file
 * @param metadata what {@code ModelProto.metadata_props} carries, in order
 */
public record Graph(String name, List<Value> inputs, Map<String, Value> outputs, Map<String, String> metadata) {
    public Graph {
        inputs = List.copyOf(inputs);
        outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    public Graph(String name, List<Value> inputs, Map<String, Value> outputs) {
        this(name, inputs, outputs, Map.of());
    }

    public Graph withMetadata(Map<String, String> other) {
        return new Graph(name, inputs, outputs, other);
    }

    /** The nodes that the outputs need, each after those it depends on. */
    public List<Node> nodes() {
        return nodes(outputs.values());
    }

    /** The nodes that {@code targets} need, each after those it depends on. Depth first, without recursion. */
    public static List<Node> nodes(Collection<Value> targets) {
        List<Node> order = new ArrayList<>();
        Set<Node> opened = new HashSet<>();
        Set<Node> done = new HashSet<>();
        for (Value target : targets) {
            Deque<Node> stack = new ArrayDeque<>();
            if (target.node() != null) {
                stack.push(target.node());
            }
            while (!stack.isEmpty()) {
                Node node = stack.peek();
                if (opened.add(node)) {
                    List<Value> inputs = node.inputs();
                    for (int i = inputs.size() - 1; i >= 0; i--) {
                        Value input = inputs.get(i);
                        if (input != null && input.node() != null && !opened.contains(input.node())) {
                            stack.push(input.node());
                        }
                    }
                } else {
                    stack.pop();
                    if (done.add(node)) {
                        order.add(node);
                    }
                }
            }
        }
        return order;
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
    public Map<Value, Integer> uses() {
        Map<Value, Integer> uses = new IdentityHashMap<>();
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

    /** Input by name; an {@link IllegalArgumentException} lists those there are. */
    public Value input(String wanted) {
        return inputs.stream()
                .filter(v -> v.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no input '" + wanted + "'; the inputs are "
                        + inputs.stream().map(Value::name).toList()));
    }
}
