package vintk.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A value as another one whose axes are split, put in another order and merged: a Reshape, a Transpose and a Reshape of it, whatever
 * chain of those it was made by. Axes of extent 1 are nowhere but in the shapes.
 *
 * @param source the other value
 * @param extents of what the source's axes are split into
 * @param order which of those the value has, from its first axis to its last
 * @param shape of the value
 * @param moves Transposes that it was made by
 * @param sunk whether the source was made for it, with these behind
 */
record AxisView(Value source, long[] extents, int[] order, Shape shape, int moves, boolean sunk) {
    /** A value as itself. */
    static AxisView of(Value value) {
        long[] extents = extents(value.shape());
        return new AxisView(value, extents, inOrder(extents.length), value.shape(), 0, false);
    }

    /** What becomes of it by a Reshape; null where that splits what was merged otherwise. */
    AxisView reshaped(Shape to) {
        long[] wanted = extents(to);
        List<List<Long>> parts = new ArrayList<>();
        Arrays.stream(extents).forEach(extent -> parts.add(new ArrayList<>()));
        int next = 0;
        long open = 1;
        for (int axis : order) {
            long left = extents[axis];
            while (left > 1) {
                open = open == 1 ? wanted[next++] : open;
                long part = Math.min(left, open);
                if (left % part != 0 || open % part != 0) {
                    return null;
                }
                parts.get(axis).add(part);
                left /= part;
                open /= part;
            }
        }
        int[] starts = new int[extents.length];
        for (int i = 1; i < starts.length; i++) {
            starts[i] = starts[i - 1] + parts.get(i - 1).size();
        }
        long[] split =
                parts.stream().flatMap(List::stream).mapToLong(Long::longValue).toArray();
        int[] splitOrder = Arrays.stream(order)
                .flatMap(axis -> IntStream.range(
                        starts[axis], starts[axis] + parts.get(axis).size()))
                .toArray();
        return new AxisView(source, split, splitOrder, to, moves, sunk);
    }

    /** What becomes of it by a Transpose. */
    AxisView transposed(int[] perm) {
        int[] at = starts(shape, order);
        int[] moved = Arrays.stream(perm)
                .flatMap(axis -> Arrays.stream(order, at[axis], at[axis + 1]))
                .toArray();
        long[] dims = Arrays.stream(perm).mapToLong(shape::dim).toArray();
        int made = Arrays.equals(moved, order) ? moves : moves + 1;
        return new AxisView(source, extents, moved, Shape.of(dims), made, sunk);
    }

    /**
     * What becomes of it by a Slice, as a view of a Slice of the source; null where it would not be one.
     *
     * @param axis of the value
     */
    AxisView sliced(int axis, long start, long end) {
        int[] at = starts(shape, order);
        int[] place = axes(source.shape(), inOrder(extents.length));
        int cut = at[axis + 1] - at[axis] == 1 ? order[at[axis]] : -1;
        if (cut < 0 || cut > 0 && place[cut - 1] == place[cut]) {
            return null;
        }
        long behind = source.shape().dim(place[cut]) / extents[cut];
        Value part = Indexing.slice(source, place[cut], start * behind, end * behind);
        long[] left = extents.clone();
        left[cut] = end - start;
        boolean gone = left[cut] == 1;
        int[] others = Arrays.stream(order)
                .filter(i -> !gone || i != cut)
                .map(i -> gone && i > cut ? i - 1 : i)
                .toArray();
        long[] extentsLeft = Arrays.stream(left).filter(extent -> extent > 1).toArray();
        return new AxisView(part, extentsLeft, others, shape.with(axis, end - start), moves, sunk);
    }

    /** Whether the axes of the source are in another order. */
    boolean isMoved() {
        return !Arrays.equals(order, inOrder(order.length));
    }

    /** Whether the last axis is the source's. */
    boolean keepsColumns() {
        int[] columns = columns();
        int[] sourceColumns = columns(source.shape(), inOrder(order.length));
        return Arrays.equals(columns, sourceColumns);
    }

    /** Whether columns of the source are rows: what a product reads in place. */
    boolean isTurned() {
        return order.length > 1 && order[order.length - 2] == order.length - 1;
    }

    /**
     * This value where something was made of its rows as they lie in the source; null where they lie in the value as they do there.
     *
     * @param made of rows in the order of the source, with the value's columns
     */
    AxisView ofRows(UnaryOperator<Value> made) {
        AxisView merged = merged();
        int[] rows = merged.rows();
        int[] sorted = Arrays.stream(rows).sorted().toArray();
        if (Arrays.equals(rows, sorted)) {
            return null;
        }
        long[] extentsOfRows =
                Arrays.stream(sorted).mapToLong(i -> merged.extents[i]).toArray();
        Shape unmoved = Shape.concat(Shape.of(extentsOfRows), Shape.of(shape.dim(-1)));
        int[] both = IntStream.concat(Arrays.stream(sorted), Arrays.stream(merged.columns()))
                .toArray();
        Value y = made.apply(new AxisView(merged.source, merged.extents, both, unmoved, moves, sunk).value());
        long columns = y.shape().dim(-1);
        long[] now = LongStream.concat(
                        Arrays.stream(extentsOfRows), LongStream.of(columns).filter(extent -> extent > 1))
                .toArray();
        int[] places = inOrder(now.length);
        for (int i = 0; i < rows.length; i++) {
            places[i] = Arrays.binarySearch(sorted, rows[i]);
        }
        return new AxisView(y, now, places, shape.with(-1, columns), 1, true);
    }

    /** This value where something was made of the source, element by element. */
    AxisView ofSource(Value made) {
        return new AxisView(made, extents, order, shape, moves, true);
    }

    /**
     * What is broadcast to the value, as it is broadcast to the source; null where that would have a part of an axis.
     *
     * @param operand of a shape that is broadcast to the value's
     */
    Value beside(Value operand) {
        Shape padded = operand.shape().padTo(shape.rank());
        int[] target = axes(shape, order);
        int[] place = axes(source.shape(), inOrder(extents.length));
        long[] parts = new long[order.length];
        int[] perm = new int[order.length];
        long[] dims = Shape.ones(source.shape().rank()).dims();
        for (int i = 0; i < order.length; i++) {
            parts[i] = padded.dim(target[i]) == 1 ? 1 : extents[order[i]];
            perm[order[i]] = i;
            dims[place[order[i]]] *= parts[i];
        }
        Shape besideSource = Shape.of(dims);
        return besideSource.broadcastsTo(source.shape())
                ? Ops.reshape(Ops.transpose(Ops.reshape(operand, parts), perm), besideSource)
                : null;
    }

    /** Whether a view of another source of the same shape has every element at the same place. */
    boolean isLike(AxisView other) {
        return source.shape().equals(other.source.shape())
                && shape.equals(other.shape)
                && Arrays.equals(extents, other.extents)
                && Arrays.equals(order, other.order);
    }

    /** The value: nodes that make it of the source. */
    Value value() {
        AxisView merged = merged();
        return Ops.reshape(Ops.transpose(merged.source, merged.order), shape);
    }

    /** The same of a source whose axes are the parts, with those as one that lie side by side in an axis of the value and before. */
    private AxisView merged() {
        int[] target = axes(shape, order);
        int[] first = IntStream.range(0, order.length)
                .filter(i -> i == 0 || order[i] != order[i - 1] + 1 || target[i] != target[i - 1])
                .map(i -> order[i])
                .toArray();
        int[] sorted = Arrays.stream(first).sorted().toArray();
        long[] sizes = new long[sorted.length];
        for (int i = 0; i < sorted.length; i++) {
            int end = i + 1 < sorted.length ? sorted[i + 1] : extents.length;
            sizes[i] = Shape.of(extents).product(sorted[i], end);
        }
        int[] places = Arrays.stream(first)
                .map(axis -> Arrays.binarySearch(sorted, axis))
                .toArray();
        return new AxisView(Ops.reshape(source, sizes), sizes, places, shape, moves, sunk);
    }

    private int[] rows() {
        return Arrays.copyOf(order, order.length - columns().length);
    }

    private int[] columns() {
        return columns(shape, order);
    }

    /** Which parts are in the last axis of a shape. */
    private int[] columns(Shape of, int[] parts) {
        int[] at = starts(of, parts);
        return Arrays.copyOfRange(parts, at[of.rank() - 1], parts.length);
    }

    /** Where the parts of each axis of a shape begin, and end. */
    private int[] starts(Shape of, int[] parts) {
        int[] at = new int[of.rank() + 1];
        int next = 0;
        for (int axis = 0; axis < of.rank(); axis++) {
            long left = of.dim(axis);
            while (left > 1) {
                left /= extents[parts[next++]];
            }
            at[axis + 1] = next;
        }
        return at;
    }

    /** The axis of a shape that each part is in. */
    private int[] axes(Shape of, int[] parts) {
        int[] at = starts(of, parts);
        int[] axes = new int[parts.length];
        for (int axis = 0; axis < of.rank(); axis++) {
            Arrays.fill(axes, at[axis], at[axis + 1], axis);
        }
        return axes;
    }

    private static long[] extents(Shape shape) {
        return Arrays.stream(shape.dims()).filter(extent -> extent != 1).toArray();
    }

    private static int[] inOrder(int length) {
        return IntStream.range(0, length).toArray();
    }
}
