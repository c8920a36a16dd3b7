package vintk.opset;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Reduce;
import vintk.onnx.Shape;
import vintk.onnx.Value;
import vintk.onnx.Window;
import vintk.onnx.WindowMean;
import vintk.onnx.WindowMean.Count;

/** Pooling: canonical are MaxPool, MaxUnpool, and AveragePool without dilation and without a ceiling mode. */
final class PoolAdapters {
    /** ONNX Runtime has kernels for so many spatial axes. */
    private static final int MOST_AXES = 3;

    private PoolAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.add("MaxPool", PoolAdapters::maximum);
        adapters.single("AveragePool", PoolAdapters::average);
        adapters.single("LpPool", PoolAdapters::norm);
        adapters.single("GlobalAveragePool", site -> Ops.reduceMean(site.x(), spatial(site)));
        adapters.single("GlobalMaxPool", PoolAdapters::globalMaximum);
        adapters.single("GlobalLpPool", PoolAdapters::globalNorm);
    }

    private static int[] spatial(Site site) {
        return IntStream.range(2, site.shape().rank()).toArray();
    }

    /** The indices, where a model uses them, are not differentiable. */
    private static List<Value> maximum(Site site) {
        return site.same(ImageAdapters.explicitPads(site), site.inputs());
    }

    /** The spatial axes as one, under one window. At a tie the first of the largest has the gradient. */
    private static Value globalMaximum(Site site) {
        Shape x = site.shape();
        long pixels = x.product(2, x.rank());
        Value flat = Ops.reshape(site.x(), x.dim(0), x.dim(1), pixels);
        Attributes window = Attributes.NONE.with("kernel_shape", new long[] {pixels});
        Value y = Ops.node("MaxPool", flat.type().withShape(Shape.of(x.dim(0), x.dim(1), 1)), window, flat);
        return Ops.reshape(y, site.outputShape());
    }

    // ---- means

    /** Where nothing is padded, elements of the image are all that can count. */
    private static Value average(Site site) {
        boolean counted = site.attributes().integer("count_include_pad", 0) != 0
                && Arrays.stream(means(site, Count.PADDED)).anyMatch(m -> m.begin() > 0 || m.end() > 0);
        return mean(site, site.x(), counted ? Count.PADDED : Count.INSIDE);
    }

    /**
     * Means over the windows of a site. With {@code ceil_mode} the last window may reach past the padding. Where only
     * elements of the image count, that is more padding; where padding counts, what lies past it still does not.
     */
    private static Value mean(Site site, Value x, Count count) {
        WindowMean[] means = means(site, count);
        boolean canonical = means.length <= MOST_AXES
                && count != Count.ONE
                && Arrays.stream(means).allMatch(PoolAdapters::isCanonical);
        if (canonical) {
            return averagePool(x, count != Count.INSIDE, means);
        }
        Value y = x;
        for (int i = 0; i < means.length; i++) {
            y = means[i].apply(y, 2 + i);
        }
        return y;
    }

    private static WindowMean[] means(Site site, Count count) {
        Window window = Window.of(ImageAdapters.explicitPads(site));
        WindowMean[] means = new WindowMean[window.rank()];
        for (int i = 0; i < means.length; i++) {
            long extent = site.shape().dim(2 + i);
            long places = site.outputShape().dim(2 + i);
            long end = window.end(i);
            if (count == Count.INSIDE) {
                // What the windows reach, no more and no less.
                end = Math.max(0, window.reach(i, places) - extent - window.begin(i));
            }
            means[i] = new WindowMean(
                    extent,
                    window.kernel()[i],
                    window.strides()[i],
                    window.dilations()[i],
                    window.begin(i),
                    end,
                    places,
                    count);
        }
        return means;
    }

    private static boolean isCanonical(WindowMean mean) {
        long last = (mean.places() - 1) * mean.stride() + mean.kernel() - mean.begin();
        boolean past = last > mean.extent() + mean.end();
        return mean.dilation() == 1 && !past && mean.begin() < mean.kernel() && mean.end() < mean.kernel();
    }

    private static Value averagePool(Value x, boolean padded, WindowMean... means) {
        Shape shape = x.shape();
        for (int i = 0; i < means.length; i++) {
            shape = shape.with(2 + i, means[i].places());
        }
        long[] pads = IntStream.range(0, 2 * means.length)
                .mapToLong(i -> i < means.length ? means[i].begin() : means[i - means.length].end())
                .toArray();
        Attributes attributes = Attributes.NONE
                .with("kernel_shape", of(means, WindowMean::kernel))
                .with("strides", of(means, WindowMean::stride))
                .with("pads", pads)
                .with("count_include_pad", padded ? 1L : 0L);
        return Ops.node("AveragePool", x.type().withShape(shape), attributes, x);
    }

    private static long[] of(WindowMean[] means, ToLongFunction<WindowMean> what) {
        return Arrays.stream(means).mapToLong(what).toArray();
    }

    // ---- norms

    private static Value norm(Site site) {
        double p = power(site);
        long elements = Shape.of(site.attributes().integers("kernel_shape")).elements();
        Value powers = powers(site.x(), p);
        WindowMean[] means = means(site, Count.PADDED);
        boolean canonical = means.length <= MOST_AXES && Arrays.stream(means).allMatch(PoolAdapters::isCanonical);
        Value sum = canonical ? Ops.mul(mean(site, powers, Count.PADDED), elements) : mean(site, powers, Count.ONE);
        return root(sum, p);
    }

    private static Value globalNorm(Site site) {
        double p = power(site);
        return root(Ops.reduceSum(powers(site.x(), p), true, spatial(site)), p);
    }

    /** An integer since opset 2, which is before all that is handled. */
    private static double power(Site site) {
        return site.attributes().integer("p", 2);
    }

    private static Value powers(Value x, double p) {
        if (p == 2) {
            return Ops.square(x);
        }
        Value size = Ops.unary("Abs", x);
        return p == 1 ? size : Ops.pow(size, Ops.scalar(x, p));
    }

    /** The p-th root. Where the sum is 0 the gradient is 0, too, not a division by 0. */
    private static Value root(Value sum, double p) {
        if (p == 1) {
            return sum;
        }
        if (p == 2) {
            return Reduce.root(sum);
        }
        Value positive = Ops.greater(sum, Ops.scalar(sum, 0));
        Value safe = Ops.where(positive, sum, Ops.scalar(sum, 1));
        return Ops.mask(positive, Ops.pow(safe, Ops.scalar(sum, 1 / p)));
    }
}
