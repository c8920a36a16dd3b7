package vintk.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes once what a graph computes several times: of nodes with the same operator, attributes and inputs the first stays. Rules
 * of differentiation may therefore name again what the forward pass has. Names are no difference, but an output of the graph keeps
 * its own.
 */
public final class CommonNodes {
    private CommonNodes() {}

    /** What makes two nodes the same. */
    private record Key(String domain, String opType, Attributes attributes, List<Object> inputs) {}

    public static Graph apply(Graph graph) {
        Map<Key, Node> first = new HashMap<>();
        return Rewrite.apply(graph, (node, inputs) -> {
            Node made = Rewrite.with(node, inputs);
            List<Object> operands = new ArrayList<>();
            inputs.forEach(input -> operands.add(operand(input)));
            Key key = new Key(node.domain(), node.opType(), node.attributes(), operands);
            Node known = first.putIfAbsent(key, made);
            boolean same =
                    known != null && known.outputs().size() == made.outputs().size();
            return (same ? known : made).outputs();
        });
    }

    /** Unnamed constants are the same where their elements are, everything else where it is the same object. */
    private static Object operand(Value input) {
        if (input != null && input.isConstant() && input.name() == null) {
            return input.constant();
        }
        return input == null ? "" : input;
    }
}
