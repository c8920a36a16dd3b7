package vintk.ntk;

import static vintk.ntk.SampleNetwork.of;
import static vintk.ntk.SampleNetworks.layer;

import java.nio.ByteBuffer;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Reduce;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Small networks of slopes that are learnt, of extremes, and of quantisation. */
final class ActivationNetworks {
    private static final Shape TOKENS = Shape.of(5, 6);

    private ActivationNetworks() {}

    static void addTo(List<SampleNetwork> networks) {
        networks.add(of("a slope a channel", Shape.of(3, 4, 2), (x, w, n) -> prelu(x, w.get("slope", 3, 1, 1))));
        networks.add(of(
                "a slope a feature, and one for all",
                TOKENS,
                (x, w, n) -> prelu(prelu(Ops.matMul(x, w.get("w", 6, 4)), w.get("slope", 4)), w.get("all", 1))));
        networks.add(of(
                "slopes that are computed",
                TOKENS,
                (x, w, n) -> prelu(x, Ops.exp(Ops.transposeLast(w.get("slope", 6, 5))))));
        networks.add(of("slopes of a parameter", TOKENS, (x, w, n) -> {
            Value bent = prelu(w.get("w", 6, 4), w.get("slope", 6, 1));
            return layer(x, bent);
        }));
        networks.add(of(
                "largest of the tokens",
                TOKENS,
                (x, w, n) -> Ops.matMul(Reduce.max(layer(x, w.get("w", 6, 4)), false, 1), w.get("v", 4, 3))));
        networks.add(of(
                "smallest of everything",
                TOKENS,
                (x, w, n) -> Reduce.min(Ops.add(Ops.matMul(x, w.get("w", 6, 4)), w.get("b", 4)), true, 1, 2)));
        networks.add(of("extremes of parameters", TOKENS, (x, w, n) -> {
            Value most = Reduce.max(w.get("w", 6, 4), true, 0);
            Value all = Reduce.logSumExp(w.get("v", 3, 6), false, 0);
            return layer(Ops.mul(x, all), Ops.sub(w.get("w", 6, 4), most));
        }));
        networks.add(of(
                "log of summed exponentials",
                TOKENS,
                (x, w, n) -> Reduce.logSumExp(Ops.add(Ops.matMul(x, w.get("w", 6, 4)), w.get("b", 5, 1)), false, -1)));
        networks.add(of("extremes of merged windows", TOKENS, (x, w, n) -> {
            Value windows = Ops.reshape(Ops.transpose(x, 1, 0, 2), 5 * n, 6);
            Value largest = Reduce.max(Ops.matMul(windows, w.get("w", 6, 4)), true, 1);
            return Ops.mul(windows, largest);
        }));
        networks.add(of("where it is largest", TOKENS, (x, w, n) -> {
            Value hidden = Ops.matMul(x, w.get("w", 6, 4));
            TensorType type = TensorType.of(DataType.INT64, n, 5);
            Attributes last = Attributes.NONE.with("axis", -1L).with("keepdims", 0L);
            Value place = Ops.cast(Ops.node("ArgMax", type, last, hidden), x.dataType());
            return Ops.mul(hidden, Ops.reshape(place, n, 5, 1));
        }));
        networks.add(of("mask of the largest", TOKENS, (x, w, n) -> {
                    Value hidden = Ops.matMul(x, w.get("w", 6, 4));
                    Value mask = Ops.node("Hardmax", hidden.type(), Attributes.NONE.with("axis", 1L), hidden);
                    return Ops.mul(hidden, mask);
                })
                .inFloat());
        quantised(networks);
    }

    private static Value prelu(Value x, Value slope) {
        return Ops.node("PRelu", x.type(), Attributes.NONE, x, slope);
    }

    /** Only inputs and weights: what is computed could be rounded to another step in another batch. */
    private static void quantised(List<SampleNetwork> networks) {
        networks.add(of(
                        "quantised, a scale each",
                        TOKENS,
                        (x, w, n) -> layer(
                                rounded(x, Attributes.NONE, Shape.SCALAR),
                                rounded(w.get("w", 6, 4), Attributes.NONE, Shape.SCALAR)))
                .inFloat());
        networks.add(of(
                        "quantised, a scale a feature",
                        TOKENS,
                        (x, w, n) -> layer(
                                rounded(Ops.mul(x, w.get("g", 6)), Attributes.NONE.with("axis", -1L), Shape.of(6)),
                                rounded(w.get("w", 6, 4), Attributes.NONE.with("axis", 0L), Shape.of(6))))
                .inFloat());
        networks.add(of("quantised, a scale a block", TOKENS, (x, w, n) -> {
                    Attributes blocks = Attributes.NONE.with("axis", 0L).with("block_size", 3L);
                    return layer(x, rounded(w.get("w", 6, 4), blocks, Shape.of(2, 4)));
                })
                .inFloat());
    }

    /** To 8 bits and back; what passes ±0.77 is clipped. */
    private static Value rounded(Value x, Attributes attributes, Shape scales) {
        double[] steps = new double[(int) scales.elements()];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = 0.006 * (1 + 0.05 * i);
        }
        Value scale = Ops.constant(Tensor.of(new TensorType(x.dataType(), scales), steps));
        TensorType type = new TensorType(DataType.INT8, scales);
        Value zero = Ops.constant(new Tensor(type, ByteBuffer.allocate((int) type.bytes())));
        TensorType integers = new TensorType(DataType.INT8, x.shape());
        Value q = node("QuantizeLinear", integers, attributes, x, scale, zero);
        return node("DequantizeLinear", x.type(), attributes, q, scale, zero);
    }

    private static Value node(String opType, TensorType type, Attributes attributes, Value... inputs) {
        return new Node("", opType, null, List.of(inputs), attributes, List.of(type), null, 21).output();
    }
}
