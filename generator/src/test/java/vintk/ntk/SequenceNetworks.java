package vintk.ntk;

import static vintk.ntk.SampleNetwork.of;

import java.util.List;
import vintk.ntk.SampleNetwork.Weights;
import vintk.onnx.Attributes;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;
import vintk.opset.Adapted;

/** Recurrent layers, with the samples on axis 1 and a weight used at every step; attention. */
final class SequenceNetworks {
    private SequenceNetworks() {}

    static void addTo(List<SampleNetwork> networks) {
        for (String operator : List.of("RNN", "GRU", "LSTM")) {
            // The state's matrix meets a row at each of two steps: few for its columns, so the rows are joined.
            networks.add(of(operator + ", wide", Shape.of(3, 4), (x, w, n) -> {
                        Value y = recurrent(operator, Ops.transpose(x, 1, 0, 2), w, 9, "forward");
                        return Ops.matMul(Ops.reshape(Indexing.slice(y, 0, 2, 3), n, 9), w.get("out", 9, 2));
                    })
                    .fromTwoSamples());
            // Six rows for two columns: the products are added up.
            networks.add(of(operator + ", long, both directions", Shape.of(7, 3), (x, w, n) -> {
                        Value y = recurrent(operator, Ops.transpose(x, 1, 0, 2), w, 2, "bidirectional");
                        return Ops.transpose(y, 2, 0, 1, 3);
                    })
                    .fromTwoSamples());
        }
        networks.add(of("an image read column by column", Shape.of(3, 4, 7), (x, w, n) -> {
                    Value hidden = Ops.add(Ops.unary("Tanh", Ops.mul(x, w.get("g", 3, 1, 1))), w.get("p", 1, 4, 1));
                    Value columns = Ops.reshape(Ops.transpose(hidden, 3, 0, 1, 2), 7, n, 12);
                    Value y = recurrent("LSTM", columns, w, 8, "bidirectional");
                    // [T, 2, N, H] to [T, N, 2 H]
                    Value both = Ops.reshape(Ops.transpose(y, 0, 2, 1, 3), 7, n, 16);
                    return Ops.softmax(Ops.add(Ops.matMul(both, w.get("out", 16, 3)), w.get("c", 3)), -1);
                })
                .fromTwoSamples());
        networks.add(of("samples on axis 1, a learned initial state", Shape.of(4, 3), (x, w, n) -> {
                    Value initial = Ops.expand(w.get("h0", 1, 1, 7), Shape.of(1, n, 7));
                    Value y = Adapted.of(
                                    "",
                                    "GRU",
                                    14,
                                    Attributes.NONE.with("hidden_size", 7L).with("linear_before_reset", 1L),
                                    x,
                                    w.get("w", 1, 21, 3),
                                    w.get("r", 1, 21, 7),
                                    w.get("b", 1, 42),
                                    null,
                                    initial)
                            .get(1);
                    return Ops.reshape(y, n, 7);
                })
                .onAxis(1)
                .fromTwoSamples());
        attention(networks);
    }

    private static void attention(List<SampleNetwork> networks) {
        Attributes heads = Attributes.NONE.with("num_heads", 2L);
        networks.add(of("merged attention", Shape.of(7, 4), (x, w, n) -> {
            Value y = Adapted.of("com.microsoft", "Attention", 1, heads, x, w.get("w", 4, 12), w.get("b", 12))
                    .get(0);
            return Ops.matMul(y, w.get("out", 4, 3));
        }));
        networks.add(of("attention to a learned memory", Shape.of(7, 4), (x, w, n) -> {
            Value k = Ops.expand(w.get("k", 1, 9, 4), Shape.of(n, 9, 4));
            Value v = Ops.expand(w.get("v", 1, 9, 4), Shape.of(n, 9, 4));
            return Adapted.of("com.microsoft", "MultiHeadAttention", 1, heads, x, k, v, w.get("b", 12))
                    .get(0);
        }));
        networks.add(of("shared keys, rotated, causal", Shape.of(7, 16), (x, w, n) -> {
            Value q = Ops.matMul(x, w.get("q", 16, 16));
            Value k = Ops.matMul(x, w.get("k", 16, 8));
            Value v = Ops.matMul(x, w.get("v", 16, 8));
            Attributes rotation = Attributes.NONE.with("num_heads", 4L).with("interleaved", 1L);
            Value angles = w.get("angles", 7, 2);
            Value turned = Adapted.of(
                            "", "RotaryEmbedding", 23, rotation, q, cached("Cos", angles, n), cached("Sin", angles, n))
                    .get(0);
            Attributes attributes = Attributes.NONE
                    .with("q_num_heads", 4L)
                    .with("kv_num_heads", 2L)
                    .with("is_causal", 1L);
            return Adapted.of("", "Attention", 23, attributes, turned, k, v).get(0);
        }));
    }

    private static Value cached(String function, Value angles, long n) {
        return Ops.expand(Ops.unary(function, angles), angles.shape().prepend(n));
    }

    /** Y of a layer over [T, N, I]. */
    private static Value recurrent(String operator, Value x, Weights w, long hidden, String direction) {
        long rows = hidden
                * switch (operator) {
                    case "LSTM" -> 4;
                    case "GRU" -> 3;
                    default -> 1;
                };
        long directions = direction.equals("bidirectional") ? 2 : 1;
        return Adapted.of(
                        "",
                        operator,
                        14,
                        Attributes.NONE.with("hidden_size", hidden).with("direction", direction),
                        x,
                        w.get("w", directions, rows, x.shape().dim(2)),
                        w.get("r", directions, rows, hidden),
                        w.get("b", directions, 2 * rows))
                .get(0);
    }
}
