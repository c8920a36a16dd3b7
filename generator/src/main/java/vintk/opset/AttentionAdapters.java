package vintk.opset;

import java.util.Arrays;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/** ONNX' own Attention (opset 23) and rotary embeddings. */
final class AttentionAdapters {
    private AttentionAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.add("Attention", AttentionAdapters::attention);
        adapters.single("RotaryEmbedding", AttentionAdapters::rotary);
        adapters.single("com.microsoft.RotaryEmbedding", AttentionAdapters::microsoftRotary);
    }

    /** Y, present key, present value and, at a stage that an attribute names, the scores. */
    private static List<Value> attention(Site site) {
        Attributes attributes = site.attributes();
        boolean flat = site.shape().rank() == 3;
        Value q = flat ? Heads.split(site.x(0), attributes.integer("q_num_heads", 1)) : site.x(0);
        Value k = flat ? Heads.split(site.x(1), attributes.integer("kv_num_heads", 1)) : site.x(1);
        Value v = flat ? Heads.split(site.x(2), attributes.integer("kv_num_heads", 1)) : site.x(2);
        long past = 0;
        if (site.optional(4) != null) {
            past = site.x(4).shape().dim(2);
            k = Ops.concat(2, site.x(4), k);
            v = Ops.concat(2, site.x(5), v);
        }
        Value scores = Heads.scores(site, q, k);
        Value capped = softCap(scores, attributes.real("softcap", 0));
        Value masked = masked(site, capped, past);
        Value weights = softmax(site, masked);
        Value y = Heads.product(weights, v);
        int mode = (int) attributes.integer("qk_matmul_output_mode", 0);
        if (mode < 0 || mode > 3) {
            throw site.unsupported("qk_matmul_output_mode " + mode + " is not known");
        }
        // The runtime's order: the mask comes after the soft cap, as it would be capped itself otherwise.
        Value stage = List.of(scores, capped, masked, weights).get(mode);
        return List.of(flat ? Heads.merge(y) : y, k, v, stage);
    }

    private static Value softCap(Value x, double cap) {
        return cap == 0 ? x : Ops.mul(Ops.unary("Tanh", Ops.mul(x, 1 / cap)), cap);
    }

    /** In more than float32 where that is asked for. */
    private static Value softmax(Site site, Value x) {
        boolean wide = site.attributes().integer("softmax_precision", 0) == DataType.DOUBLE.code();
        Value y = Ops.softmax(wide ? Ops.cast(x, DataType.DOUBLE) : x, -1);
        return Ops.cast(y, x.dataType());
    }

    private static Value masked(Site site, Value scores, long past) {
        Shape shape = scores.shape();
        DataType type = scores.dataType();
        long keys = shape.dim(3);
        Value x = scores;
        if (site.optional(3) != null) {
            x = withMask(x, site.x(3));
        }
        if (site.attributes().integer("is_causal", 0) != 0) {
            x = Ops.add(x, Heads.causal(type, shape.dim(2), keys, past));
        }
        if (site.optional(6) != null) {
            long[] ends = site.constant(6).integers();
            x = Ops.add(x, Heads.outside(type, new long[ends.length], ends, keys, Heads.MASKED));
        }
        return x;
    }

    /** Of truths (what counts), or of numbers to add. */
    private static Value withMask(Value scores, Value given) {
        boolean bool = given.dataType() == DataType.BOOL;
        // A mask of numbers may be a parameter, whose rows are the samples' own.
        Value mask = bool && given.isConstant() ? Ops.constant(Heads.oneRow(given.constant())) : given;
        if (bool) {
            Value zero = Ops.scalar(scores, 0);
            mask = Ops.where(mask, zero, Ops.scalar(scores, Heads.MASKED));
        }
        return Ops.add(scores, mask);
    }

    // ---- rotary embeddings

    /** X, cos and sin by position, positions. */
    private static Value rotary(Site site) {
        Value x = site.x();
        long heads = site.attributes().integer("num_heads", 0);
        Value apart = x.shape().rank() == 3 ? Heads.split(x, heads) : x;
        long dim = site.attributes().integer("rotary_embedding_dim", 0);
        Value cos = site.x(1);
        Value sin = site.x(2);
        if (site.optional(3) != null) {
            long[] positions = site.constant(3).integers();
            cos = at(cos, positions, apart);
            sin = at(sin, positions, apart);
        }
        Value y = rotated(site, apart, dim, cos, sin);
        return x.shape().rank() == 3 ? Heads.merge(y) : y;
    }

    /** X, positions (or the first of them), cos and sin. */
    private static Value microsoftRotary(Site site) {
        Attributes attributes = site.attributes();
        if (attributes.integer("is_packed_batching", 0) != 0) {
            throw site.unsupported("packed batches are not handled");
        }
        Value x = site.x();
        long dim = attributes.integer("rotary_embedding_dim", 0);
        long heads = attributes.integer("num_heads", 0);
        boolean flat = x.shape().rank() == 3;
        if (flat && heads == 0) {
            heads = x.shape().dim(2) / (2 * site.x(2).shape().dim(1));
        }
        Value apart = flat ? Heads.split(x, heads) : x;
        long[] positions = site.constant(1).integers();
        if (positions.length == 1 && site.x(1).shape().rank() == 1) {
            long first = positions[0];
            positions = new long[(int) apart.shape().dim(2)];
            Arrays.setAll(positions, i -> first + i);
        }
        Value cos = at(site.x(2), positions, apart);
        Value sin = at(site.x(3), positions, apart);
        Value y = Ops.mul(rotated(site, apart, dim, cos, sin), attributes.real("scale", 1));
        return flat ? Heads.merge(y) : y;
    }

    /** Rows of a table by position: [tokens, half], or [N, tokens, half] where the samples' positions differ. */
    private static Value at(Value table, long[] positions, Value x) {
        long tokens = x.shape().dim(2);
        Tensor all = Tensor.longs(Shape.of(positions.length / tokens, tokens), positions);
        Tensor one = Heads.oneRow(all);
        return Indexing.gather(table, 0, one.shape().dim(0) == 1 ? Tensor.longs(one.integers()) : one);
    }

    /** Pairs of channels (neighbours, or one of each half) turned by an angle. */
    private static Value rotated(Site site, Value x, long dim, Value cosine, Value sine) {
        long channels = x.shape().dim(3);
        long turned = dim == 0 ? channels : dim;
        Value cos = withHeads(Indexing.slice(cosine, -1, 0, turned / 2));
        Value sin = withHeads(Indexing.slice(sine, -1, 0, turned / 2));
        Value part = Indexing.slice(x, 3, 0, turned);
        boolean neighbours = site.attributes().integer("interleaved", 0) != 0;
        Shape shape = part.shape();
        int axis = neighbours ? 4 : 3;
        Shape pairs = neighbours
                ? Shape.concat(shape.slice(0, 3), Shape.of(turned / 2, 2))
                : Shape.concat(shape.slice(0, 3), Shape.of(2, turned / 2));
        Value apart = Ops.reshape(part, pairs);
        Value a = Ops.reshape(Indexing.slice(apart, axis, 0, 1), shape.with(3, turned / 2));
        Value b = Ops.reshape(Indexing.slice(apart, axis, 1, 2), shape.with(3, turned / 2));
        Value real = Ops.reshape(Ops.sub(Ops.mul(a, cos), Ops.mul(b, sin)), pairs.with(axis, 1));
        Value imaginary = Ops.reshape(Ops.add(Ops.mul(b, cos), Ops.mul(a, sin)), pairs.with(axis, 1));
        Value y = Ops.reshape(Ops.concat(axis, real, imaginary), shape);
        return turned == channels ? y : Ops.concat(3, y, Indexing.slice(x, 3, turned, channels));
    }

    /** [..., tokens, half] for an axis of heads before the tokens. */
    private static Value withHeads(Value x) {
        Shape shape = x.shape();
        return shape.rank() == 2 ? x : Ops.reshape(x, shape.dim(0), 1, shape.dim(1), shape.dim(2));
    }
}
