package vintk.vit;

import java.util.stream.LongStream;
import vintk.onnx.DataType;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.space.VisionTransformer.Block;

/**
 * Multi-head self-attention, with the 2-D relative positions of AutoFormer where a block has them (Chen et al., ICCV
 * 2021; Wu et al., "Rethinking and improving relative position encoding", ICCV 2021).
 *
 * <p>Relative positions: for tokens i, j of the patch grid, r_ij = V[dy] + H[dx] by their vertical and horizontal offset,
 * clipped to the largest distance; row 0 of both tables for pairs with the class token. Logits are (q_i·k_j + q_i·rK_ij)
 * s, outputs Σ_j a_ij (v_j + rV_ij). The T×T×d tensor r is never built: with z = q Wᵀ over the table rows, q_i·V[y_j - y_i]
 * is row i of z shifted by y_i, a relayout ({@link #skew}); and Σ_j a_ij V[y_j - y_i] is a product of the attention summed
 * over grid rows, shifted back, with the table.
 */
final class Attention {
    private final Weights weights;
    private final String name;
    private final Block block;
    private final long width;
    private final long grid;

    /** @param name prefix of the parameters' names, with a dot at the end */
    Attention(Weights weights, String name, Block block, long width, long grid) {
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
        Value matrix = weights.matrix(name + "qkv.weight", width, 3 * inner);
        Value bias = weights.bias(name + "qkv.bias", width, 3 * inner);
        Value q;
        Value k;
        Value v;
        if (tokenOnly) {
            Value first = Ops.slice(x, 1, 0, 1);
            Value one = projected(first, Ops.slice(matrix, 1, 0, inner), Ops.slice(bias, 0, 0, inner), 1);
            Value two = projected(x, Ops.slice(matrix, 1, inner, 3 * inner), Ops.slice(bias, 0, inner, 3 * inner), 2);
            q = part(one, 0);
            k = part(two, 0);
            v = part(two, 1);
        } else {
            Value three = projected(x, matrix, bias, 3);
            q = part(three, 0);
            k = part(three, 1);
            v = part(three, 2);
        }
        Value scaled = Ops.mul(q, 1 / Math.sqrt(head));
        boolean relative = block.relativeDistance() > 0;
        Value logits = Ops.matMul(scaled, Ops.transposeLast(k));
        if (relative) {
            logits = Ops.add(logits, keyBias(scaled));
        }
        Value attention = Ops.softmax(logits, -1);
        Value mixed = Ops.matMul(attention, v);
        if (relative) {
            mixed = Ops.add(mixed, valueBias(attention));
        }
        long queries = tokenOnly ? 1 : tokens;
        Value merged = Ops.reshape(Ops.transpose(mixed, 0, 2, 1, 3), samples, queries, inner);
        Value out = Ops.matMul(merged, weights.matrix(name + "proj.weight", inner, width));
        return Ops.add(out, weights.bias(name + "proj.bias", inner, width));
    }

    /** [N, T, width] to [parts, N, heads, T, head]. */
    private Value projected(Value x, Value matrix, Value bias, long parts) {
        Value flat = Ops.add(Ops.matMul(x, matrix), bias);
        Value split = Ops.reshape(flat, x.shape().dim(0), x.shape().dim(1), parts, block.heads(), block.headWidth());
        return Ops.transpose(split, 2, 0, 3, 1, 4);
    }

    private static Value part(Value projected, long index) {
        Shape shape = projected.shape();
        return Ops.reshape(Ops.slice(projected, 0, index, index + 1), shape.slice(1, 5));
    }

    // ---- relative positions

    /**
     * The rows of a table that occur on this grid: offsets -(g-1) … g-1 clipped to the largest distance, then the row of
     * the class token. [2g, head].
     */
    private Value table(String table) {
        long distance = block.relativeDistance();
        Value rows = weights.table(name + table, 2 * distance + 2, block.headWidth());
        long[] offsets = LongStream.range(1 - grid, grid)
                .map(o -> Math.max(-distance, Math.min(distance, o)) + distance + 1)
                .toArray();
        return Ops.concat(0, Ops.gather(rows, 0, Tensor.longs(offsets)), Ops.slice(rows, 0, 0, 1));
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
        long tokens = q.shape().dim(2);
        Value patches = Ops.slice(z, 2, 1, tokens);
        Value vertical = Ops.slice(patches, 3, 0, 2 * grid);
        Value horizontal = Ops.slice(patches, 3, 2 * grid, 4 * grid);
        Value token = Ops.add(last(vertical), last(horizontal));
        Value columns = Ops.concat(3, skew(vertical, true), skew(horizontal, false), token);
        // A zero row for the class token as query.
        Value all = Ops.pad(columns, 2, 1, 0);
        return Ops.matMul(all, Ops.transposeLast(places()));
    }

    private Value last(Value z) {
        return Ops.slice(z, 3, 2 * grid - 1, 2 * grid);
    }

    /** [T, 2g + 1]: 1 where token j lies in grid row y, grid column x, or is the class token. */
    private Value places() {
        long tokens = grid * grid + 1;
        int columns = (int) (2 * grid + 1);
        double[] matrix = new double[(int) tokens * columns];
        matrix[columns - 1] = 1;
        for (int j = 1; j < tokens; j++) {
            matrix[j * columns + (int) ((j - 1) / grid)] = 1;
            matrix[j * columns + (int) (grid + (j - 1) % grid)] = 1;
        }
        return Ops.constant(Tensor.of(TensorType.of(DataType.FLOAT, tokens, columns), matrix));
    }

    /**
     * [N, h, g·g, 2g] with offset o at column o + g-1, to [N, h, g·g, g] with grid row (or column) y at column y: for a
     * query in row a the offset of y is y - a. In the flat run of rows of length 2g, element (a, y - a + g-1) lies at
     * a (2g-1) + y + g-1: rows of length 2g-1, shifted.
     */
    private Value skew(Value z, boolean vertical) {
        Value ordered = split(z, vertical, 2 * grid);
        Shape lead = ordered.shape().slice(0, 3);
        Value run = Ops.reshape(ordered, Shape.concat(lead, Shape.of(2 * grid * grid)));
        Value window = Ops.slice(run, 3, grid - 1, grid - 1 + grid * (2 * grid - 1));
        Value rows = Ops.reshape(window, Shape.concat(lead, Shape.of(grid, 2 * grid - 1)));
        return back(Ops.slice(rows, 4, 0, grid), vertical, z);
    }

    /** The transpose of {@link #skew}: [N, h, g·g, g] to [N, h, g·g, 2g], zero at the last column. */
    private Value unskew(Value b, boolean vertical) {
        Value ordered = split(b, vertical, grid);
        Shape lead = ordered.shape().slice(0, 3);
        Value rows = Ops.pad(ordered, 4, 0, grid - 1);
        Value window = Ops.reshape(rows, Shape.concat(lead, Shape.of(grid * (2 * grid - 1))));
        Value run = Ops.pad(window, 3, grid - 1, 1);
        return back(Ops.reshape(run, Shape.concat(lead, Shape.of(grid, 2 * grid))), vertical, b);
    }

    /** [N, h, g·g, c] to [N, h, other axis, this axis, c]: the axis that shifts next to the columns. */
    private Value split(Value z, boolean vertical, long columns) {
        Shape shape = z.shape();
        Value axes = Ops.reshape(z, shape.dim(0), shape.dim(1), grid, grid, columns);
        return vertical ? Ops.transpose(axes, 0, 1, 3, 2, 4) : axes;
    }

    private Value back(Value ordered, boolean vertical, Value like) {
        Value axes = vertical ? Ops.transpose(ordered, 0, 1, 3, 2, 4) : ordered;
        return Ops.reshape(
                axes,
                like.shape().dim(0),
                like.shape().dim(1),
                like.shape().dim(2),
                ordered.shape().dim(4));
    }

    /** Σ_j a_ij rV_ij: [N, h, T, head]. Attention sums to 1, so the class token as query gets its table rows themselves. */
    private Value valueBias(Value attention) {
        Value sums = Ops.matMul(attention, places());
        long tokens = attention.shape().dim(2);
        Value patches = Ops.slice(sums, 2, 1, tokens);
        Value toToken = Ops.slice(patches, 3, 2 * grid, 2 * grid + 1);
        Value vertical = unskew(Ops.slice(patches, 3, 0, grid), true);
        Value horizontal = unskew(Ops.slice(patches, 3, grid, 2 * grid), false);
        Value rows = Ops.concat(
                3,
                Ops.slice(vertical, 3, 0, 2 * grid - 1),
                toToken,
                Ops.slice(horizontal, 3, 0, 2 * grid - 1),
                toToken);
        Value table = tables("v");
        Value query = Ops.add(Ops.slice(table, 0, 2 * grid - 1, 2 * grid), Ops.slice(table, 0, 4 * grid - 1, 4 * grid));
        Shape one = Shape.of(attention.shape().dim(0), attention.shape().dim(1), 1, block.headWidth());
        return Ops.concat(2, Ops.expand(query, one), Ops.matMul(rows, table));
    }
}
