package vintk.autodiff;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.onnx.WindowMean;

/** Pooling of images [M, C, ...spatial], channel by channel: samples may lie on axis 0 or 1. */
final class PoolRules {
    private PoolRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("MaxPool", new Rule(PoolRules::planes, PoolRules::maximum));
        rules.add("AveragePool", new Rule(PoolRules::planes, PoolRules::average));
        rules.add("MaxUnpool", new Rule(PoolRules::unpoolFlow, PoolRules::unpool));
    }

    private static BatchAxis planes(Node node, List<BatchAxis> axes, long samples) {
        int[] spatial = IntStream.range(2, node.input(0).shape().rank()).toArray();
        return Flow.apart(node, axes.get(0), spatial);
    }

    /** The cotangent as [S, elements], S of 1 where it has no sample axis in front. */
    private static Value flat(Pull p) {
        long samples = p.withLead(Shape.SCALAR).elements();
        return Ops.reshape(p.fullDy(), samples, p.y().shape().elements());
    }

    private static List<Cotangent> images(Pull p, Value flat) {
        return Rule.only(new Cotangent.PerSample(Ops.reshape(flat, p.withLead(p.x().shape()))));
    }

    // ---- maximum

    /** The cotangent goes to the places that were largest: their flat indices are MaxPool's second output. */
    private static List<Cotangent> maximum(Pull p) {
        Value dy = flat(p);
        Value places = Ops.reshape(indices(p.node()), 1, p.y().shape().elements());
        Shape shape = Shape.of(dy.shape().dim(0), p.x().shape().elements());
        Value zeros = Ops.filled(p.x().type().withShape(shape), 0);
        Value dx = Indexing.scatterElements("add", zeros, Ops.expand(places, dy.shape()), dy, 1);
        return images(p, dx);
    }

    private static Value indices(Node pool) {
        boolean byRows = pool.attributes().integer("storage_order", 0) == 0;
        if (byRows && pool.outputs().size() > 1) {
            return pool.outputs().get(1);
        }
        Attributes attributes = pool.attributes().without("storage_order");
        TensorType indices = new TensorType(DataType.INT64, pool.output().shape());
        List<TensorType> types = List.of(pool.output().type(), indices);
        return new Node("", "MaxPool", null, pool.inputs(), attributes, types, null)
                .outputs()
                .get(1);
    }

    // ---- its inverse

    /** The indices are places in the whole tensor: they must come from the same samples. */
    private static BatchAxis unpoolFlow(Node node, List<BatchAxis> axes, long samples) {
        if (axes.get(0) == null || !Objects.equals(axes.get(0), axes.get(1))) {
            throw new UntrackedBatchException(node, "values and indices do not carry the samples alike");
        }
        return planes(node, axes, samples);
    }

    /** Each value's cotangent is that of the place where it went. */
    private static List<Cotangent> unpool(Pull p) {
        Value dy = flat(p);
        long elements = p.x().shape().elements();
        Value dx = Ops.node(
                "Gather",
                dy.type().withShape(dy.shape().with(1, elements)),
                Attributes.NONE.with("axis", 1L),
                dy,
                Ops.reshape(p.x(1), elements));
        return images(p, dx);
    }

    // ---- average

    /** An axis at a time: each element gets the sum of its windows' cotangents, divided as they were. */
    private static List<Cotangent> average(Pull p) {
        int rank = p.x().shape().rank();
        Value dx = p.fullDy();
        for (int i = 2; i < rank; i++) {
            dx = WindowMean.of(p.node(), i - 2).applyTransposed(dx, i - rank);
        }
        return Rule.only(new Cotangent.PerSample(dx));
    }
}
