package vintk.opset;

import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/**
 * GatherND and ScatterND: places given by tuples of indices, one for each leading axis of the data. Those axes are merged
 * into one and the tuples into one index; Gather and ScatterElements do the rest.
 */
final class TupleAdapters {
    private TupleAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("GatherND", TupleAdapters::gather);
        adapters.single("ScatterND", TupleAdapters::scatter);
    }

    private static Value gather(Site site) {
        Value x = site.x(0);
        int shared = (int) site.attributes().integer("batch_dims", 0);
        if (shared > 0) {
            return alongBatch(site, shared);
        }
        Places places = Places.of(x.shape(), site.x(1));
        Value rows = places.rows(x);
        Value index = places.index();
        Value taken;
        if (index.isConstant()) {
            taken = IndexAdapters.taken(rows, 0, index.constant());
        } else {
            Shape slice = rows.shape().slice(1, rows.shape().rank());
            Shape shape = Shape.concat(index.shape(), slice);
            taken = Ops.node("Gather", rows.type().withShape(shape), Attributes.NONE, rows, index);
        }
        return places.inTupleOrder(taken);
    }

    /** The leading axes are shared by data and indices: an index for each element of what is left. */
    private static Value alongBatch(Site site, int shared) {
        Value x = site.x(0);
        Value tuples = site.x(1);
        int end = shared + (int) tuples.shape().dim(-1);
        Shape batch = x.shape().slice(0, shared);
        Shape indexed = x.shape().slice(shared, end);
        long rest = x.shape().product(end, x.shape().rank());
        Value index = Places.flattened(tuples, indexed);
        long places = index.shape().product(shared, index.shape().rank());
        Value rows = Ops.reshape(x, Shape.concat(batch, Shape.of(indexed.elements(), rest)));
        Value column = Ops.reshape(index, Shape.concat(batch, Shape.of(places, 1)));
        return Ops.reshape(IndexAdapters.takenRows(rows, column, shared), site.outputShape());
    }

    private static Value scatter(Site site) {
        Value data = site.x(0);
        Places places = Places.of(data.shape(), site.x(1));
        Value rows = places.rows(data);
        Value index = places.index();
        long count = index.shape().elements();
        Value updates = Ops.reshape(places.indexFirst(site.x(2)), rows.shape().with(0, count));
        Shape column = Shape.ones(rows.shape().rank()).with(0, count);
        Value at = index.isConstant()
                ? Ops.constant(Tensor.longs(column, index.constant().integers()))
                : Ops.reshape(index, column);
        String reduction = site.attributes().text("reduction", "none");
        return places.inDataOrder(IndexAdapters.scatteredRows(rows, at, updates, 0, reduction), data.shape());
    }
}
