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

    /** Whether a value, as it is or with its columns in blocks, is read by its own M Mᵀ alone. */
    private boolean isSquared(Value value) {
        Value m = value;
        List<Node> users = readers(m);
        while (users.size() == 1) {
            Value reshaped = users.get(0).output();
            boolean samples = Ops.isNode(reshaped, "Reshape")
                    && reshaped.shape().rank() > 1
                    && reshaped.shape().dim(0) == value.shape().dim(0);
            if (!samples) {
                return false;
            }
            m = reshaped;
            users = readers(m);
        }
        return users.size() == 2
                && users.get(0) == users.get(1)
                && isGram(users.get(0))
                && isSummed(users.get(0).output());
    }

    /** M Mᵀ of [N, D], or of each block of [N, blocks, D]: over the samples. */
    private static boolean isGram(Node node) {
        Attributes attributes = node.attributes();
        int rank = node.input(0).shape().rank();
        long movedBatches = attributes.integer("transBatchA", 0) + attributes.integer("transBatchB", 0);
        return Products.isFused(node)
                && attributes.integer("transA", 0) == 0
                && attributes.integer("transB", 0) == 1
                && (rank == 2 || rank == 3 && movedBatches == 2);
    }

    private boolean isSummed(Value blocks) {
        Value sum = blocks;
        while (true) {
            List<Node> users = readers(sum);
            if (users.size() != 1) {
                return false;
            }
            Node user = users.get(0);
            if (user.is("ReduceSum")) {
                return Arrays.equals(Reduce.axes(user), new int[] {0});
            }
            boolean gathered =
                    user.is("Cast") || user.is("Concat") && user.attributes().integer("axis", 0) == 0;
            if (!gathered) {
                return false;
            }
            sum = user.output();
        }
    }
}
