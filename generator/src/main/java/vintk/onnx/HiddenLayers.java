package vintk.onnx;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The values that products of layers and per-sample gradients make and read, with elementwise operators between, so that all can do so
 * in {@link Blocks}: what lies between a product that widens and one that narrows, as in a transformer's MLP, forward and backward; the
 * heads of its attention, beside each other; sums of products. They have channels on the last axis.
 */
final class HiddenLayers {
    /** Rows of a sample up to which ONNX Runtime sums products in one go anyway. */
    private static final long FEW_ROWS = 128;

    /** Of a value in blocks: numbers beside it must not have more. */
    private static final int MOST_AXES = 4;

    /** Channels below which bringing rows in order costs what is won. */
    private static final long FEW_CHANNELS = 64;

    private final Map<Value, List<Node>> readers;
    private final PerSampleGradients gradients;
    private final Set<Value> outputs;
    private final Set<Value> hidden = new HashSet<>();
    private final long samples;
    private final long block;

    /**
     * All of a graph, or none where the channels of some are not whole blocks: candidates that differ in widths keep few structures, and
     * share sessions.
     *
     * @param block the channels of a block
     */
    static HiddenLayers of(Graph graph, long block) {
        HiddenLayers layers = new HiddenLayers(graph, block);
        if (!layers.isEmpty() && !layers.hidden.equals(new HiddenLayers(graph, 1).hidden)) {
            layers.hidden.clear();
        }
        return layers;
    }

    private HiddenLayers(Graph graph, long block) {
        this.block = block;
        this.readers = graph.readers();
        this.gradients = new PerSampleGradients(graph, readers);
        this.outputs = new HashSet<>(graph.outputs().values());
        this.samples = graph.nodes().stream()
                .filter(gradients::contains)
                .mapToLong(node -> node.output().shape().dim(0))
                .findFirst()
                .orElse(0);
        if (samples > 0) {
            graph.nodes().forEach(node -> hidden.add(node.output()));
            removeOthers(new ArrayDeque<>(hidden));
        }
    }

    /** @param open values to be looked at; those next to one that goes are looked at again */
    private void removeOthers(Deque<Value> open) {
        while (!open.isEmpty()) {
            Value value = open.remove();
            if (hidden.contains(value) && !isHidden(value)) {
                hidden.remove(value);
                value.node().inputs().stream().filter(hidden::contains).forEach(open::add);
                readers.getOrDefault(value, List.of()).forEach(reader -> open.add(reader.output()));
            }
        }
    }

    boolean isEmpty() {
        return hidden.isEmpty();
    }

    boolean contains(Value value) {
        return hidden.contains(value);
    }

    long samples() {
        return samples;
    }

    /** Rows of a sample. */
    long rows(Value value) {
        return value.shape().elements() / samples / value.shape().dim(-1);
    }

    private boolean isHidden(Value value) {
        Shape shape = value.shape();
        return shape.rank() >= 2
                && shape.dim(-1) % block == 0
                && shape.elements() % (samples * shape.dim(-1)) == 0
                && rows(value) > FEW_ROWS
                && !outputs.contains(value)
                && isMadeSo(value.node())
                && readers.getOrDefault(value, List.of()).stream().allMatch(reader -> readsSo(reader, value));
    }

    private boolean isMadeSo(Node node) {
        if (Products.isLayer(node)) {
            Value x = node.input(0);
            return Products.isTurned(node)
                    ? isSide(x.shape().dim(-2))
                    : hidden.contains(x) || isSide(x.shape().dim(-1));
        }
        return isReshape(node)
                || isOfHeads(node)
                || isBiased(node)
                || Elementwise.is(node) && node.inputs().stream().allMatch(input -> isOperand(input, node));
    }

    /** A Reshape that leaves the rows. */
    boolean isReshape(Node node) {
        return node.is("Reshape")
                && hidden.contains(node.input(0))
                && node.input(0).shape().dim(-1) == node.output().shape().dim(-1);
    }

    /** Rows of heads beside each other: a Reshape of a Transpose. */
    boolean isOfHeads(Node node) {
        Value moved = node.input(0);
        if (!node.is("Reshape") || !Ops.isNode(moved, "Transpose")) {
            return false;
        }
        Shape shape = moved.shape();
        long channels = shape.elements() / shape.dim(0) / shape.dim(1);
        return isBesideEachOther(moved.node())
                && shape.dim(0) == samples
                && shape.dim(-1) % block == 0
                && readers.get(moved).stream()
                        .allMatch(reader -> reader.opType().equals("Reshape")
                                && reader.output().shape().dim(-1) == channels);
    }

    /** Whether a Transpose makes [N, R, h, d] of heads [N, h, R, d], or of h in several axes, before N or after. */
    private static boolean isBesideEachOther(Node moved) {
        int rank = moved.output().shape().rank();
        if (rank < 4) {
            return false;
        }
        long[] perm = moved.attributes().integers("perm");
        long[] heads = Arrays.copyOfRange(perm, 2, rank - 1);
        return perm[0] < rank - 2
                && perm[1] == rank - 2
                && perm[rank - 1] == rank - 1
                && Arrays.equals(heads, Arrays.stream(heads).sorted().toArray());
    }

    /** A layer's product and another one, or a sum of them, as of the gradients by the input of several layers. */
    boolean isSum(Node node) {
        return node.is("Add")
                && node.inputs().stream().allMatch(this::isSummand)
                && node.inputs().stream().allMatch(summand -> summand.shape()
                        .equals(node.output().shape()))
                && node.inputs().stream().anyMatch(summand -> Products.isLayer(summand.node()));
    }

    private boolean isSummand(Value value) {
        return hidden.contains(value)
                && readers.get(value).size() == 1
                && (Products.isLayer(value.node()) || isSum(value.node()));
    }

    /** The sum of a layer's product, which nothing else reads, and a bias. */
    boolean isBiased(Node node) {
        return node.is("Add")
                && hidden.contains(node.input(0))
                && Products.isLayer(node.input(0).node())
                && readers.get(node.input(0)).size() == 1
                && node.input(1).shape().equals(Shape.of(node.output().shape().dim(-1)));
    }

    /** Whether rows of so many channels are brought in order, into blocks or out of them. */
    private boolean isSide(long channels) {
        return channels >= FEW_CHANNELS && channels % block == 0;
    }

    private boolean isOperand(Value input, Node node) {
        boolean number =
                input == null || input.shape().elements() == 1 && input.shape().rank() <= MOST_AXES;
        return number
                || hidden.contains(input)
                        && input.shape().elements() == node.output().shape().elements();
    }

    private boolean readsSo(Node node, Value value) {
        if (Products.isLayer(node)) {
            boolean rows = node.input(1) != value && !Products.isTurned(node);
            return rows
                    && (hidden.contains(node.output())
                            || isSide(node.output().shape().dim(-1)));
        }
        return hidden.contains(node.output())
                || isGradient(node)
                || isRowSum(node)
                || isSum(node) && isSide(value.shape().dim(-1));
    }

    /** A per-sample gradient, of as many samples as the others. */
    boolean isGradient(Node node) {
        return gradients.contains(node) && node.output().shape().dim(0) == samples;
    }

    /** The sum over a sample's rows, as the gradient of a bias is. */
    private boolean isRowSum(Node node) {
        int[] axes = node.is("ReduceSum") ? Reduce.axes(node) : null;
        if (axes == null) {
            return false;
        }
        Shape shape = node.input(0).shape();
        return shape.dim(0) == samples
                && node.output().shape().elements() == samples * shape.dim(-1)
                && Arrays.stream(axes).allMatch(axis -> axis > 0 && axis < shape.rank() - 1);
    }
}
