package vintk.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Layers whose rows are cut into heads behind them, x W as [N, T, h, d] and as [N, h, T, d] then, as products of x and the columns of
 * each head: no Transpose, and ONNX Runtime sums twice as many terms in one go over 64 columns as over all. A fifth less for
 * a DeiT-Tiny's queries, a tenth for a DeiT-Small's.
 */
final class HeadProducts {
    /** Rows for which it pays to bring the columns of a head in order: not a Swin's windows of 49. */
    private static final long ROWS = 128;

    /** The columns of a head for which ONNX Runtime has long sums, and of which its kernels take so many at a time. */
    private static final long MOST_COLUMNS = 64;

    private static final long STEP = 32;

    private final Map<Value, Integer> uses;

    private HeadProducts(Graph graph) {
        this.uses = graph.uses();
    }

    static Graph apply(Graph graph) {
        HeadProducts heads = new HeadProducts(graph);
        return Rewrite.single(
                graph, (node, inputs) -> heads.isOfHeads(node) ? inHeads(Rewrite.with(node, inputs)) : null);
    }

    /** Whether a node moves the heads of a layer, with a bias or without, whose rows nothing else reads. */
    private boolean isOfHeads(Node node) {
        Shape heads = node.output().shape();
        if (!node.is("Transpose")
                || !Arrays.equals(node.attributes().integers("perm"), new long[] {0, 2, 1, 3})
                || !isOnlyRead(node.input(0), "Reshape")) {
            return false;
        }
        Value rows = node.input(0).node().input(0);
        Value product = isOnlyRead(rows, "Add") && isBias(rows.node().input(1), rows)
                ? rows.node().input(0)
                : rows;
        return product.node() != null
                && Products.isLayer(product.node())
                && !Products.isTurned(product.node())
                && uses.get(product) == 1
                && product.shape().equals(Shape.of(heads.dim(0), heads.dim(2), heads.dim(1) * heads.dim(3)))
                && heads.dim(2) >= ROWS
                && heads.dim(3) <= MOST_COLUMNS
                && heads.dim(3) % STEP == 0;
    }

    private boolean isOnlyRead(Value value, String opType) {
        return Ops.isNode(value, opType) && uses.get(value) == 1;
    }

    private static boolean isBias(Value value, Value rows) {
        return value.shape().equals(Shape.of(rows.shape().dim(-1)));
    }

    private static Value inHeads(Node moved) {
        Shape shape = moved.output().shape();
        Value rows = moved.input(0).node().input(0);
        if (!Ops.isNode(rows, "Add")) {
            return product(rows.node(), shape);
        }
        Value bias = Ops.reshape(rows.node().input(1), shape.dim(1), 1, shape.dim(3));
        return Ops.add(product(rows.node().input(0).node(), shape), bias);
    }

    /** @param shape [N, h, T, d] */
    private static Value product(Node layer, Shape shape) {
        Value x = layer.input(0);
        Value w = layer.input(1);
        long inputs = x.shape().dim(-1);
        Value rows = Ops.reshape(x, shape.dim(0), 1, shape.dim(2), inputs);
        Value heads = layer.attributes().integer("transB", 0) == 1
                ? Ops.reshape(w, shape.dim(1), shape.dim(3), inputs)
                : Ops.transpose(Ops.reshape(w, inputs, shape.dim(1), shape.dim(3)), 1, 0, 2);
        List<TensorType> type = List.of(layer.output().type().withShape(shape));
        return Rewrite.with(layer, List.of(rows, heads), type).output();
    }
}
