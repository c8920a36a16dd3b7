package vintk.opset;

import java.util.Arrays;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** The attention operators that ONNX Runtime's own optimisers write. */
final class MicrosoftAttention {
    private MicrosoftAttention() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.add("com.microsoft.Attention", MicrosoftAttention::attention);
        adapters.add("com.microsoft.MultiHeadAttention", MicrosoftAttention::multiHead);
    }

    /** Input, merged weights [I, Q + K + V], bias, mask, past, bias of the scores. */
    private static List<Value> attention(Site site) {
        Attributes attributes = site.attributes();
        if (attributes.integer("do_rotary", 0) != 0) {
            throw site.unsupported("rotary embedding inside of the attention is not handled");
        }
        refuse(site, 4, "a past state");
        long heads = attributes.integer("num_heads", 1);
        Value merged = Ops.matMul(site.x(0), site.x(1));
        if (site.optional(2) != null) {
            merged = Ops.add(merged, site.x(2));
        }
        long width = merged.shape().dim(-1);
        long[] widths = attributes.integers("qkv_hidden_sizes", width / 3, width / 3, width / 3);
        List<Value> parts = Indexing.split(merged, -1, widths);
        Value q = Heads.split(parts.get(0), heads);
        Value k = Heads.split(parts.get(1), heads);
        Value v = Heads.split(parts.get(2), heads);
        Value y = attended(site, q, k, v, site.optional(3), site.optional(5));
        Shape own = k.shape().prepend(1);
        boolean present = site.proto().getOutputCount() > 1 && k.shape().equals(v.shape());
        return present ? List.of(y, Ops.concat(0, Ops.reshape(k, own), Ops.reshape(v, own))) : List.of(y);
    }

    /** Query, key, value (apart, or packed in one of the former), bias, mask of keys, bias of the scores, past. */
    private static List<Value> multiHead(Site site) {
        long heads = site.attributes().integer("num_heads", 1);
        refuse(site, 8, "past sequence length");
        refuse(site, 9, "a cache of indirections");
        Value q = site.x(0);
        Value k = site.optional(1);
        Value v = site.optional(2);
        if (q.shape().rank() == 5) {
            k = packed(q, 1);
            v = packed(q, 2);
            q = packed(q, 0);
        } else {
            q = Heads.split(q, heads);
            if (k.shape().rank() == 5) {
                v = packed(k, 1);
                k = packed(k, 0);
            } else if (k.shape().rank() == 3) {
                k = Heads.split(k, heads);
                v = Heads.split(site.x(2), heads);
            } else if (site.optional(3) != null) {
                throw site.unsupported("a bias together with keys that are split in heads is not handled");
            }
        }
        if (site.optional(3) != null) {
            long queries = heads * q.shape().dim(3);
            List<Value> biases = Indexing.split(
                    site.x(3), 0, queries, queries, heads * v.shape().dim(3));
            q = Ops.add(q, perHead(biases.get(0), heads));
            k = Ops.add(k, perHead(biases.get(1), heads));
            v = Ops.add(v, perHead(biases.get(2), heads));
        }
        if (site.optional(6) != null) {
            k = Ops.concat(2, site.x(6), k);
            v = Ops.concat(2, site.x(7), v);
        }
        return List.of(attended(site, q, k, v, site.optional(4), site.optional(5)), k, v);
    }

    private static void refuse(Site site, int input, String what) {
        if (site.optional(input) != null) {
            throw site.unsupported(what + " is not handled");
        }
    }

    /** One of [N, tokens, heads, 2 or 3, channels] as [N, heads, tokens, channels]. */
    private static Value packed(Value x, int part) {
        Shape shape = x.shape();
        Value own = Indexing.slice(x, 3, part, part + 1);
        return Ops.transpose(Ops.reshape(own, shape.dim(0), shape.dim(1), shape.dim(2), shape.dim(4)), 0, 2, 1, 3);
    }

    /** [heads · channels] to [heads, 1, channels]. */
    private static Value perHead(Value bias, long heads) {
        return Ops.reshape(bias, heads, 1, bias.shape().dim(0) / heads);
    }

    /** softmax(scale Q Kᵀ + masks + bias) V, heads merged. */
    private static Value attended(Site site, Value q, Value k, Value v, Value mask, Value bias) {
        Attributes attributes = site.attributes();
        DataType type = q.dataType();
        Value scores = Heads.scores(site, q, k);
        long queries = scores.shape().dim(2);
        long keys = scores.shape().dim(3);
        double fill = attributes.real("mask_filter_value", -10000);
        if (mask != null) {
            scores = Ops.add(scores, padding(site, mask, type, queries, keys, fill));
        }
        if (bias != null) {
            scores = Ops.add(scores, bias);
        }
        if (attributes.integer("unidirectional", 0) != 0) {
            scores = Ops.add(scores, Heads.causal(type, queries, keys, keys - queries));
        }
        return Heads.merge(Heads.product(Ops.softmax(scores, -1), v));
    }

    /**
     * What a constant mask adds to the scores. Of integers: [N, keys] or [N, queries, keys], 0 where masked; [N], the
     * number of keys; [2 N], ends, then starts.
     */
    private static Value padding(Site site, Value given, DataType type, long queries, long keys, double fill) {
        if (!given.isConstant()) {
            throw site.unsupported("the mask must be a constant, it is computed from the model's inputs");
        }
        Tensor mask = given.constant();
        long samples = site.shape().dim(0);
        long[] numbers = mask.integers();
        Shape shape = mask.shape();
        if (shape.rank() == 1 && shape.dim(0) == samples) {
            return Heads.outside(type, new long[numbers.length], numbers, keys, fill);
        }
        if (shape.rank() == 1 && shape.dim(0) == 2 * samples) {
            long[] ends = Arrays.copyOf(numbers, (int) samples);
            long[] starts = Arrays.copyOfRange(numbers, (int) samples, (int) (2 * samples));
            return Heads.outside(type, starts, ends, keys, fill);
        }
        boolean raw = shape.rank() == 2 && shape.dim(1) == keys
                || shape.rank() == 3 && shape.dim(1) == queries && shape.dim(2) == keys;
        if (!raw) {
            throw site.unsupported("a mask of shape " + shape + " is not handled");
        }
        double[] added = new double[numbers.length];
        for (int i = 0; i < added.length; i++) {
            added[i] = numbers[i] == 0 ? fill : 0;
        }
        Tensor one = Heads.oneRow(Tensor.of(new TensorType(type, shape), added));
        long rows = shape.rank() == 3 ? queries : 1;
        return Ops.reshape(Ops.constant(one), one.shape().dim(0), 1, rows, keys);
    }
}
