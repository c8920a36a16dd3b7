package vintk.vit;

import java.util.stream.LongStream;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;
import vintk.space.VisionTransformer.Block;

/**
 * Multi-head self-attention, with the 2-D relative positions of AutoFormer where a block has them (Chen et al., ICCV
 * 2021; Wu et al., "Rethinking and improving relative position encoding", ICCV 2021).
 *
 * <p>Relative positions: for tokens i, j of the patch grid, r_ij = V[dy] + H[dx] by their vertical and horizontal offset,
 * clipped to the largest distance; row 0 of both tables for pairs with the class token. Logits are (q_i·k_j + q_i·rK_ij)
 * s, outputs Σ_j a_ij (v_j + rV_ij). The T×T×d tensor r is never built: with z = q Wᵀ over the table rows, q_i·V[y_j - y_i]
 * is an element of row i of z, put in its place by a product with a matrix of the query's place ({@link RelativePlaces#skew});
 * and Σ_j a_ij V[y_j - y_i] is a product of the attention summed over grid rows, put at the places of its offsets by the same
 * matrix transposed, with the table.
 */
final class Attention {
    private final Weights weights;
    private final String name;
    private final Block block;
    private final long width;
    private final int grid;

    /**
     * The attention of a block.
     *
     * @param name prefix of the parameters' names, with a dot at the end
     * @param grid patches along an edge
     */
    Attention(Weights weights, String name, Block block, long width, int grid) {
        this.weights = weights;
        this.name = name;
        this.block = block;
        this.width = width;
        this.grid = grid;
    }

    /** [N, T, width] to the same, or to [N, 1, width] with the class token as the only query. */
    Value apply(Value x, boolean tokenOnly) {
        long samples = x.shape().dim(0);
        long tokens = x.shape().dim(1);
        long heads = block.heads();
        long head = block.headWidth();
        long inner = heads * head;
        Value matrix = weights.matrix(name + "qkv.weight", 3, width, 3 * inner);
        Value bias = weights.bias(name + "qkv.bias", 3, width, 3 * inner);
        Value q = part(tokenOnly ? Indexing.slice(x, 1, 0, 1) : x, matrix, bias, 0);
        Value k = part(x, matrix, bias, 1);
        Value v = part(x, matrix, bias, 2);
        Value scaled = Ops.mul(q, 1 / Math.sqrt(head));
        boolean biased = block.relativeDistance() > 0;
        Value logits = Ops.matMul(scaled, Ops.transposeLast(k));
        if (biased) {
            logits = Ops.add(logits, keyBias(scaled));
        }
        Value attention = Ops.softmax(logits, -1);
        Value mixed = Ops.matMul(attention, v);
        if (biased) {
            mixed = Ops.add(mixed, valueBias(attention));
        }
        long queries = tokenOnly ? 1 : tokens;
        Value merged = Ops.reshape(Ops.transpose(mixed, 0, 2, 1, 3), samples, queries, inner);
        Value out = Ops.matMul(merged, weights.matrix(name + "proj.weight", inner, width));
        return Ops.add(out, weights.bias(name + "proj.bias", inner, width));
    }

    /**
     * Queries, keys or values, [N, T, width] to [N, heads, T, head], by their part of the weights: cutting what one product of all
     * three gives, and putting their cotangents together, would be a copy of each.
     */
    private Value part(Value x, Value matrix, Value bias, long index) {
        long from = index * block.attentionWidth();
        long to = from + block.attentionWidth();
        Value projected =
                Ops.add(Ops.matMul(x, Indexing.slice(matrix, 1, from, to)), Indexing.slice(bias, 0, from, to));
        Shape shape = projected.shape();
        Value split = Ops.reshape(projected, shape.dim(0), shape.dim(1), block.heads(), block.headWidth());
        return Ops.transpose(split, 0, 2, 1, 3);
    }

    // ---- relative positions

    /**
     * The rows of a table that occur on this grid: offsets -(g-1) … g-1 clipped to the largest distance, then the row of
     * the class token. [2g, head].
     */
    private Value table(String table) {
        long distance = block.relativeDistance();
        Value rows = weights.table(name + table, 2 * distance + 2, block.headWidth());
        LongStream offsets =
                LongStream.range(1 - grid, grid).map(o -> Math.max(-distance, Math.min(distance, o)) + distance + 1);
        return Indexing.gather(
                rows,
                0,
                Tensor.longs(LongStream.concat(offsets, LongStream.of(0)).toArray()));
    }

    /** [4g, head]: the vertical table, then the horizontal one. */
    private Value tables(String kind) {
        return Ops.concat(0, table("rel_" + kind + ".vertical"), table("rel_" + kind + ".horizontal"));
    }

    /** q_i·rK_ij for all queries and tokens: [N, h, queries, T]. */
    private Value keyBias(Value q) {
        RelativePlaces relative = RelativePlaces.of(grid);
        Value z = Ops.matMul(q, Ops.transposeLast(tables("k")));
        return Ops.matMul(moved(z, relative.skew()), Ops.transposeLast(relative.places()));
    }

    /** Σ_j a_ij rV_ij: [N, h, queries, head]. */
    private Value valueBias(Value attention) {
        RelativePlaces relative = RelativePlaces.of(grid);
        Value sums = Ops.matMul(attention, relative.places());
        return Ops.matMul(moved(sums, Ops.transposeLast(relative.skew())), tables("v"));
    }

    /** The row of each query, [N, h, queries, c], by the matrix of its place, [T, c, d]; the class token is the first. */
    private static Value moved(Value rows, Value matrices) {
        Shape shape = rows.shape();
        long queries = shape.dim(2);
        Value runs = Ops.reshape(rows, shape.dim(0) * shape.dim(1), queries, shape.dim(3));
        Value moved = Ops.matMul(Ops.transpose(runs, 1, 0, 2), Indexing.slice(matrices, 0, 0, queries));
        return Ops.reshape(
                Ops.transpose(moved, 1, 0, 2), shape.with(3, matrices.shape().dim(2)));
    }
}
