package vintk.opset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/**
 * Operators that take or put elements along one axis. Where indices are constant, and the same along all other axes, they
 * become Slice, Gather and Concat, which know the batch and cost little.
 */
final class IndexAdapters {
    private IndexAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("Gather", IndexAdapters::gather);
        adapters.single("GatherElements", site -> takenElements(site.x(0), site.x(1), site.axis("axis", 0)));
        adapters.single("ScatterElements", IndexAdapters::scatter);
        adapters.single("Scatter", IndexAdapters::scatter);
        adapters.single("TensorScatter", IndexAdapters::tensorScatter);
        adapters.single("Compress", IndexAdapters::compress);
        adapters.single("ReverseSequence", IndexAdapters::reverseSequence);
        adapters.single("OneHot", IndexAdapters::oneHot);
        adapters.add("TopK", IndexAdapters::topK);
    }

    // ---- taking

    private static Value gather(Site site) {
        int axis = site.axis("axis", 0);
        if (!site.x(1).isConstant()) {
            return site.same(site.attributes(), site.inputs()).get(0);
        }
        return taken(site.x(), axis, fromStart(site.constant(1), site.shape(), axis));
    }

    /** Constant indices, counted from the start of an axis; an error names one outside of it. */
    static Tensor fromStart(Tensor given, Shape shape, int axis) {
        long extent = shape.dim(axis);
        long[] indices =
                Arrays.stream(given.integers()).map(i -> i < 0 ? i + extent : i).toArray();
        for (long index : indices) {
            if (index < 0 || index >= extent) {
                throw new IllegalArgumentException("index " + index + " is outside of axis " + axis + " of " + shape);
            }
        }
        return Tensor.longs(given.shape(), indices);
    }

    /** Slices at constant indices from the start. A single index, or a run of them, is a Slice. */
    static Value taken(Value x, int axis, Tensor at) {
        long[] indices = at.integers();
        if (!isRun(indices)) {
            return Indexing.gather(x, axis, at);
        }
        Value window = Indexing.slice(x, axis, indices[0], indices[0] + indices.length);
        return Ops.reshape(window, x.shape().replaced(axis, axis + 1, at.shape()));
    }

    private static boolean isRun(long[] indices) {
        return indices.length > 0 && IntStream.range(0, indices.length).allMatch(i -> indices[i] == indices[0] + i);
    }

    /** GatherElements; a Gather where the indices vary along the axis only. */
    static Value takenElements(Value x, Value indices, int axis) {
        Shape others = x.shape().with(axis, indices.shape().dim(axis));
        if (indices.shape().equals(others)) {
            return takenRows(x, indices, axis);
        }
        return Indexing.gatherElements(x, indices, axis);
    }

    /** The same for indices that are broadcast to all of the other axes. */
    static Value takenRows(Value x, Value indices, int axis) {
        long[] line = line(indices, axis, x.shape());
        if (line != null) {
            return taken(x, axis, Tensor.longs(line));
        }
        Shape shape = x.shape().with(axis, indices.shape().dim(axis));
        return Indexing.gatherElements(x, Ops.expand(indices, shape), axis);
    }

    /** The indices along the axis where they are constant and the same along all others, else null. */
    private static long[] line(Value indices, int axis, Shape data) {
        if (!indices.isConstant() || indices.shape().elements() == 0) {
            return null;
        }
        Shape shape = indices.shape();
        long[] all = fromStart(indices.constant(), data, axis).integers();
        int count = (int) shape.dim(axis);
        int stride = (int) shape.product(axis + 1, shape.rank());
        for (int i = 0; i < all.length; i++) {
            if (all[i] != all[i / stride % count * stride]) {
                return null;
            }
        }
        return IntStream.range(0, count).mapToLong(i -> all[i * stride]).toArray();
    }

    // ---- putting

    private static Value scatter(Site site) {
        String reduction = site.attributes().text("reduction", "none");
        return scattered(site.x(0), site.x(1), site.x(2), site.axis("axis", 0), reduction);
    }

    /** ScatterElements; simpler where the indices vary along the axis only. */
    static Value scattered(Value data, Value indices, Value updates, int axis, String reduction) {
        Shape others = data.shape().with(axis, indices.shape().dim(axis));
        return indices.shape().equals(others)
                ? scatteredRows(data, indices, updates, axis, reduction)
                : Indexing.scatterElements(reduction, data, indices, updates, axis);
    }

    /**
     * The same for indices that are broadcast to all of the other axes: whole slices are put. A run of them is put side by
     * side with the rest, or added padded.
     */
    static Value scatteredRows(Value data, Value indices, Value updates, int axis, String reduction) {
        long extent = data.shape().dim(axis);
        long[] line = line(indices, axis, data.shape());
        if (line == null || !isRun(line) || !reduction.equals("none") && !reduction.equals("add")) {
            Value at = line == null
                    ? indices
                    : Ops.constant(along(axis, data.shape().rank(), line));
            return Indexing.scatterElements(reduction, data, Ops.expand(at, updates.shape()), updates, axis);
        }
        long end = line[0] + line.length;
        if (reduction.equals("add")) {
            return Ops.add(data, Indexing.pad(updates, axis, line[0], extent - end));
        }
        List<Value> parts = new ArrayList<>();
        if (line[0] > 0) {
            parts.add(Indexing.slice(data, axis, 0, line[0]));
        }
        parts.add(updates);
        if (end < extent) {
            parts.add(Indexing.slice(data, axis, end, extent));
        }
        return Ops.concat(axis, parts);
    }

    /** Writes a piece of a sequence into a cache, from a place of its own for each element of the batch. */
    private static Value tensorScatter(Site site) {
        Value cache = site.x(0);
        Value update = site.x(1);
        int axis = site.axis("axis", -2);
        int rank = cache.shape().rank();
        long length = cache.shape().dim(axis);
        long steps = update.shape().dim(axis);
        Shape rows = Shape.ones(rank).with(0, cache.shape().dim(0));
        Value places = Ops.constant(along(axis, rank, LongStream.range(0, steps).toArray()));
        Value at = places;
        if (site.optional(2) != null) {
            Value start = site.x(2);
            at = start.isConstant()
                    ? Ops.constant(started(start.constant().integers(), steps, axis, rank))
                    : Ops.add(Ops.reshape(start, rows), places);
        }
        if (site.attributes().text("mode", "linear").equals("circular")) {
            at = at.isConstant()
                    ? Ops.constant(round(at.constant(), length))
                    : Ops.binary("Mod", at, Ops.scalar(DataType.INT64, length));
        }
        return scatteredRows(cache, at, update, axis, "none");
    }

    /** start + step, starts along axis 0 and steps along another. */
    private static Tensor started(long[] starts, long steps, int axis, int rank) {
        long[] sums = LongStream.range(0, starts.length * steps)
                .map(i -> starts[(int) (i / steps)] + i % steps)
                .toArray();
        return Tensor.longs(Shape.ones(rank).with(0, starts.length).with(axis, steps), sums);
    }

    private static Tensor round(Tensor indices, long length) {
        long[] inside = Arrays.stream(indices.integers())
                .map(i -> Math.floorMod(i, length))
                .toArray();
        return Tensor.longs(indices.shape(), inside);
    }

    /** A vector as a tensor of a rank, along one axis. */
    private static Tensor along(int axis, int rank, long... vector) {
        return Tensor.longs(Shape.ones(rank).with(axis, vector.length), vector);
    }

    // ---- choosing

    /** The slices (without an axis: elements) for which a constant condition holds. */
    private static Value compress(Site site) {
        Tensor condition = site.constant(1);
        boolean flat = !site.attributes().has("axis");
        int axis = flat ? 0 : site.axis("axis", 0);
        Value x = flat ? Ops.reshape(site.x(), site.shape().elements()) : site.x();
        long[] chosen = LongStream.range(0, condition.shape().elements())
                .filter(i -> condition.number(i) != 0)
                .toArray();
        return taken(x, axis, Tensor.longs(chosen));
    }

    /** The first elements of each sequence backwards, as many as are said for it; the rest as it is. */
    private static Value reverseSequence(Site site) {
        Value x = site.x();
        int rank = x.shape().rank();
        int time = site.axis("time_axis", 0);
        int batch = site.axis("batch_axis", 1);
        long steps = x.shape().dim(time);
        long[] lengths = site.constant(1).integers();
        boolean same = Arrays.stream(lengths).allMatch(l -> l == lengths[0]);
        if (same && lengths.length > 0) {
            return taken(x, time, Tensor.longs(reversed(lengths[0], steps)));
        }
        boolean timeFirst = time < batch;
        long[] indices = new long[Math.toIntExact(steps * lengths.length)];
        for (int b = 0; b < lengths.length; b++) {
            long[] line = reversed(lengths[b], steps);
            for (int t = 0; t < steps; t++) {
                indices[timeFirst ? t * lengths.length + b : b * (int) steps + t] = line[t];
            }
        }
        Shape lines = Shape.ones(rank).with(time, steps).with(batch, lengths.length);
        Value at = Ops.constant(Tensor.longs(lines, indices));
        return takenRows(x, at, time);
    }

    private static long[] reversed(long length, long steps) {
        return LongStream.range(0, steps)
                .map(t -> t < length ? length - 1 - t : t)
                .toArray();
    }

    /**
     * The second value where the place is the index, else the first: differentiable by the values. An index may count from
     * the end; one outside of the axis is nowhere.
     */
    private static Value oneHot(Site site) {
        Value indices = site.x(0);
        Value values = site.x(2);
        int rank = indices.shape().rank() + 1;
        int axis = site.outputShape().axis((int) site.attributes().integer("axis", -1));
        long depth = site.outputShape().dim(axis);
        Value at = Ops.reshape(indices, indices.shape().replaced(axis, axis, Shape.of(1)));
        Value counted = Indexing.fromStart(at, Ops.scalar(DataType.INT64, depth));
        Tensor places = along(axis, rank, LongStream.range(0, depth).toArray());
        Value off = Ops.reshape(Indexing.slice(values, 0, 0, 1), Shape.SCALAR);
        Value on = Ops.reshape(Indexing.slice(values, 0, 1, 2), Shape.SCALAR);
        return Ops.where(Ops.equal(counted, Ops.constant(places)), on, off);
    }

    /** K: an attribute before opset 10, an input since. */
    private static List<Value> topK(Site site) {
        int axis = site.axis("axis", -1);
        Attributes attributes = site.attributes().without("k").with("axis", (long) axis);
        return site.same(
                attributes, List.of(site.x(), Ops.longs(site.outputShape().dim(axis))));
    }
}
