package vintk.ntk;

import static vintk.ntk.SampleNetwork.of;

import java.util.ArrayList;
import java.util.List;
import vintk.ntk.SampleNetwork.Weights;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Small networks, each with one thing that a tracked batch can get wrong. Extents differ from all batch sizes used. */
final class SampleNetworks {
    private static final Shape VECTOR = Shape.of(6);
    private static final Shape TOKENS = Shape.of(5, 6);

    private SampleNetworks() {}

    static List<SampleNetwork> all() {
        List<SampleNetwork> networks = new ArrayList<>();
        layers(networks);
        parameters(networks);
        windows(networks);
        batches(networks);
        ActivationNetworks.addTo(networks);
        ImageNetworks.addTo(networks);
        SequenceNetworks.addTo(networks);
        SamplingNetworks.addTo(networks);
        IndexNetworks.addTo(networks);
        return networks;
    }

    /** Rows [..., k] through a matrix and tanh. */
    static Value layer(Value x, Value matrix) {
        return Ops.unary("Tanh", Ops.matMul(x, matrix));
    }

    private static void layers(List<SampleNetwork> networks) {
        networks.add(of("one matrix", VECTOR, (x, w, n) -> Ops.matMul(x, w.get("w", 6, 3))));
        networks.add(of("two layers with biases", VECTOR, (x, w, n) -> {
            Value hidden = Ops.add(layer(x, w.get("w", 6, 7)), w.get("b", 7));
            return Ops.add(Ops.matMul(hidden, w.get("v", 7, 2)), w.get("c", 1, 2));
        }));
        networks.add(of("inner extent 1", VECTOR, (x, w, n) -> {
            Value thin = Ops.matMul(x, w.get("w", 6, 1));
            return layer(Ops.matMul(thin, w.get("v", 1, 2)), w.get("u", 2, 2));
        }));
        networks.add(of("tokens, mean pooled", TOKENS, (x, w, n) -> {
            Value pooled = Ops.reduceMean(layer(x, w.get("w", 6, 4)), 1);
            return Ops.matMul(Ops.reshape(pooled, n, 4), w.get("v", 4, 3));
        }));
        networks.add(of(
                "mean of everything",
                TOKENS,
                (x, w, n) -> Ops.reduceMean(Ops.add(Ops.matMul(x, w.get("w", 6, 4)), w.get("b", 4)), 1, 2)));
        networks.add(of("softmax output", VECTOR, (x, w, n) -> Ops.softmax(Ops.matMul(x, w.get("w", 6, 4)), -1)));
        networks.add(
                of("scalar output a sample", VECTOR, (x, w, n) -> Ops.reduceSum(layer(x, w.get("w", 6, 4)), false, 1)));
        networks.add(
                of("more rows than columns (materialised)", Shape.of(21, 3), (x, w, n) -> layer(x, w.get("w", 3, 2))));
        networks.add(of("few rows, many columns (ghost)", Shape.of(2, 19), (x, w, n) -> layer(x, w.get("w", 19, 21))));
        networks.add(of("materialised in blocks", Shape.of(61, 64), (x, w, n) -> layer(x, w.get("w", 64, 128))));
        // 59 · 83 = 4897 elements: no divisor between 256 and 1024.
        networks.add(of("materialised in padded blocks", Shape.of(67, 59), (x, w, n) -> layer(x, w.get("w", 59, 83))));
        networks.add(of(
                "a long vector, padded",
                Shape.of(4099),
                (x, w, n) -> Ops.reduceSum(Ops.unary("Tanh", Ops.mul(x, w.get("g", 4099))), true, 1)));
        networks.add(of("layer normalisation", TOKENS, (x, w, n) -> {
            Value centred = Ops.sub(x, Ops.reduceMean(x, -1));
            Value deviation = Ops.sqrt(Ops.add(Ops.reduceMean(Ops.square(centred), -1), 1e-3));
            Value scaled = Ops.mul(Ops.div(centred, deviation), w.get("scale", 6));
            return layer(Ops.add(scaled, w.get("shift", 6)), w.get("w", 6, 2));
        }));
        networks.add(of(
                "parameter per token and channel",
                TOKENS,
                (x, w, n) -> layer(Ops.add(Ops.mul(x, w.get("g", 5, 1)), w.get("p", 1, 5, 6)), w.get("w", 6, 2))));
        networks.add(of("scalar parameter", TOKENS, (x, w, n) -> Ops.unary("Tanh", Ops.mul(x, w.get("t")))));
        networks.add(of("a factor of an attention's scores", TOKENS, (x, w, n) -> {
            Value scores = Ops.div(Ops.matMul(x, Ops.transposeLast(x)), Ops.exp(w.get("t", 1, 1, 1)));
            return Ops.matMul(Ops.softmax(Ops.add(scores, w.get("bias", 5, 5)), -1), x);
        }));
    }

    private static void parameters(List<SampleNetwork> networks) {
        networks.add(of("transposed", VECTOR, (x, w, n) -> layer(x, Ops.transposeLast(w.get("w", 4, 6)))));
        networks.add(of("reshaped", VECTOR, (x, w, n) -> layer(x, Ops.reshape(w.get("w", 3, 2, 4), 6, 4))));
        networks.add(of(
                "reshaped and transposed",
                TOKENS,
                (x, w, n) -> layer(x, Ops.transposeLast(Ops.reshape(w.get("w", 2, 2, 6), 4, 6)))));
        networks.add(of(
                "transposed and reshaped",
                TOKENS,
                (x, w, n) -> layer(x, Ops.reshape(Ops.transpose(w.get("w", 2, 6, 2), 1, 0, 2), 6, 4))));
        networks.add(of(
                "gathered, with repeats",
                TOKENS,
                (x, w, n) -> layer(
                        Ops.add(x, Indexing.gather(w.get("table", 3, 6), 0, Tensor.longs(0, 2, 0, 1, 2))),
                        w.get("w", 6, 2))));
        networks.add(of(
                "gathered matrix of places",
                Shape.of(2, 3),
                (x, w, n) -> Ops.unary(
                        "Tanh",
                        Ops.add(
                                x,
                                Indexing.gather(
                                        w.get("table", 7), 0, Tensor.longs(Shape.of(2, 3), 0, 1, 1, 6, 6, 0))))));
        networks.add(
                of("concatenated", VECTOR, (x, w, n) -> layer(x, Ops.concat(0, w.get("u", 2, 3), w.get("v", 4, 3)))));
        networks.add(of(
                "padded",
                VECTOR,
                (x, w, n) -> layer(x, Indexing.pad(w.get("w", 3, 2), new long[] {1, 0}, new long[] {2, 1}, 0.5))));
        networks.add(of("expanded class token", TOKENS, (x, w, n) -> {
            Value token = Ops.expand(w.get("cls", 1, 1, 6), Shape.of(n, 1, 6));
            return Indexing.slice(mixed(Ops.concat(1, token, x), w), 1, 0, 1);
        }));
        networks.add(of("class token, part of a table", TOKENS, (x, w, n) -> {
            Value token = Ops.reshape(Indexing.slice(w.get("table", 3, 6), 0, 1, 2), 1, 1, 6);
            return Indexing.slice(mixed(Ops.concat(1, x, Ops.expand(token, Shape.of(n, 1, 6))), w), 1, 5, 6);
        }));
        networks.add(of("class token by a product with ones", TOKENS, (x, w, n) -> {
            TensorType type = new TensorType(x.dataType(), Shape.of(n, 1, 1));
            Value ones = Ops.node(
                    "ConstantOfShape",
                    new TensorType(DataType.FLOAT, type.shape()),
                    Attributes.NONE,
                    Ops.longs(n, 1, 1));
            Value token = Ops.mul(Ops.add(Ops.cast(ones, x.dataType()), 1), w.get("cls", 1, 1, 6));
            return mixed(Ops.concat(1, token, x), w);
        }));
        networks.add(of(
                "one row expanded to all tokens",
                TOKENS,
                (x, w, n) -> layer(Ops.add(x, Ops.expand(w.get("row", 1, 6), TOKENS)), w.get("w", 6, 2))));
        networks.add(of(
                "one row expanded, mixed over tokens",
                TOKENS,
                (x, w, n) -> Ops.matMul(
                        Ops.add(Ops.matMul(x, w.get("w", 6, 5)), 1), Ops.expand(w.get("row", 1, 6), TOKENS))));
        networks.add(of("normalised weights", VECTOR, (x, w, n) -> {
            Value v = w.get("v", 6, 4);
            Value norm = Ops.sqrt(Ops.reduceSum(Ops.square(v), true, 0));
            return layer(x, Ops.mul(Ops.div(v, norm), Ops.exp(w.get("g", 4))));
        }));
        networks.add(of(
                "sum of a parameter, axes dropped",
                TOKENS,
                (x, w, n) -> Ops.unary(
                        "Tanh", Ops.mul(x, Ops.reshape(Ops.reduceSum(w.get("w", 5, 3, 1), false, 1, 2), 5, 1)))));
        networks.add(of("used twice", TOKENS, (x, w, n) -> layer(layer(x, w.get("w", 6, 6)), w.get("w", 6, 6))));
        networks.add(of("used twice, once transposed", TOKENS, (x, w, n) -> {
            Value hidden = layer(x, w.get("w", 6, 3));
            return Ops.add(Ops.matMul(hidden, Ops.transposeLast(w.get("w", 6, 3))), w.get("b", 6));
        }));
        networks.add(of(
                "matrix and position at once",
                TOKENS,
                (x, w, n) -> Ops.add(
                        layer(x, Ops.reshape(w.get("w", 5, 12), 6, 10)), Indexing.slice(w.get("w", 5, 12), 1, 1, 11))));
        networks.add(of(
                "product of parameters",
                VECTOR,
                (x, w, n) -> layer(x, Ops.matMul(w.get("down", 6, 2), w.get("up", 2, 5)))));
        networks.add(of(
                "product of parameters, rank 1",
                VECTOR,
                (x, w, n) -> layer(x, Ops.matMul(w.get("down", 6, 1), w.get("up", 1, 5)))));
        networks.add(of(
                "softmax of a parameter",
                TOKENS,
                (x, w, n) -> Ops.matMul(
                        Ops.softmax(w.get("mix", 5, 5), -1), Ops.mul(x, Ops.mul(w.get("s", 6), w.get("s", 6))))));
        networks.add(of(
                "a parameter without effect",
                VECTOR,
                (x, w, n) -> Ops.add(layer(x, w.get("w", 6, 2)), Ops.unary("Floor", w.get("f", 2)))));
    }

    /** One layer of self-attention without projections, then a matrix. */
    private static Value mixed(Value x, Weights w) {
        Value attention = Ops.softmax(Ops.matMul(x, Ops.transposeLast(x)), -1);
        return Ops.matMul(Ops.matMul(attention, x), w.get("out", 6, 3));
    }

    private static void windows(List<SampleNetwork> networks) {
        networks.add(of("q, k, v out of one product", TOKENS, (x, w, n) -> {
            List<Value> parts = Indexing.split(Ops.matMul(x, w.get("qkv", 6, 12)), 2, 4, 4, 4);
            return attention(parts.get(0), parts.get(1), parts.get(2));
        }));
        networks.add(of("q, k, v out of one matrix", TOKENS, (x, w, n) -> {
            List<Value> parts = Indexing.split(w.get("qkv", 6, 12), 1, 4, 4, 4);
            return attention(Ops.matMul(x, parts.get(0)), Ops.matMul(x, parts.get(1)), Ops.matMul(x, parts.get(2)));
        }));
        networks.add(of("rows of one matrix, transposed", TOKENS, (x, w, n) -> {
            List<Value> parts = Indexing.split(w.get("qkv", 12, 6), 0, 4, 4, 4).stream()
                    .map(Ops::transposeLast)
                    .toList();
            return attention(Ops.matMul(x, parts.get(0)), Ops.matMul(x, parts.get(1)), Ops.matMul(x, parts.get(2)));
        }));
        networks.add(of(
                "windows with gaps, in another order",
                VECTOR,
                (x, w, n) -> Ops.mul(
                        layer(x, Indexing.slice(w.get("w", 6, 9), 1, 6, 8)),
                        layer(x, Indexing.slice(w.get("w", 6, 9), 1, 1, 3)))));
        networks.add(of(
                "overlapping windows",
                VECTOR,
                (x, w, n) -> Ops.mul(
                        layer(x, Indexing.slice(w.get("w", 6, 5), 1, 0, 3)),
                        layer(x, Indexing.slice(w.get("w", 6, 5), 1, 2, 5)))));
        networks.add(of("one window", VECTOR, (x, w, n) -> layer(x, Indexing.slice(w.get("w", 8, 5), 0, 1, 7))));
        networks.add(
                of("every second row", VECTOR, (x, w, n) -> layer(x, Indexing.slice(w.get("w", 11, 5), 0, 0, 11, 2))));
        networks.add(of(
                "windows of two axes",
                VECTOR,
                (x, w, n) -> Ops.mul(
                        layer(x, Indexing.slice(w.get("w", 8, 5), 0, 0, 6)),
                        layer(x, Indexing.slice(Indexing.slice(w.get("w", 8, 5), 0, 2, 8), 1, 4, 5)))));
        networks.add(of("a window and the whole", VECTOR, (x, w, n) -> {
            Value whole = w.get("w", 6, 5);
            return Ops.mul(layer(x, whole), layer(x, Indexing.slice(whole, 1, 2, 3)));
        }));
        networks.add(of("windows of a bias", TOKENS, (x, w, n) -> {
            List<Value> biases = Indexing.split(w.get("b", 12), 0, 6, 6);
            return Ops.mul(Ops.add(x, biases.get(0)), Ops.add(x, biases.get(1)));
        }));
        networks.add(of(
                "a window that is constant along an axis",
                TOKENS,
                (x, w, n) -> Ops.reduceMean(Ops.add(x, Indexing.slice(w.get("p", 1, 7, 6), 1, 1, 6)), 1, 2)));
    }

    private static Value attention(Value q, Value k, Value v) {
        return Ops.matMul(Ops.softmax(Ops.matMul(q, Ops.transposeLast(k)), -1), v);
    }

    private static void batches(List<SampleNetwork> networks) {
        networks.add(of("batch merged with heads", TOKENS, (x, w, n) -> {
            Value heads = merged(Ops.matMul(x, w.get("w", 6, 8)), n);
            Value mixed = layer(attention(heads, heads, heads), w.get("v", 4, 4));
            Value apart = Ops.transpose(Ops.reshape(mixed, n, 2, 5, 4), 0, 2, 1, 3);
            return Ops.matMul(Ops.reshape(apart, n, 5, 8), w.get("out", 8, 3));
        }));
        networks.add(of("heads in front of the batch", TOKENS, (x, w, n) -> {
            Value heads = Ops.transpose(Ops.reshape(Ops.matMul(x, w.get("w", 6, 8)), n, 5, 2, 4), 2, 0, 1, 3);
            Value merged = Ops.reshape(heads, 2 * n, 5, 4);
            return Ops.add(layer(merged, w.get("v", 4, 4)), w.get("b", 5, 4));
        }));
        networks.add(of("heads put in front of the batch one by one, and back", TOKENS, (x, w, n) -> {
            Value wide = Ops.matMul(x, w.get("w", 6, 8));
            Value heads = Ops.concat(0, Indexing.slice(wide, 2, 0, 4), Indexing.slice(wide, 2, 4, 8));
            Value mixed = layer(attention(heads, heads, heads), w.get("v", 4, 4));
            Value back = Ops.concat(2, Indexing.slice(mixed, 0, 0, n), Indexing.slice(mixed, 0, n, 2 * n));
            return Ops.matMul(back, w.get("out", 8, 3));
        }));
        networks.add(of("three views merged with tokens, of which two are used", TOKENS, (x, w, n) -> {
            Value rows = Ops.reshape(x, 5 * n, 6);
            Value views = layer(Ops.concat(0, rows, Ops.neg(rows), Ops.mul(rows, 0.5)), w.get("w", 6, 4));
            return Ops.add(Indexing.slice(views, 0, 5 * n, 15 * n), w.get("b", 4));
        }));
        networks.add(of("batch merged with tokens", TOKENS, (x, w, n) -> {
            Value rows = Ops.add(layer(Ops.reshape(x, 5 * n, 6), w.get("w", 6, 4)), w.get("b", 4));
            return Ops.reduceMean(Ops.reshape(rows, n, 5, 4), 1);
        }));
        networks.add(of(
                "output merged with tokens",
                TOKENS,
                (x, w, n) -> Ops.add(layer(Ops.reshape(x, 5 * n, 6), w.get("w", 6, 4)), w.get("b", 1, 4))));
        networks.add(of("windows of tokens", Shape.of(4, 6, 2), (x, w, n) -> {
            Value cut = Ops.transpose(Ops.reshape(x, n, 2, 2, 3, 2, 2), 0, 1, 3, 2, 4, 5);
            Value windows = layer(Ops.reshape(cut, 6 * n, 4, 2), w.get("w", 2, 3));
            Value scores = Ops.add(Ops.matMul(windows, Ops.transposeLast(windows)), w.get("bias", 4, 4));
            Value split = Ops.add(Ops.reshape(scores, n, 6, 4, 4), w.get("mask", 6, 1, 1));
            return Ops.reshape(split, 6 * n, 4, 4);
        }));
        networks.add(
                of("batch on axis 1", TOKENS, (x, w, n) -> Ops.add(layer(x, w.get("w", 6, 4)), w.get("p", 5, 1, 4)))
                        .onAxis(1));
        networks.add(of("batch moved to axis 1 and back", TOKENS, (x, w, n) -> {
                    Value moved = Ops.add(layer(Ops.transpose(x, 1, 0, 2), w.get("w", 6, 4)), w.get("p", 5, 1, 4));
                    return Ops.transpose(moved, 1, 0, 2);
                })
                .fromTwoSamples());
        networks.add(of(
                "matrix from the left", TOKENS, (x, w, n) -> layer(Ops.matMul(w.get("w", 3, 5), x), w.get("v", 6, 2))));
        networks.add(of(
                "batched matrices from the left", Shape.of(2, 5, 6), (x, w, n) -> Ops.matMul(w.get("w", 2, 3, 5), x)));
        networks.add(of("batched matrices", Shape.of(2, 5, 6), (x, w, n) -> layer(x, w.get("w", 2, 6, 3))));
        networks.add(of(
                "batched matrices, one row a sample",
                Shape.of(2, 1, 6),
                (x, w, n) -> Ops.matMul(x, w.get("w", 2, 6, 3))));
        networks.add(of("matrix that is batched by 1", TOKENS, (x, w, n) -> layer(x, w.get("w", 1, 6, 3))));
        networks.add(of(
                "einsum with a matrix",
                TOKENS,
                (x, w, n) -> einsum("ntd,de->nte", Shape.of(n, 5, 3), x, w.get("w", 6, 3))));
        networks.add(of("einsum with heads", TOKENS, (x, w, n) -> {
            Value q = einsum("ntd,hde->nhte", Shape.of(n, 2, 5, 3), x, w.get("q", 2, 6, 3));
            Value k = einsum("ntd,hde->nhte", Shape.of(n, 2, 5, 3), x, w.get("k", 2, 6, 3));
            return einsum("nhqe,nhke->nqkh", Shape.of(n, 5, 5, 2), q, k);
        }));
        networks.add(of("einsum of parameters", VECTOR, (x, w, n) -> {
            Value matrix = einsum("ir,rj->ij", Shape.of(6, 4), w.get("u", 6, 2), w.get("v", 2, 4));
            return einsum("ni,ij,j->n", Shape.of(n), x, matrix, w.get("s", 4));
        }));
    }

    private static Value merged(Value x, long n) {
        return Ops.reshape(Ops.transpose(Ops.reshape(x, n, 5, 2, 4), 0, 2, 1, 3), 2 * n, 5, 4);
    }

    private static Value einsum(String equation, Shape result, Value... operands) {
        TensorType type = new TensorType(operands[0].dataType(), result);
        return Ops.node("Einsum", type, Attributes.NONE.with("equation", equation), operands);
    }
}
