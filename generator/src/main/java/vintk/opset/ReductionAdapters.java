package vintk.opset;

import java.util.function.BinaryOperator;
import vintk.onnx.AxisMap;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Reduce;
import vintk.onnx.Value;

/** Reductions other than sums, and what is accumulated along an axis. */
final class ReductionAdapters {
    /** Up to here a cumulative sum is a product with a triangular matrix; beyond, log₂ n additions of shifted copies. */
    private static final long LARGEST_MATRIX = 512;

    private ReductionAdapters() {}

    /** A reduction of {@link Reduce}. */
    @FunctionalInterface
    private interface Reduction {
        Value of(Value x, boolean keep, int... axes);
    }

    static void addTo(Adapters.Adder adapters) {
        adapters.single("ReduceMax", reduced(Reduce::max));
        adapters.single("ReduceMin", reduced(Reduce::min));
        adapters.single("ReduceProd", reduced(Reduce::product));
        adapters.single("ReduceLogSumExp", reduced(Reduce::logSumExp));
        adapters.single("ReduceL2", reduced(Reduce::norm));
        adapters.single("CumSum", ReductionAdapters::cumSum);
        adapters.single("CumProd", site -> scan(site, axis(site), Ops::mul, 1));
    }

    private static Adapter.Single reduced(Reduction reduction) {
        return site ->
                reduction.of(site.x(), site.attributes().integer("keepdims", 1) != 0, MathAdapters.reducedAxes(site));
    }

    private static int axis(Site site) {
        return site.shape().axis((int) site.constant(1).integers()[0]);
    }

    private static Value cumSum(Site site) {
        Value x = site.x();
        int axis = axis(site);
        int extent = (int) Math.min(x.shape().dim(axis), Integer.MAX_VALUE);
        if (!x.dataType().isFloating() || extent > LARGEST_MATRIX) {
            return scan(site, axis, Ops::add, 0);
        }
        boolean reverse = site.attributes().integer("reverse", 0) != 0;
        int least = site.attributes().integer("exclusive", 0) != 0 ? 1 : 0;
        double[][] triangle = new double[extent][extent];
        for (int i = 0; i < extent; i++) {
            for (int j = 0; j < extent; j++) {
                int distance = reverse ? j - i : i - j;
                triangle[i][j] = distance >= least ? 1 : 0;
            }
        }
        return AxisMap.apply(x, axis, triangle);
    }

    /**
     * All partial results of an associative operator along an axis: after step k each element holds that of the 2ᵏ
     * elements up to it (Hillis and Steele 1986).
     *
     * @param neutral what fills up at the end where nothing lies before
     */
    private static Value scan(Site site, int axis, BinaryOperator<Value> operator, double neutral) {
        boolean reverse = site.attributes().integer("reverse", 0) != 0;
        boolean exclusive = site.attributes().integer("exclusive", 0) != 0;
        long extent = site.shape().dim(axis);
        Value y = exclusive && extent > 0 ? shifted(site.x(), axis, 1, reverse, neutral) : site.x();
        for (long step = 1; step < extent; step *= 2) {
            y = operator.apply(y, shifted(y, axis, step, reverse, neutral));
        }
        return y;
    }

    /** The elements {@code by} places further on along the axis, those that come in from outside filled. */
    private static Value shifted(Value x, int axis, long by, boolean back, double fill) {
        long extent = x.shape().dim(axis);
        long[] before = new long[x.shape().rank()];
        long[] after = new long[x.shape().rank()];
        (back ? after : before)[axis] = by;
        Value kept = back ? Indexing.slice(x, axis, by, extent) : Indexing.slice(x, axis, 0, extent - by);
        return Indexing.pad(kept, before, after, fill);
    }
}
