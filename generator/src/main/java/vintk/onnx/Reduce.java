package vintk.onnx;

import java.util.Arrays;

/** Reductions other than sums. Those over axes of extent 1 leave the numbers as they are, and are left out. */
public final class Reduce {
    private Reduce() {}

    /** Largest elements over axes; {@code keep} leaves the axes with extent 1. */
    public static Value max(Value x, boolean keep, int... axes) {
        return of("ReduceMax", x, keep, axes);
    }

    /** Smallest elements over axes. */
    public static Value min(Value x, boolean keep, int... axes) {
        return of("ReduceMin", x, keep, axes);
    }

    /** log Σ exp x over axes, without overflow. */
    public static Value logSumExp(Value x, boolean keep, int... axes) {
        return of("ReduceLogSumExp", x, keep, axes);
    }

    /**
     * Products over axes: halves are multiplied until one element is left. Its gradient is then that of Mul, and right
     * where elements are 0.
     */
    public static Value product(Value x, boolean keep, int... axes) {
        Value product = x;
        for (int axis : axes) {
            while (product.shape().dim(axis) > 1) {
                long extent = product.shape().dim(axis);
                long half = extent / 2;
                Value halves =
                        Ops.mul(Indexing.slice(product, axis, 0, half), Indexing.slice(product, axis, half, 2 * half));
                Value rest = Indexing.slice(product, axis, 2 * half, extent);
                product = extent % 2 == 0 ? halves : Ops.concat(axis, halves, rest);
            }
        }
        return Ops.reshape(product, shape(x, keep, axes));
    }

    /**
     * √ Σ x² over axes, with gradient 0 where all elements are 0 (as PyTorch has it), not the 0 · ∞ of a plain root.
     */
    public static Value norm(Value x, boolean keep, int... axes) {
        return root(Ops.reduceSum(Ops.square(x), keep, axes));
    }

    /** √x with gradient 0 at 0. */
    public static Value root(Value x) {
        Value positive = Ops.greater(x, Ops.scalar(x, 0));
        return Ops.mask(positive, Ops.sqrt(Ops.where(positive, x, Ops.scalar(x, 1))));
    }

    /** The axes of a reduction from the left, as its node names them; null where it names none, or they are computed. */
    static int[] axes(Node node) {
        Value axes = node.input(1);
        boolean known = axes != null && axes.isConstant() && axes.shape().elements() > 0;
        return known
                ? Arrays.stream(axes.constant().integers())
                        .mapToInt(axis -> node.input(0).shape().axis(Math.toIntExact(axis)))
                        .toArray()
                : null;
    }

    static Value of(String opType, Value x, boolean keep, int... axes) {
        int[] sorted =
                Arrays.stream(axes).map(x.shape()::axis).sorted().distinct().toArray();
        Shape result = shape(x, keep, sorted);
        if (Arrays.stream(sorted).allMatch(a -> x.shape().dim(a) == 1)) {
            return Ops.reshape(x, result);
        }
        Attributes attributes = Attributes.NONE.with("keepdims", keep ? 1L : 0L);
        Value input = Ops.longs(Arrays.stream(sorted).asLongStream().toArray());
        return Ops.node(opType, x.type().withShape(result), attributes, x, input);
    }

    private static Shape shape(Value x, boolean keep, int... axes) {
        Shape kept = x.shape();
        for (int axis : axes) {
            kept = kept.with(axis, 1);
        }
        return keep
                ? kept
                : x.shape().without(Arrays.stream(axes).map(x.shape()::axis).toArray());
    }
}
