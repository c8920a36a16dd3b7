package vintk.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Parts of a tensor, taken from and put at places: Slice, Pad, Gather, GatherElements, ScatterElements. */
public final class Indexing {
    private Indexing() {}

    /** Elements {@code start} (inclusive) to {@code end} (exclusive) of one axis. */
    public static Value slice(Value x, int axis, long start, long end) {
        return slice(x, axis, start, end, 1);
    }

    /** Every {@code step}-th (positive) element of one axis from {@code start} to {@code end} (exclusive). */
    public static Value slice(Value x, int axis, long start, long end, long step) {
        long extent = x.shape().dim(axis);
        if (start < 0 || end > extent || start > end || step < 1) {
            throw new IllegalArgumentException(
                    "cannot take " + start + ":" + end + ":" + step + " of axis " + axis + " of " + x);
        }
        if (start == 0 && end == extent && step == 1) {
            return x;
        }
        Shape shape = x.shape().with(axis, (end - start + step - 1) / step);
        Value at = Ops.longs(x.shape().axis(axis));
        return Ops.node(
                "Slice",
                x.type().withShape(shape),
                Attributes.NONE,
                x,
                Ops.longs(start),
                Ops.longs(end),
                at,
                Ops.longs(step));
    }

    /** The values of an axis, cut at the given extents. */
    public static List<Value> split(Value x, int axis, long... extents) {
        List<Value> parts = new ArrayList<>();
        long start = 0;
        for (long extent : extents) {
            parts.add(slice(x, axis, start, start + extent));
            start += extent;
        }
        return parts;
    }

    /** {@code before} and {@code after} values of {@code fill} around each axis. */
    public static Value pad(Value x, long[] before, long[] after, double fill) {
        if (Arrays.stream(before).allMatch(p -> p == 0) && Arrays.stream(after).allMatch(p -> p == 0)) {
            return x;
        }
        long[] dims = new long[before.length];
        long[] pads = new long[2 * before.length];
        for (int i = 0; i < before.length; i++) {
            dims[i] = x.shape().dim(i) + before[i] + after[i];
            pads[i] = before[i];
            pads[before.length + i] = after[i];
        }
        return Ops.node(
                "Pad", x.type().withShape(Shape.of(dims)), Attributes.NONE, x, Ops.longs(pads), Ops.scalar(x, fill));
    }

    /** Zeros around one axis. */
    public static Value pad(Value x, int axis, long before, long after) {
        long[] first = new long[x.shape().rank()];
        long[] last = new long[x.shape().rank()];
        first[x.shape().axis(axis)] = before;
        last[x.shape().axis(axis)] = after;
        return pad(x, first, last, 0);
    }

    /** Slices of one axis at the given indices (0 or more). */
    public static Value gather(Value x, int axis, Tensor indices) {
        int at = x.shape().axis(axis);
        Shape shape = x.shape().replaced(at, at + 1, indices.shape());
        return Ops.node(
                "Gather", x.type().withShape(shape), Attributes.NONE.with("axis", (long) at), x, Ops.constant(indices));
    }

    /** Indices into axes of these extents, those that count from the end counted from the start. */
    public static Value fromStart(Value indices, Value extents) {
        Value at = Ops.cast(indices, DataType.INT64);
        return Ops.where(Ops.less(at, Ops.scalar(DataType.INT64, 0)), Ops.add(at, extents), at);
    }

    /** The elements of {@code x} at indices along an axis; the other axes of both are the same. */
    public static Value gatherElements(Value x, Value indices, int axis) {
        long at = x.shape().axis(axis);
        TensorType type = x.type().withShape(indices.shape());
        return Ops.node("GatherElements", type, Attributes.NONE.with("axis", at), x, indices);
    }

    /**
     * {@code data} with {@code updates} at indices along an axis.
     *
     * @param reduction of what lands in one place: none, add, mul, max or min
     */
    public static Value scatterElements(String reduction, Value data, Value indices, Value updates, int axis) {
        Attributes attributes = Attributes.NONE.with("axis", (long) data.shape().axis(axis));
        if (!reduction.equals("none")) {
            attributes = attributes.with("reduction", reduction);
        }
        // Maximum and minimum came with opset 18; the rest needs no newer form.
        boolean later = reduction.equals("max") || reduction.equals("min");
        return new Node(
                        "",
                        "ScatterElements",
                        null,
                        List.of(data, indices, updates),
                        attributes,
                        List.of(data.type()),
                        null,
                        later ? 18 : CanonicalOpset.BASE)
                .output();
    }
}
