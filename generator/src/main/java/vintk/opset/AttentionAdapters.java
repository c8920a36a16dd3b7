package vintk.opset;

import java.util.ArrayList;
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
        List<Value> masks = masks(site, scores, past);
        Value masked = masks.stream().reduce(capped, Ops::add);
        Value weights = softmax(site, masked, rowsThatCount(site, masks));
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

    /** In more than float32 where that is asked for; 0 in rows that do not count. */
    private static Value softmax(Site site, Value scores, Value rows) {
        boolean wide = site.attributes().integer("softmax_precision", 0) == DataType.DOUBLE.code();
        Value x = rows == null ? scores : Ops.selected(rows, scores);
        Value y = Ops.cast(Ops.softmax(wide ? Ops.cast(x, DataType.DOUBLE) : x, -1), x.dataType());
        return rows == null ? y : Ops.selected(rows, y);
    }

    /** What is added to the scores: the mask that is given, and what follows from the order and the number of keys. */
    private static List<Value> masks(Site site, Value scores, long past) {
        List<Value> masks = new ArrayList<>();
        List<Value> fixed = new ArrayList<>();
        if (site.optional(3) != null) {
            // A mask of numbers may be a parameter, and stays what it is.
            boolean truths = site.x(3).dataType() == DataType.BOOL && site.x(3).isConstant();
            (truths ? fixed : masks).add(added(scores, site.x(3)));
        }
        DataType type = scores.dataType();
        long queries = scores.shape().dim(2);
        long keys = scores.shape().dim(3);
        boolean causal = site.attributes().integer("is_causal", 0) != 0;
        if (site.optional(6) != null) {
            long[] ends = site.constant(6).integers();
            fixed.add(Heads.outside(type, new long[ends.length], ends, keys, Heads.MASKED));
            if (causal) {
                // Of each sample the queries are the last that count.
                long[] before = Arrays.stream(ends).map(end -> end - queries).toArray();
                fixed.add(Heads.causal(type, queries, keys, before));
            }
        } else if (causal) {
            fixed.add(Heads.causal(type, queries, keys, past));
        }
        if (!fixed.isEmpty()) {
            masks.add(Heads.together(fixed));
        }
        return masks;
    }

    /** Of truths (what counts), or of numbers to add. */
    private static Value added(Value scores, Value given) {
        if (given.dataType() != DataType.BOOL) {
            return given;
        }
        if (given.isConstant()) {
            Tensor counts = Heads.oneRow(given.constant());
            TensorType type = new TensorType(scores.dataType(), counts.shape());
            return Ops.constant(
                    Tensor.of(type, (int) counts.shape().elements(), i -> counts.number(i) == 0 ? Heads.MASKED : 0));
        }
        return Ops.where(given, Ops.scalar(scores, 0), Ops.scalar(scores, Heads.MASKED));
    }

    /**
     * False where all keys of a query are masked, whose output is 0 then: [..., queries, 1]; null where each has a key, as far
     * as that is known. Masks of numbers that the data decide are taken to leave one.
     */
    private static Value rowsThatCount(Site site, List<Value> masks) {
        List<Value> constants = masks.stream().filter(Value::isConstant).toList();
        Tensor fixed = constants.isEmpty() ? null : Heads.together(constants).constant();
        Value given = site.optional(3) == null ? null : site.x(3);
        if (given == null || given.isConstant() || given.dataType() != DataType.BOOL) {
            Tensor rows = fixed == null ? null : Heads.rowsThatCount(fixed);
            return rows == null || rows.allMatch(x -> x != 0) ? null : Ops.constant(rows);
        }
        Value counts = given;
        if (fixed != null) {
            TensorType type = new TensorType(DataType.BOOL, fixed.shape());
            int elements = (int) fixed.shape().elements();
            counts = Ops.and(counts, Ops.constant(Tensor.of(type, elements, i -> fixed.number(i) == 0 ? 1 : 0)));
        }
        Value kept = Ops.reduceSum(
                Ops.cast(counts, DataType.FLOAT), true, counts.shape().rank() - 1);
        return Ops.greater(kept, Ops.scalar(kept, 0));
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
