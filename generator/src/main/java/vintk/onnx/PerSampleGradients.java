package vintk.onnx;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The products AᵀG of a graph, [N, R, k]ᵀ [N, R, n], of which only M Mᵀ is asked for, the sum of its blocks: the order of the columns
 * of M, k · n of a sample, is free.
 */
final class PerSampleGradients {
    private final Map<Value, List<Node>> readers;
    private final Set<Value> outputs;

    PerSampleGradients(Graph graph, Map<Value, List<Node>> readers) {
        this.readers = readers;
        this.outputs = new HashSet<>(graph.outputs().values());
    }

    boolean contains(Node node) {
        boolean product = Products.isFused(node)
                && node.attributes().integer("transA", 0) == 1
                && node.attributes().integer("transB", 0) == 0
                && !Products.movesBatch(node);
        return product
                && node.input(0).shape().rank() == 3
                && node.input(1).shape().rank() == 3
                && node.input(0).shape().dim(0) == node.input(1).shape().dim(0)
                && isSquared(node.output());
    }

    private List<Node> readers(Value value) {
        return outputs.contains(value) ? List.of() : readers.get(value);
    }

    /** Whether a value is read by its own product with itself alone. */
    private boolean isSquared(Value value) {
        List<Node> users = readers(value);
        if (users.size() == 1) {
            Value only = users.get(0).output();
            return Ops.isNode(only, "Reshape")
                    && only.shape().rank() > 1
                    && only.shape().dim(0) == value.shape().dim(0)
                    && isSquared(only);
        }
        return users.size() == 2
                && users.get(0) == users.get(1)
                && Products.isProduct(users.get(0))
                && isSummed(users.get(0).output());
    }

    private boolean isSummed(Value blocks) {
        List<Node> users = readers(blocks);
        if (users.size() != 1) {
            return false;
        }
        Node user = users.get(0);
        boolean gathered = Ops.isNode(user.output(), "Cast")
                || Ops.isNode(user.output(), "Concat") && user.attributes().integer("axis", 0) == 0;
        boolean sum = Ops.isNode(user.output(), "ReduceSum")
                && user.input(1) != null
                && user.input(1).isConstant()
                && Arrays.equals(user.input(1).constant().integers(), new long[] {0});
        return sum || gathered && isSummed(user.output());
    }
}
