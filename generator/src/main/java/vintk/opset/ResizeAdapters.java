package vintk.opset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import vintk.onnx.AxisMap;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * Resize and its predecessor Upsample: one axis after the other. Nearest elements are copied, the others are a product
 * with the matrix of their weights.
 */
final class ResizeAdapters {
    private ResizeAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("Upsample", ResizeAdapters::resize);
        adapters.single("Resize", ResizeAdapters::resize);
    }

    private static Value resize(Site site) {
        Value x = site.x();
        if (site.shape().equals(site.outputShape())) {
            // As ONNX Runtime has it, whatever the coordinates would say.
            return x;
        }
        Resampling resampling = Resampling.of(site);
        if (!resampling.isNearest() && !x.dataType().isFloating()) {
            throw site.unsupported("interpolation of " + x.dataType());
        }
        List<Resampling.Axis> axes = axes(site, resampling);
        // Axes that shrink come first: less is left for the others.
        List<Integer> order = IntStream.range(0, axes.size())
                .boxed()
                .sorted(Comparator.comparingDouble(
                        i -> (double) axes.get(i).out() / axes.get(i).in()))
                .toList();
        for (int at : order) {
            Resampling.Axis axis = axes.get(at);
            if (!axis.isWhole()) {
                x = resampling.isNearest()
                        ? copied(x, at, resampling.indices(axis))
                        : AxisMap.apply(x, at, resampling.matrix(axis));
            }
        }
        return resampling.extrapolates() ? extrapolated(site, resampling, axes, x) : x;
    }

    // ---- lengths, scales and regions of the axes

    private static List<Resampling.Axis> axes(Site site, Resampling resampling) {
        Shape in = site.shape();
        Shape out = site.outputShape();
        int rank = in.rank();
        int[] named = site.axes(
                site.attributes().integers("axes", LongStream.range(0, rank).toArray()), rank);
        float[] scales = scales(site, named);
        float[] starts = new float[rank];
        float[] ends = new float[rank];
        Arrays.fill(ends, 1);
        if (resampling.extrapolates() && isGiven(site, 1)) {
            float[] region = floats(site.constant(1));
            for (int i = 0; i < named.length; i++) {
                starts[named[i]] = region[i];
                ends[named[i]] = region[named.length + i];
            }
        }
        if (resampling.extrapolates() && resampling.antialias() && in.dim(-1) == out.dim(-1)) {
            throw site.unsupported("antialias with tf_crop_and_resize where the last axis stays");
        }
        List<Resampling.Axis> axes = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            axes.add(new Resampling.Axis((int) in.dim(i), (int) out.dim(i), scales[i], starts[i], ends[i]));
        }
        return axes;
    }

    /** From the attribute (before opset 9), the input, or the ratio of the sizes asked for. */
    private static float[] scales(Site site, int[] named) {
        Shape in = site.shape();
        float[] scales = new float[in.rank()];
        Arrays.fill(scales, 1);
        int scalesAt = site.opset() < 11 ? 1 : 2;
        float[] given = null;
        if (site.attributes().has("scales")) {
            given = site.attributes().reals("scales");
        } else if (isGiven(site, scalesAt)) {
            given = floats(site.constant(scalesAt));
        }
        if (given != null) {
            for (int i = 0; i < named.length; i++) {
                scales[named[i]] = given[i];
            }
            return scales;
        }
        long[] sizes = site.constant(3).integers();
        for (int i = 0; i < named.length; i++) {
            scales[named[i]] = (float) sizes[i] / in.dim(named[i]);
        }
        String policy = site.attributes().text("keep_aspect_ratio_policy", "stretch");
        if (!policy.equals("stretch")) {
            boolean larger = policy.equals("not_smaller");
            float one = scales[named[0]];
            for (int axis : named) {
                one = larger ? Math.max(one, scales[axis]) : Math.min(one, scales[axis]);
            }
            for (int axis : named) {
                scales[axis] = one;
            }
        }
        return scales;
    }

    private static boolean isGiven(Site site, int input) {
        return site.optional(input) != null && site.x(input).shape().elements() > 0;
    }

    private static float[] floats(Tensor tensor) {
        float[] floats = new float[(int) tensor.shape().elements()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) tensor.number(i);
        }
        return floats;
    }

    // ---- values

    /** Elements repeated a whole number of times, every k-th element, or others. */
    private static Value copied(Value x, int axis, int[] indices) {
        int extent = (int) x.shape().dim(axis);
        int times = indices.length / extent;
        if (times > 1
                && indices.length % extent == 0
                && IntStream.range(0, indices.length).allMatch(i -> indices[i] == i / times)) {
            Value apart = Ops.reshape(x, x.shape().replaced(axis + 1, axis + 1, Shape.of(1)));
            Value repeated = Ops.expand(apart, apart.shape().with(axis + 1, times));
            return Ops.reshape(repeated, x.shape().with(axis, indices.length));
        }
        int step = indices.length > 1 ? indices[1] - indices[0] : 1;
        if (step > 0 && IntStream.range(0, indices.length).allMatch(i -> indices[i] == indices[0] + i * step)) {
            return Indexing.slice(x, axis, indices[0], indices[indices.length - 1] + 1L, step);
        }
        return Indexing.gather(
                x, axis, Tensor.longs(IntStream.of(indices).asLongStream().toArray()));
    }

    /** A value of its own where an axis leaves the input. */
    private static Value extrapolated(Site site, Resampling resampling, List<Resampling.Axis> axes, Value y) {
        double value = site.attributes().real("extrapolation_value", 0);
        Value result = y;
        for (int i = 0; i < axes.size(); i++) {
            Resampling.Axis axis = axes.get(i);
            double[] outside = IntStream.range(0, axis.out())
                    .mapToDouble(o -> resampling.isOutside(axis, o) ? 1 : 0)
                    .toArray();
            if (Arrays.stream(outside).anyMatch(o -> o != 0)) {
                Shape along = Shape.ones(axes.size()).with(i, axis.out());
                Value mask = Ops.constant(Tensor.of(new TensorType(DataType.BOOL, along), outside));
                result = Ops.where(mask, Ops.scalar(y, value), result);
            }
        }
        return result;
    }
}
