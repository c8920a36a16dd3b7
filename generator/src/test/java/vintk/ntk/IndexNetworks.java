package vintk.ntk;

import static vintk.ntk.SampleNetwork.of;

import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Small networks that look up and put elements at indices, those of each sample or the same for all. */
final class IndexNetworks {
    private static final Shape TOKENS = Shape.of(5, 6);

    private IndexNetworks() {}

    static void addTo(List<SampleNetwork> networks) {
        tables(networks);
        elements(networks);
        scatters(networks);
        networks.add(of(
                "largest tokens",
                TOKENS,
                (x, w, n) -> SampleNetworks.layer(
                        largest(SampleNetworks.layer(x, w.get("w", 6, 4)), 1, 3), w.get("v", 4, 2))));
        networks.add(of(
                "largest features",
                TOKENS,
                (x, w, n) -> Ops.mul(largest(SampleNetworks.layer(x, w.get("w", 6, 4)), -1, 3), w.get("v", 5, 3))));
    }

    /** Indices from 0 to {@code extent} (exclusive), made of numbers between -1 and 1; from -extent where {@code negative}. */
    static Value indices(Value x, long extent, boolean negative) {
        Value scaled = negative ? Ops.mul(x, extent) : Ops.mul(Ops.add(x, 1), extent / 2.0);
        return Ops.cast(Ops.unary("Floor", Ops.mul(scaled, 0.999)), DataType.INT64);
    }

    static Value looked(Value table, int axis, Value indices) {
        Shape shape = table.shape().replaced(axis, axis + 1, indices.shape());
        return Ops.node(
                "Gather", table.type().withShape(shape), Attributes.NONE.with("axis", (long) axis), table, indices);
    }

    private static void tables(List<SampleNetwork> networks) {
        networks.add(of("embedding", Shape.of(5), (x, w, n) -> {
            Value tokens = looked(w.get("table", 7, 3), 0, indices(x, 7, false));
            return SampleNetworks.layer(tokens, w.get("w", 3, 4));
        }));
        networks.add(of("embedding at indices from the end", Shape.of(5), (x, w, n) -> {
            Value tokens = looked(w.get("table", 7, 3), 0, indices(x, 7, true));
            return Ops.mul(tokens, w.get("p", 5, 1));
        }));
        networks.add(of("embedding, one index a sample", Shape.of(1), (x, w, n) -> {
            Value rows = looked(w.get("table", 7, 3), 0, indices(Ops.reshape(x, n), 7, false));
            return Ops.mul(rows, w.get("g", 3));
        }));
        networks.add(of("embedding of a large table", Shape.of(29), (x, w, n) -> {
            Value numbers = looked(w.get("table", 70_001), 0, indices(x, 70_001, false));
            return Ops.mul(numbers, w.get("p", 29));
        }));
        networks.add(of("embedding by a computed table", Shape.of(5), (x, w, n) -> {
            Value table = Ops.unary("Tanh", Ops.mul(w.get("table", 7, 3), w.get("scale", 7, 1)));
            return Ops.mul(looked(table, 0, indices(x, 7, false)), w.get("p", 5, 1));
        }));
        networks.add(of("embedding twice in one table", Shape.of(5), (x, w, n) -> {
            Value table = w.get("table", 7, 3);
            Value first = looked(table, 0, indices(x, 7, false));
            return Ops.mul(first, looked(table, 0, indices(Ops.neg(x), 7, false)));
        }));
        networks.add(of("table looked up in the middle", Shape.of(5), (x, w, n) -> {
            Value taken = looked(w.get("table", 4, 7, 2), 1, indices(x, 7, false));
            return Ops.mul(taken, w.get("p", 4, 1, 5, 2));
        }));
        networks.add(of("table looked up at indices merged with the batch", Shape.of(5), (x, w, n) -> {
            Value taken = looked(w.get("table", 7, 3), 0, indices(Ops.reshape(x, 5 * n), 7, false));
            return Ops.mul(Ops.reshape(taken, n, 5, 3), w.get("p", 5, 1));
        }));
        networks.add(of("table looked up at indices with tokens in front", Shape.of(4, 5), (x, w, n) -> {
            Value at = Ops.reshape(Ops.transpose(indices(x, 7, false), 1, 0, 2), 4 * n, 5);
            Value taken = looked(w.get("table", 2, 7, 3), 1, at);
            return Ops.mul(taken, w.get("p", 2, 1, 5, 3));
        }));
        networks.add(of("features gathered at indices without samples", TOKENS, (x, w, n) -> {
            Value hidden = SampleNetworks.layer(x, w.get("w", 6, 4));
            return Ops.mul(looked(hidden, 1, computed(w.get("v", 3), 4, -2, 4)), w.get("p", 3, 4));
        }));
        networks.add(of("parameters gathered at indices without samples", TOKENS, (x, w, n) -> {
            Value rows = looked(w.get("table", 7, 6), 0, computed(w.get("v", 3), 4, -2, 4, 0, 6));
            return Ops.mul(x, rows);
        }));
    }

    /** Indices that are computed, of a parameter's shape. */
    private static Value computed(Value parameter, long... indices) {
        TensorType rank = TensorType.of(DataType.INT64, 1);
        Value extent = Ops.node("Shape", rank, Attributes.NONE, parameter);
        return Ops.add(Ops.longs(indices), Ops.sub(extent, extent));
    }

    private static Value taken(Value x, int axis, Value indices) {
        Attributes attributes = Attributes.NONE.with("axis", (long) axis);
        return Ops.node("GatherElements", x.type().withShape(indices.shape()), attributes, x, indices);
    }

    private static void elements(List<SampleNetwork> networks) {
        networks.add(of("elements at indices of the samples", TOKENS, (x, w, n) -> {
            Value hidden = SampleNetworks.layer(x, w.get("w", 6, 4));
            Value at = indices(Indexing.slice(x, 2, 0, 4), 5, true);
            return Ops.mul(taken(hidden, 1, at), w.get("p", 5, 4));
        }));
        networks.add(of("elements at indices that are the same for all", TOKENS, (x, w, n) -> {
            Value hidden = SampleNetworks.layer(x, w.get("w", 6, 4));
            Value row = Ops.constant(Tensor.longs(Shape.of(1, 2, 4), 4, 0, 1, -2, 2, 2, 3, 0));
            return Ops.mul(taken(hidden, 1, Ops.expand(row, Shape.of(n, 2, 4))), w.get("p", 2, 4));
        }));
        networks.add(of("elements at constant indices with equal rows", TOKENS, (x, w, n) -> {
            Value hidden = SampleNetworks.layer(x, w.get("w", 6, 4));
            long[] all = new long[(int) n * 8];
            for (int i = 0; i < all.length; i++) {
                all[i] = (i % 8 * 3 + 1) % 5;
            }
            Value at = Ops.constant(Tensor.longs(Shape.of(n, 2, 4), all));
            return Ops.mul(taken(hidden, 1, at), w.get("p", 2, 4));
        }));
        networks.add(of("elements of a table", Shape.of(5), (x, w, n) -> {
            Value taken = taken(w.get("table", 7, 5), 0, indices(x, 7, true));
            return Ops.mul(taken, w.get("p", 5));
        }));
        networks.add(of("elements of a vector, merged with the batch", Shape.of(5), (x, w, n) -> {
            Value taken = taken(w.get("table", 7), 0, indices(Ops.reshape(x, 5 * n), 7, false));
            return Ops.mul(Ops.reshape(taken, n, 5), w.get("p", 5));
        }));
        networks.add(of("elements of a computed table", Shape.of(5), (x, w, n) -> {
            Value table = Ops.mul(w.get("table", 7, 5), w.get("scale", 5));
            return Ops.unary("Tanh", taken(table, 0, indices(x, 7, false)));
        }));
    }

    private static Value scattered(String reduction, Value data, Value indices, Value updates, int axis) {
        Attributes attributes = Attributes.NONE.with("axis", (long) axis).with("reduction", reduction);
        List<Value> operands = List.of(data, indices, updates);
        return new Node("", "ScatterElements", null, operands, attributes, List.of(data.type()), null, 18).output();
    }

    private static void scatters(List<SampleNetwork> networks) {
        for (String reduction : List.of("add", "mul", "max", "min")) {
            networks.add(of("scattered by " + reduction, TOKENS, (x, w, n) -> {
                Value data = SampleNetworks.layer(x, w.get("w", 6, 4));
                Value updates = SampleNetworks.layer(Indexing.slice(x, 1, 0, 3), w.get("v", 6, 4));
                Value at = indices(Indexing.slice(Indexing.slice(x, 1, 1, 4), 2, 2, 6), 5, true);
                return Ops.mul(scattered(reduction, data, at, updates, 1), w.get("p", 5, 4));
            }));
        }
        networks.add(of("scattered to constant places", TOKENS, (x, w, n) -> {
            Value data = SampleNetworks.layer(x, w.get("w", 6, 4));
            Value updates = SampleNetworks.layer(Indexing.slice(x, 1, 0, 2), w.get("v", 6, 4));
            Value row = Ops.constant(Tensor.longs(Shape.of(1, 2, 4), 4, 0, 1, -2, 2, 2, 3, 0));
            Value at = Ops.expand(row, Shape.of(n, 2, 4));
            return Ops.mul(scattered("none", data, at, updates, 1), w.get("p", 5, 4));
        }));
        networks.add(of("scattered into a parameter's copies", TOKENS, (x, w, n) -> {
                    Value data = Ops.expand(w.get("data", 1, 5, 4), Shape.of(n, 5, 4));
                    Value updates = SampleNetworks.layer(Indexing.slice(x, 1, 0, 2), w.get("v", 6, 4));
                    Value at = indices(Indexing.slice(Indexing.slice(x, 1, 1, 3), 2, 2, 6), 5, false);
                    return Ops.unary("Tanh", scattered("add", data, at, updates, 1));
                })
                .fromTwoSamples());
        networks.add(of("scattered copies of a parameter", TOKENS, (x, w, n) -> {
                    Value data = SampleNetworks.layer(x, w.get("w", 6, 4));
                    Value updates = Ops.expand(w.get("token", 1, 1, 4), Shape.of(n, 1, 4));
                    Value at = indices(Indexing.slice(Indexing.slice(x, 1, 1, 2), 2, 2, 6), 5, false);
                    return Ops.unary("Tanh", scattered("none", data, at, updates, 1));
                })
                .fromTwoSamples());
    }

    private static Value largest(Value x, int axis, long k) {
        Shape shape = x.shape().with(axis, k);
        return new Node(
                        "",
                        "TopK",
                        null,
                        List.of(x, Ops.longs(k)),
                        Attributes.NONE.with("axis", (long) axis),
                        List.of(x.type().withShape(shape), new TensorType(DataType.INT64, shape)),
                        null)
                .output();
    }
}
