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
 * is an element of row i of z, taken by its place ({@link RelativePlaces#skew}); and Σ_j a_ij V[y_j - y_i] is a product of the attention
 * summed over grid rows, put at the places of its offsets ({@link RelativePlaces#unskew}), with the table.
 */
final class Attention {
    private final Weights weights;
    private final String name;
    private final Block block;
    private final long width;
    private final RelativePlaces relative;
    private final long grid;

    /**
     * The attention of a block.
     *
     * @param name prefix of the parameters' names, with a dot at the end
     * @param relative the places on its grid
     */
    Attention(Weights weights, String name, Block block, long width, RelativePlaces relative) {
        this.weights = weights;
        this.name = name;
        this.block = block;
        this.width = width;
        this.relative = relative;
        this.grid = relative.grid();
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

    /**
     * q_i·rK_ij for all pairs: [N, h, T, T]. The row of the class token is constant over j (one table row for all), so it
     * is left at 0: softmax is the same.
     */
    private Value keyBias(Value q) {
        Value z = Ops.matMul(q, Ops.transposeLast(tables("k")));
        Value placed = taken(patches(z), relative.skew(), 2 * grid + 2);
        // A zero row for the class token as query.
        return Ops.matMul(Indexing.pad(placed, 2, 1, 0), Ops.transposeLast(relative.places()));
    }

    /** Σ_j a_ij rV_ij: [N, h, T, head]. Attention sums to 1, so the class token as query gets its table rows themselves. */
    private Value valueBias(Value attention) {
        Value sums = patches(Ops.matMul(attention, relative.places()));
        Value rows = taken(Indexing.pad(sums, 2, 0, 1), relative.unskew(), 4 * grid);
        Value table = tables("v");
        Value query = Ops.add(
                Indexing.slice(table, 0, 2 * grid - 1, 2 * grid), Indexing.slice(table, 0, 4 * grid - 1, 4 * grid));
        Shape one = Shape.of(attention.shape().dim(0), attention.shape().dim(1), 1, block.headWidth());
        return Ops.concat(2, Ops.expand(query, one), Ops.matMul(rows, table));
    }

    /** The rows of all queries but the class token in one run: [N, h, T, c] to [N, h, g·g·c]. */
    private Value patches(Value x) {
        Shape shape = x.shape();
        Value rows = Indexing.slice(x, 2, 1, shape.dim(2));
        return Ops.reshape(rows, shape.dim(0), shape.dim(1), grid * grid * shape.dim(3));
    }

    /** Elements of runs at places, as rows of patches: [N, h, g·g, columns]. */
    private Value taken(Value runs, Tensor places, long columns) {
        Shape lead = runs.shape().slice(0, 2);
        return Ops.reshape(Indexing.gather(runs, 2, places), Shape.concat(lead, Shape.of(grid * grid, columns)));
    }
}
