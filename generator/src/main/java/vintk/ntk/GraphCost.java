package vintk.ntk;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.Equation;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/**
 * What a graph costs, counted without running it.
 *
 * @param macs multiply-adds of its products and convolutions
 * @param peakBytes the most memory that values alive at one time take, constants included, when nodes run in order and a
 *     value is freed after its last use; an estimate, as the runtime orders nodes and reuses memory in its own way
 */
public record GraphCost(long macs, long peakBytes) {

    public static GraphCost of(Graph graph) {
        List<Node> nodes = graph.nodes();
        long macs = nodes.stream().mapToLong(GraphCost::macs).sum();
        return new GraphCost(macs, peak(graph, nodes));
    }

    /** Multiply-adds of one node; 0 for whatever is no product. */
    public static long macs(Node node) {
        Shape y = node.output().shape();
        return switch (node.opType()) {
            case "MatMul" -> y.elements() * node.input(0).shape().dim(-1);
            case "Conv" ->
                y.elements()
                        * node.input(1).shape().product(1, node.input(1).shape().rank());
            case "ConvTranspose" ->
                node.input(0).shape().elements()
                        * node.input(1).shape().product(1, node.input(1).shape().rank());
            case "Einsum" -> einsum(node);
            default -> 0;
        };
    }

    /** The product of the extents of all letters. */
    private static long einsum(Node node) {
        Map<Character, Long> extents = Equation.of(node).extents(node.inputs());
        return extents.values().stream().reduce(1L, Math::multiplyExact);
    }

    private static long peak(Graph graph, List<Node> nodes) {
        Map<Value, Integer> lastUse = new IdentityHashMap<>(2 * nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            for (Value input : nodes.get(i).inputs()) {
                if (input != null) {
                    lastUse.put(owner(input), i);
                }
            }
        }
        Set<Value> kept = new HashSet<>();
        graph.outputs().values().forEach(v -> kept.add(owner(v)));
        long fixed = graph.constants().stream().mapToLong(v -> v.type().bytes()).sum()
                + graph.inputs().stream().mapToLong(v -> v.type().bytes()).sum();
        long live = fixed;
        long peak = fixed;
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            for (Value output : node.outputs()) {
                live += owner(output) == output ? output.type().bytes() : 0;
            }
            peak = Math.max(peak, live);
            Set<Value> dying = new HashSet<>();
            for (Value input : node.inputs()) {
                if (input != null
                        && input.node() != null
                        && lastUse.get(owner(input)) == i
                        && !kept.contains(owner(input))) {
                    dying.add(owner(input));
                }
            }
            live -= dying.stream().mapToLong(v -> v.type().bytes()).sum();
        }
        return peak;
    }

    /** The value whose memory a value shares: a Reshape does not copy. */
    private static Value owner(Value value) {
        Value at = value;
        while (Ops.isNode(at, "Reshape") && at.node().input(0).node() != null) {
            at = at.node().input(0);
        }
        return at;
    }
}
