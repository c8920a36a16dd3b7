package vintk.opset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/** Operators that move elements. All that only change the shape become a Reshape to the shape that is known. */
final class LayoutAdapters {
    private LayoutAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        for (String operator : List.of("Reshape", "Flatten", "Squeeze", "Unsqueeze")) {
            adapters.single(operator, site -> Ops.reshape(site.x(), site.outputShape()));
        }
        adapters.single("Identity", Site::x);
        // Dropout is off, as in inference, whatever the model was exported for.
        adapters.single("Dropout", Site::x);
        adapters.single("Transpose", LayoutAdapters::transpose);
        adapters.single("Expand", site -> Ops.expand(site.x(), site.outputShape()));
        adapters.single("Concat", LayoutAdapters::concat);
        adapters.add("Split", LayoutAdapters::split);
        adapters.single("Slice", LayoutAdapters::slice);
        adapters.single("Pad", LayoutAdapters::pad);
    }

    private static Value transpose(Site site) {
        int rank = site.shape().rank();
        long[] reversed = LongStream.range(0, rank).map(i -> rank - 1 - i).toArray();
        return Ops.transpose(
                site.x(),
                Arrays.stream(site.attributes().integers("perm", reversed))
                        .mapToInt(i -> (int) i)
                        .toArray());
    }

    /** Empty parts are left out: exporters leave them in, and shapes of rank 1 and extent 0 need not match the others. */
    private static Value concat(Site site) {
        List<Value> parts =
                site.inputs().stream().filter(v -> v.shape().elements() > 0).toList();
        return parts.isEmpty() ? site.x() : Ops.concat((int) site.attributes().integer("axis", 1), parts);
    }

    /** Parts of given extents (an attribute before opset 13), or of equal ones: the last may then be shorter. */
    private static List<Value> split(Site site) {
        int axis = site.axis("axis", 0);
        long extent = site.shape().dim(axis);
        int parts = site.types().size();
        long each = (extent + parts - 1) / parts;
        long[] equal = LongStream.range(0, parts)
                .map(i -> Math.max(0, Math.min(each, extent - i * each)))
                .toArray();
        return Indexing.split(site.x(), axis, site.integers(1, "split", equal));
    }

    private static Value slice(Site site) {
        int rank = site.shape().rank();
        long[] starts = site.integers(1, "starts");
        long[] ends = site.integers(2, "ends");
        int[] axes = site.axes(
                site.integers(3, "axes", LongStream.range(0, starts.length).toArray()), rank);
        long[] ones = Shape.ones(starts.length).dims();
        long[] steps = site.optional(4) == null ? ones : site.constant(4).integers();
        Value value = site.x();
        for (int i = 0; i < starts.length; i++) {
            value = sliceAxis(value, axes[i], starts[i], ends[i], steps[i]);
        }
        return value;
    }

    /** One axis; a negative step becomes a Gather. */
    private static Value sliceAxis(Value x, int axis, long start, long end, long step) {
        long extent = x.shape().dim(axis);
        long from = start < 0 ? start + extent : start;
        long to = end < 0 ? end + extent : end;
        if (step > 0) {
            from = clamp(from, 0, extent);
            return Indexing.slice(x, axis, from, Math.max(from, clamp(to, 0, extent)), step);
        }
        from = clamp(from, 0, extent - 1);
        // "To -1" counts from the end as everywhere: only values below -extent mean "past the first element".
        to = end < 0 && end + extent < 0 ? -1 : clamp(to, -1, extent - 1);
        List<Long> indices = new ArrayList<>();
        for (long i = from; i > to; i += step) {
            indices.add(i);
        }
        return Indexing.gather(
                x,
                axis,
                Tensor.longs(indices.stream().mapToLong(Long::longValue).toArray()));
    }

    private static long clamp(long value, long low, long high) {
        return Math.max(low, Math.min(high, value));
    }

    /** Constant padding, negative (cropping) included; reflecting and repeating edges are a Gather along each axis. */
    private static Value pad(Site site) {
        Value x = site.x();
        int rank = x.shape().rank();
        long[] given = site.integers(1, "pads");
        long[] axes = site.optional(3) == null
                ? LongStream.range(0, rank).toArray()
                : site.constant(3).integers();
        long[] before = new long[rank];
        long[] after = new long[rank];
        int[] at = site.axes(axes, rank);
        for (int i = 0; i < at.length; i++) {
            before[at[i]] = given[i];
            after[at[i]] = given[at.length + i];
        }
        String mode = site.attributes().text("mode", "constant");
        if (!mode.equals("constant") && !mode.equals("wrap")) {
            return padByIndex(site, x, mode, before, after);
        }
        // What is taken away is no longer there to be wrapped around; at an edge ONNX Runtime still mirrors it.
        for (int i = 0; i < rank; i++) {
            long extent = x.shape().dim(i);
            x = Indexing.slice(x, i, Math.max(0, -before[i]), extent - Math.max(0, -after[i]));
            before[i] = Math.max(0, before[i]);
            after[i] = Math.max(0, after[i]);
        }
        if (mode.equals("wrap")) {
            return padByIndex(site, x, mode, before, after);
        }
        double fill = site.optional(2) == null
                ? site.attributes().real("value", 0)
                : site.constant(2).number(0);
        return Indexing.pad(x, before, after, fill);
    }

    private static Value padByIndex(Site site, Value whole, String mode, long[] before, long[] after) {
        Value x = whole;
        for (int i = 0; i < before.length; i++) {
            long extent = x.shape().dim(i);
            if (before[i] == 0 && after[i] == 0) {
                continue;
            }
            long[] indices = LongStream.range(-before[i], extent + after[i])
                    .map(j -> inside(site, mode, j, extent))
                    .toArray();
            x = Indexing.gather(x, i, Tensor.longs(indices));
        }
        return x;
    }

    private static long inside(Site site, String mode, long index, long extent) {
        return switch (mode) {
            case "edge" -> clamp(index, 0, extent - 1);
            case "wrap" -> Math.floorMod(index, extent);
            case "reflect" -> {
                long period = Math.max(1, 2 * (extent - 1));
                long at = Math.floorMod(index, period);
                yield Math.min(at, period - at);
            }
            default -> throw site.unsupported("padding mode '" + mode + "' is not known");
        };
    }
}
