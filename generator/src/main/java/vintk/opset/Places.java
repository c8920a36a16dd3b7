package vintk.opset;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/**
 * Tuples of indices into the leading axes of data, as one index into those axes merged.
 *
 * <p>Exporters write {@code x[:, i]} with tuples that count through the first axis, that of the samples. Where tuples are
 * constant, an axis of the data that is counted through by an axis of the tuples is not indexed at all: it is taken out
 * of the tuples and goes with the slices, so that the samples stay apart.
 *
 * @param index the places, of the tuples' axes but those that count
 * @param indexed axes of the data that are indexed
 * @param counted axes of the data that are counted through
 * @param kept axes of the tuples that do not count
 * @param counting axes of the tuples that count, in the order of {@code counted}
 */
record Places(Value index, List<Integer> indexed, List<Integer> counted, List<Integer> kept, List<Integer> counting) {

    static Places of(Shape data, Value tuples) {
        int axes = tuples.shape().rank() - 1;
        int count = (int) tuples.shape().dim(-1);
        List<Integer> indexed = range(0, count);
        List<Integer> kept = range(0, axes);
        List<Integer> counted = new ArrayList<>();
        List<Integer> counting = new ArrayList<>();
        if (!tuples.isConstant()) {
            return new Places(flattened(tuples, data.slice(0, count)), indexed, counted, kept, counting);
        }
        Constant constant = new Constant(tuples.constant(), data);
        for (int axis = 0; axis < axes; axis++) {
            for (int component : List.copyOf(indexed)) {
                if (constant.counts(component, axis)) {
                    indexed.remove(Integer.valueOf(component));
                    kept.remove(Integer.valueOf(axis));
                    counted.add(component);
                    counting.add(axis);
                    break;
                }
            }
        }
        return new Places(Ops.constant(constant.index(indexed, kept)), indexed, counted, kept, counting);
    }

    private static List<Integer> range(int from, int to) {
        return new ArrayList<>(IntStream.range(from, to).boxed().toList());
    }

    /** Tuples [..., k] of indices into axes of these extents as one index [...] into the axes merged. */
    static Value flattened(Value tuples, Shape extents) {
        if (tuples.isConstant()) {
            List<Integer> all = range(0, extents.rank());
            List<Integer> axes = range(0, tuples.shape().rank() - 1);
            return Ops.constant(new Constant(tuples.constant(), extents).index(all, axes));
        }
        long[] strides = IntStream.range(0, extents.rank())
                .mapToLong(i -> extents.product(i + 1, extents.rank()))
                .toArray();
        Value counted = Indexing.fromStart(tuples, Ops.longs(extents.dims()));
        return Ops.reduceSum(Ops.mul(counted, Ops.longs(strides)), false, -1);
    }

    // ---- the data, with the indexed axes merged in front: [P, ...counted, ...rest]

    private int[] dataOrder(int rank) {
        return order(indexed, counted, range(indexed.size() + counted.size(), rank));
    }

    Value rows(Value data) {
        Value ordered = Ops.transpose(data, dataOrder(data.shape().rank()));
        Shape shape = ordered.shape();
        int merged = indexed.size();
        return Ops.reshape(ordered, shape.slice(merged, shape.rank()).prepend(shape.product(0, merged)));
    }

    /** From rows back to data. */
    Value inDataOrder(Value rows, Shape data) {
        int[] order = dataOrder(data.rank());
        long[] dims = IntStream.of(order).mapToLong(data::dim).toArray();
        return Ops.transpose(Ops.reshape(rows, dims), inverse(order));
    }

    // ---- updates, or what was taken: [...tuples, ...rest] against [...kept, ...counted, ...rest]

    private int[] tupleOrder(int rank) {
        return order(kept, counting, range(kept.size() + counting.size(), rank));
    }

    Value indexFirst(Value updates) {
        return Ops.transpose(updates, tupleOrder(updates.shape().rank()));
    }

    Value inTupleOrder(Value taken) {
        return Ops.transpose(taken, inverse(tupleOrder(taken.shape().rank())));
    }

    private static int[] order(List<Integer> first, List<Integer> second, List<Integer> third) {
        return Stream.of(first, second, third)
                .flatMap(List::stream)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static int[] inverse(int[] order) {
        int[] inverse = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            inverse[order[i]] = i;
        }
        return inverse;
    }

    /** Constant tuples, counted from the start of each axis. */
    private static final class Constant {
        private final Shape places;
        private final Shape data;
        private final int count;
        private final long[] tuples;

        Constant(Tensor given, Shape data) {
            this.data = data;
            places = given.shape().slice(0, given.shape().rank() - 1);
            count = (int) given.shape().dim(-1);
            tuples = given.integers();
            for (int i = 0; i < tuples.length; i++) {
                long extent = data.dim(i % count);
                long index = tuples[i] < 0 ? tuples[i] + extent : tuples[i];
                if (index < 0 || index >= extent) {
                    throw new IllegalArgumentException(
                            "index " + tuples[i] + " is outside of axis " + i % count + " of " + data);
                }
                tuples[i] = index;
            }
        }

        /** Whether a component is the coordinate along an axis of the tuples that no other component depends on. */
        boolean counts(int component, int axis) {
            long extent = places.dim(axis);
            if (extent != data.dim(component)) {
                return false;
            }
            int stride = (int) places.product(axis + 1, places.rank());
            for (int place = 0; place * count < tuples.length; place++) {
                long coordinate = place / stride % extent;
                int first = place - (int) coordinate * stride;
                for (int i = 0; i < count; i++) {
                    long expected = i == component ? coordinate : tuples[first * count + i];
                    if (tuples[place * count + i] != expected) {
                        return false;
                    }
                }
            }
            return true;
        }

        /** The index that some components make, at the places of some axes (and the first of the others). */
        Tensor index(List<Integer> components, List<Integer> axes) {
            Shape shape = Shape.of(axes.stream().mapToLong(places::dim).toArray());
            long[] index = LongStream.range(0, shape.elements())
                    .map(i -> {
                        long rest = i;
                        long place = 0;
                        for (int a = axes.size() - 1; a >= 0; a--) {
                            long extent = shape.dim(a);
                            place += rest % extent * places.product(axes.get(a) + 1, places.rank());
                            rest /= extent;
                        }
                        long merged = 0;
                        for (int component : components) {
                            merged = merged * data.dim(component) + tuples[(int) place * count + component];
                        }
                        return merged;
                    })
                    .toArray();
            return Tensor.longs(shape, index);
        }
    }
}
