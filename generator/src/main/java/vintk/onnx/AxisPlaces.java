package vintk.onnx;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Places along an axis, ascending. */
record AxisPlaces(int axis, long[] at) {
    /** Of a value of which all is read. */
    static final AxisPlaces ALL = new AxisPlaces(-1, new long[0]);

    /** What a Slice of one axis or a Gather takes; null of others. */
    static AxisPlaces taken(Node node) {
        if (node.is("Gather") && node.input(1).isConstant()) {
            int axis = node.input(0).shape().axis((int) node.attributes().integer("axis", 0));
            return ascending(
                    axis,
                    node.input(1).constant().integers(),
                    node.input(0).shape().dim(axis));
        }
        boolean slice = node.is("Slice")
                && node.inputs().size() == 5
                && node.inputs().stream().skip(1).allMatch(Value::isConstant)
                && node.input(3).shape().elements() == 1;
        if (!slice) {
            return null;
        }
        int axis = node.input(0).shape().axis((int) node.input(3).constant().integers()[0]);
        long extent = node.input(0).shape().dim(axis);
        long start = node.input(1).constant().integers()[0];
        long step = node.input(4).constant().integers()[0];
        long first = Math.min(start < 0 ? start + extent : start, extent);
        long[] at = LongStream.range(0, node.output().shape().dim(axis))
                .map(i -> first + i * step)
                .toArray();
        return ascending(axis, at, extent);
    }

    private static AxisPlaces ascending(int axis, long[] indices, long extent) {
        long[] at = Arrays.stream(indices).map(i -> i < 0 ? i + extent : i).toArray();
        boolean fits = at.length > 0
                && at[0] >= 0
                && at[at.length - 1] < extent
                && IntStream.range(1, at.length).allMatch(i -> at[i - 1] < at[i]);
        return fits ? new AxisPlaces(axis, at) : null;
    }

    AxisPlaces with(AxisPlaces other) {
        if (this == ALL || other == ALL || axis != other.axis) {
            return ALL;
        }
        long[] both = LongStream.concat(Arrays.stream(at), Arrays.stream(other.at))
                .sorted()
                .distinct()
                .toArray();
        return new AxisPlaces(axis, both);
    }

    AxisPlaces on(int other) {
        return new AxisPlaces(other, at);
    }

    /** Those of a value that has only the places of another. */
    AxisPlaces within(AxisPlaces other) {
        return new AxisPlaces(
                axis,
                Arrays.stream(at).map(i -> Arrays.binarySearch(other.at, i)).toArray());
    }

    Value of(Value x) {
        long first = at[0];
        long step = at.length == 1 ? 1 : at[1] - first;
        boolean even = IntStream.range(0, at.length).allMatch(i -> at[i] == first + i * step);
        return even
                ? Indexing.slice(x, axis, first, at[at.length - 1] + 1, step)
                : Indexing.gather(x, axis, Tensor.longs(at));
    }

    long first() {
        return at[0];
    }

    /** Whether they are one behind the other. */
    boolean isRun() {
        return at[at.length - 1] - at[0] == at.length - 1;
    }
}
