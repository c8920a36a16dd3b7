package vintk.opset;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vintk.onnx.DataType;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** The arithmetic that attention operators share. Heads are an axis: [N, heads, tokens, channels of a head]. */
final class Heads {
    /** What is added to masked scores: their softmax is 0. */
    static final double MASKED = -Float.MAX_VALUE;

    private Heads() {}

    /** [N, tokens, heads · channels] to [N, heads, tokens, channels]. */
    static Value split(Value x, long heads) {
        Shape shape = x.shape();
        Value apart = Ops.reshape(x, shape.dim(0), shape.dim(1), heads, shape.dim(2) / heads);
        return Ops.transpose(apart, 0, 2, 1, 3);
    }

    /** [N, heads, tokens, channels] to [N, tokens, heads · channels]. */
    static Value merge(Value x) {
        Shape shape = x.shape();
        return Ops.reshape(Ops.transpose(x, 0, 2, 1, 3), shape.dim(0), shape.dim(2), shape.dim(1) * shape.dim(3));
    }

    /**
     * scale Q Kᵀ, [N, heads, queries, keys], where no scale is given 1/√channels. Fewer heads of keys than of queries
     * serve a run of these each.
     */
    static Value scores(Site site, Value q, Value k) {
        double given = site.attributes().real("scale", 0);
        double scale = given == 0 ? 1 / Math.sqrt(q.shape().dim(3)) : given;
        return product(Ops.mul(q, scale), Ops.transposeLast(k));
    }

    /** The product of [N, heads, m, n] with [N, fewer heads, n, p]. */
    static Value product(Value left, Value right) {
        Shape a = left.shape();
        Shape b = right.shape();
        if (a.dim(1) == b.dim(1)) {
            return Ops.matMul(left, right);
        }
        long group = a.dim(1) / b.dim(1);
        Value runs = Ops.reshape(left, a.dim(0), b.dim(1), group, a.dim(2), a.dim(3));
        Value each = Ops.reshape(right, b.dim(0), b.dim(1), 1, b.dim(2), b.dim(3));
        return Ops.reshape(Ops.matMul(runs, each), a.dim(0), a.dim(1), a.dim(2), b.dim(3));
    }

    /** {@link #MASKED} where key j comes after query i and the {@code past} keys before it, 0 elsewhere: [queries, keys]. */
    static Value causal(DataType type, long queries, long keys, long past) {
        return Ops.constant(causal(TensorType.of(type, queries, keys), past));
    }

    /** The same with keys before it that differ by sample: [N, 1, queries, keys], or [1, 1, queries, keys] where they do not. */
    static Value causal(DataType type, long queries, long keys, long[] past) {
        long[] each = Arrays.stream(past).distinct().count() == 1 ? new long[] {past[0]} : past;
        return Ops.constant(causal(TensorType.of(type, each.length, 1, queries, keys), each));
    }

    private static Tensor causal(TensorType type, long... past) {
        long queries = type.shape().dim(-2);
        long keys = type.shape().dim(-1);
        return Tensor.of(type, Math.toIntExact(type.shape().elements()), i -> {
            long row = i / keys;
            return i % keys > row % queries + past[(int) (row / queries)] ? MASKED : 0;
        });
    }

    /** The sum of constants that are added to scores; what two of them mask is masked, not infinite. */
    static Value together(List<Value> masks) {
        Value first = masks.get(0);
        if (masks.size() == 1) {
            return first;
        }
        Shape all = Shape.SCALAR;
        for (Value mask : masks) {
            all = Shape.broadcast(all, mask.shape());
        }
        double[] sum = new double[Math.toIntExact(all.elements())];
        for (Value mask : masks) {
            for (int i = 0; i < sum.length; i++) {
                sum[i] = Math.max(MASKED, sum[i] + mask.constant().number(place(i, all, mask.shape())));
            }
        }
        return Ops.constant(Tensor.of(new TensorType(first.dataType(), all), sum));
    }

    /** Of a constant that is added to scores, whether a query has a key that it does not mask: [..., queries, 1]. */
    static Tensor rowsThatCount(Tensor mask) {
        Shape shape = mask.shape();
        int keys = shape.rank() == 0 ? 1 : Math.toIntExact(shape.dim(-1));
        Shape rows = shape.rank() == 0 ? shape : shape.with(shape.rank() - 1, 1);
        return Tensor.of(
                new TensorType(DataType.BOOL, rows),
                Math.toIntExact(rows.elements()),
                row -> IntStream.range(0, keys).anyMatch(key -> mask.number((long) row * keys + key) > MASKED) ? 1 : 0);
    }

    /** Where an element of a shape lies in one that is broadcast to it. */
    private static long place(long element, Shape of, Shape in) {
        long left = element;
        long place = 0;
        long stride = 1;
        for (int i = 1; i <= in.rank(); i++) {
            long at = left % of.dim(-i);
            left /= of.dim(-i);
            place += in.dim(-i) == 1 ? 0 : at * stride;
            stride *= in.dim(-i);
        }
        return place;
    }

    /**
     * {@code fill} outside of [start, end) of each sample's keys: [N, 1, 1, keys], or [1, 1, 1, keys] where all samples
     * have the same.
     */
    static Value outside(DataType type, long[] starts, long[] ends, long keys, double fill) {
        boolean same = Arrays.stream(starts).distinct().count() == 1
                && Arrays.stream(ends).distinct().count() == 1;
        int rows = same ? 1 : ends.length;
        double[] mask = new double[Math.toIntExact(rows * keys)];
        for (int i = 0; i < mask.length; i++) {
            int row = (int) (i / keys);
            long j = i % keys;
            mask[i] = j < starts[row] || j >= ends[row] ? fill : 0;
        }
        return Ops.constant(Tensor.of(TensorType.of(type, rows, 1, 1, keys), mask));
    }

    /** A constant of rows that are all equal as one row, so that it meets the samples as one. */
    static Tensor oneRow(Tensor tensor) {
        Tensor row = tensor.shape().rank() < 2 ? null : tensor.commonRow();
        return row == null ? tensor : row;
    }
}
