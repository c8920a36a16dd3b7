package vintk.autodiff;

import static vintk.autodiff.Rule.only;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Operators that take elements from places given by indices; the indices themselves have no gradient. */
final class GatherRules {
    /** Above this many elements a one-hot matrix is not built; gradients are scattered instead. */
    private static final long ONE_HOT_LIMIT = 1 << 22;

    /** Up to this many a one-hot matrix is the cheapest. */
    private static final long SMALL = 1 << 12;

    private GatherRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("Gather", new Rule(GatherRules::gatherFlow, GatherRules::gatherPullback));
        rules.add("GatherElements", new Rule(GatherRules::elementsFlow, GatherRules::elementsPullback));
        rules.add("TopK", new Rule(Flow.along(-1), GatherRules::topK));
    }

    static int axis(Node node, int missing) {
        return node.input(0).shape().axis((int) node.attributes().integer("axis", missing));
    }

    // ---- Gather: slices of the data at each index

    private static BatchAxis gatherFlow(Node node, List<BatchAxis> axes, long samples) {
        BatchAxis data = axes.get(0);
        BatchAxis indices = axes.get(1);
        int axis = axis(node, 0);
        if (data != null && indices != null) {
            throw new UntrackedBatchException(node, "every sample's indices take from all samples");
        }
        if (data == null) {
            return indices.moved(axis + indices.axis());
        }
        Flow.apart(node, data, axis);
        int shift = node.input(1).shape().rank() - 1;
        return data.axis() > axis ? data.moved(data.axis() + shift) : data;
    }

    /**
     * dx = Σ over the places that took an element: a product with the one-hot matrix of the indices; where that is large, taken back
     * by indices, or else a scatter.
     */
    private static List<Cotangent> gatherPullback(Pull p) {
        Value data = p.x(0);
        Value indices = p.x(1);
        if (p.isMeeting(0)) {
            return only(table(p));
        }
        int rank = data.shape().rank();
        int axis = axis(p.node(), 0);
        long extent = data.shape().dim(axis);
        long places = indices.shape().elements();
        Shape before = p.withLead(data.shape().slice(0, axis));
        Value flat =
                Ops.reshape(p.fullDy(), before.elements(), places, data.shape().product(axis + 1, rank));
        Value summed = indices.isConstant() ? known(flat, indices.constant().integers(), extent) : null;
        if (summed == null) {
            summed = scattered(flat, Ops.reshape(indices, 1, places, 1), extent);
        }
        return only(new Cotangent.PerSample(Ops.reshape(summed, p.withLead(data.shape()))));
    }

    /** Rows of {@code flat} [B, M, A] added up at known indices; null where only a scatter does it. */
    private static Value known(Value flat, long[] indices, long extent) {
        long[] back = new long[Math.toIntExact(extent)];
        Arrays.fill(back, indices.length);
        boolean repeated = false;
        for (int m = 0; m < indices.length; m++) {
            int at = Math.toIntExact(indices[m] < 0 ? indices[m] + extent : indices[m]);
            repeated |= back[at] < indices.length;
            back[at] = m;
        }
        long elements = extent * indices.length;
        if (repeated || elements <= SMALL) {
            return elements <= ONE_HOT_LIMIT ? Ops.matMul(oneHot(flat.dataType(), indices, extent), flat) : null;
        }
        // What was not taken gets the zero behind the last row.
        return Indexing.gather(Indexing.pad(flat, 1, 0, 1), 1, Tensor.longs(back));
    }

    /** [extent, M]: 1 where index m is the row. */
    private static Value oneHot(DataType type, long[] indices, long extent) {
        double[] matrix = new double[Math.toIntExact(extent * indices.length)];
        for (int m = 0; m < indices.length; m++) {
            long row = indices[m] < 0 ? indices[m] + extent : indices[m];
            matrix[Math.toIntExact(row * indices.length + m)] = 1;
        }
        return Ops.constant(Tensor.of(TensorType.of(type, extent, indices.length), matrix));
    }

    /** The rows of {@code flat} [B, M, A] added up at their indices, [B or 1, M, 1]: [B, extent, A]. */
    private static Value scattered(Value flat, Value indices, long extent) {
        Shape shape = flat.shape();
        Value zeros = Ops.filled(flat.type().withShape(shape.with(1, extent)), 0);
        return Indexing.scatterElements("add", zeros, Ops.expand(indices, shape), flat, 1);
    }

    /**
     * A table without samples, looked up at indices of each sample (an embedding): the gradient is that of a linear layer
     * whose inputs are the one-hot rows of the indices, so it need not be multiplied out either.
     */
    private static Cotangent table(Pull p) {
        Shape data = p.x(0).shape();
        Shape indices = p.x(1).shape();
        BatchAxis batch = p.batch().of(p.x(1));
        int axis = axis(p.node(), 0);
        int taken = indices.rank();
        long samples = p.batch().samples();
        long extent = data.dim(axis);
        long width = data.product(0, axis) * data.product(axis + 1, data.rank());
        long rows = indices.elements() / samples;

        int[] indicesFirst = IntStream.concat(
                        IntStream.range(axis, axis + taken),
                        IntStream.concat(
                                IntStream.range(0, axis),
                                IntStream.range(axis + taken, p.y().shape().rank())))
                .toArray();
        Value dy = Ops.reshape(Ops.transpose(p.fullDy(), indicesFirst), Shape.concat(indices, Shape.of(width)));
        Value right = Ops.reshape(batch.toFront(dy, samples), samples, rows, width);
        Value at = Ops.reshape(batch.toFront(p.x(1), samples), samples, rows, 1);

        // One-hot rows are no larger than the gradient where rows are no more than the width.
        boolean product = rows <= width || samples * rows * extent <= ONE_HOT_LIMIT;
        if (!product) {
            return unfolded(scattered(right, at, extent), data, axis);
        }
        Cotangent.Outer outer = new Cotangent.Outer(oneHotRows(at, extent, right.dataType()), right);
        return data.product(0, axis) == 1 ? outer : unfolded(outer.product(), data, axis);
    }

    /** [N, extent, before·after] to [N, before, extent, after]. */
    private static Cotangent unfolded(Value gradient, Shape data, int axis) {
        long samples = gradient.shape().dim(0);
        long before = data.product(0, axis);
        long after = data.product(axis + 1, data.rank());
        Value apart = Ops.reshape(gradient, samples, data.dim(axis), before, after);
        return new Cotangent.PerSample(Ops.reshape(Ops.transpose(apart, 0, 2, 1, 3), data.prepend(samples)));
    }

    /** [N, R, 1] to [N, R, extent]: 1 at the index, counted from the end where negative. */
    private static Value oneHotRows(Value indices, long extent, DataType type) {
        Value counted = Indexing.fromStart(indices, Ops.scalar(DataType.INT64, extent));
        Value places = Ops.longs(LongStream.range(0, extent).toArray());
        return Ops.cast(Ops.equal(counted, places), type);
    }

    // ---- GatherElements: an index for each element

    private static BatchAxis elementsFlow(Node node, List<BatchAxis> axes, long samples) {
        BatchAxis data = axes.get(0);
        BatchAxis indices = axes.get(1);
        int axis = axis(node, 0);
        if (data == null) {
            // A table without samples may be looked up along the axis of the samples, not row by row.
            if (indices.axis() != axis) {
                throw new UntrackedBatchException(node, node.input(0));
            }
            return indices;
        }
        Flow.apart(node, data, axis);
        ScatterRules.requireRows(node, 1, indices, data, samples);
        return data;
    }

    private static List<Cotangent> elementsPullback(Pull p) {
        Shape data = p.x(0).shape();
        int fromRight = axis(p.node(), 0) - data.rank();
        if (p.isMeeting(0)) {
            BatchAxis batch = p.batch().of(p.x(1));
            long samples = p.batch().samples();
            Value zeros = Ops.filled(p.y().type().withShape(data.prepend(samples)), 0);
            Value at = front(p.x(1), batch, samples);
            Value dy = front(p.fullDy(), batch, samples);
            return only(new Cotangent.PerSample(Indexing.scatterElements("add", zeros, at, dy, fromRight)));
        }
        Value zeros = Ops.filled(p.y().type().withShape(p.withLead(data)), 0);
        Value at = Ops.expand(p.x(1), p.withLead(p.x(1).shape()));
        return only(new Cotangent.PerSample(Indexing.scatterElements("add", zeros, at, p.fullDy(), fromRight)));
    }

    /** The samples in front; what was merged with them stays on the axis. */
    private static Value front(Value x, BatchAxis batch, long samples) {
        Shape own = x.shape().with(batch.axis(), batch.outer() * batch.inner());
        return Ops.reshape(batch.toFront(x, samples), own.prepend(samples));
    }

    // ---- TopK: its second output says where the values come from

    private static List<Cotangent> topK(Pull p) {
        Shape x = p.x().shape();
        int fromRight = axis(p.node(), -1) - x.rank();
        Value zeros = Ops.filled(p.y().type().withShape(p.withLead(x)), 0);
        Value at = Ops.expand(p.node().outputs().get(1), p.withLead(p.y().shape()));
        return Arrays.asList(
                new Cotangent.PerSample(Indexing.scatterElements("add", zeros, at, p.fullDy(), fromRight)), null);
    }
}
