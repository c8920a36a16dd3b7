package vintk.bench;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.vit.VitGraph;

/**
 * Swin-T (Liu et al. 2021, arXiv 2103.14030): attention in windows of 7×7 tokens, shifted by 3 in every second block, with a table
 * of relative positions. 28,288,354 parameters.
 */
final class SwinTiny {
    private static final int[] DEPTHS = {2, 2, 6, 2};
    private static final int[] HEADS = {3, 6, 12, 24};
    private static final int WIDTH = 96;
    private static final int PATCH = 4;
    private static final int WINDOW = 7;
    private static final int AREA = WINDOW * WINDOW;
    private static final int SHIFT = WINDOW / 2;

    /** Enough for a weight of 0, as the published code has it. */
    private static final double MASKED = -100;

    private final Layers layers;
    private final long samples;

    private SwinTiny(Layers layers, long samples) {
        this.layers = layers;
        this.samples = samples;
    }

    /** @param size a multiple of 224: windows are not padded here */
    static Graph build(long samples, int size, long seed) {
        int multiple = PATCH * WINDOW << (DEPTHS.length - 1);
        if (size % multiple != 0) {
            throw new IllegalArgumentException(
                    "swin-tiny takes images of a multiple of " + multiple + " pixels here, got " + size);
        }
        return new SwinTiny(new Layers(seed), samples).graph(size);
    }

    private Graph graph(int size) {
        Value input = Value.input(VitGraph.INPUT, TensorType.of(DataType.FLOAT, samples, 3, size, size));
        Value map = layers.patches(input, "patch_embed.proj", WIDTH, PATCH);
        Value x = layers.layerNormalization(Ops.transpose(map, 0, 2, 3, 1), "patch_embed.norm");
        for (int stage = 0; stage < DEPTHS.length; stage++) {
            String name = "layers." + stage + ".";
            for (int block = 0; block < DEPTHS[stage]; block++) {
                boolean shifted = block % 2 == 1 && x.shape().dim(1) > WINDOW;
                x = block(x, name + "blocks." + block + ".", HEADS[stage], shifted);
            }
            if (stage < DEPTHS.length - 1) {
                x = merge(x, name + "downsample.");
            }
        }
        Value normed = layers.layerNormalization(x, "norm");
        Value logits = layers.linear(Layers.globalAverage(Ops.transpose(normed, 0, 3, 1, 2)), "head", 1000);
        return new Graph("swin-tiny", List.of(input), Map.of(VitGraph.OUTPUT, logits));
    }

    /** [N, side, side, width] to the same. */
    private Value block(Value x, String name, long heads, boolean shifted) {
        Value y = layers.layerNormalization(x, name + "norm1");
        y = attention(shifted ? rolled(y, SHIFT) : y, name + "attn.", heads, shifted);
        y = Ops.add(x, shifted ? rolled(y, -SHIFT) : y);
        Value hidden = layers.linear(layers.layerNormalization(y, name + "norm2"), name + "mlp.fc1", 4 * width(x));
        return Ops.add(y, layers.linear(Layers.gelu(hidden), name + "mlp.fc2", width(x)));
    }

    private static long width(Value x) {
        return x.shape().dim(-1);
    }

    private Value attention(Value x, String name, long heads, boolean shifted) {
        long across = x.shape().dim(1) / WINDOW;
        long windows = across * across;
        long head = width(x) / heads;
        Value parts =
                Ops.transpose(Ops.reshape(x, samples, across, WINDOW, across, WINDOW, width(x)), 0, 1, 3, 2, 4, 5);
        Value tokens = Ops.reshape(parts, samples, windows, AREA, width(x));
        Value qkv = Ops.transpose(
                Ops.reshape(layers.linear(tokens, name + "qkv", 3 * width(x)), samples, windows, AREA, 3, heads, head),
                3,
                0,
                1,
                4,
                2,
                5);
        List<Value> each = Indexing.split(qkv, 0, 1, 1, 1).stream()
                .map(part -> Ops.reshape(part, samples, windows, heads, AREA, head))
                .toList();
        Value scaled = Ops.mul(each.get(0), 1 / Math.sqrt(head));
        Value scores = Ops.add(Ops.matMul(scaled, Ops.transposeLast(each.get(1))), positions(name, heads));
        if (shifted) {
            scores = Ops.add(scores, mask(across));
        }
        Value mixed = Ops.transpose(Ops.matMul(Ops.softmax(scores, -1), each.get(2)), 0, 1, 3, 2, 4);
        Value y = layers.linear(Ops.reshape(mixed, samples, windows, AREA, width(x)), name + "proj", width(x));
        Value back = Ops.transpose(Ops.reshape(y, samples, across, across, WINDOW, WINDOW, width(x)), 0, 1, 3, 2, 4, 5);
        return Ops.reshape(back, x.shape());
    }

    /** One number for each head and offset between two tokens of a window, [1, 1, heads, 49, 49]. */
    private Value positions(String name, long heads) {
        int offsets = 2 * WINDOW - 1;
        Value table = layers.normal(name + "relative_position_bias_table", 0.02, (long) offsets * offsets, heads);
        long[] index = IntStream.range(0, AREA * AREA)
                .mapToLong(i -> {
                    int q = i / AREA;
                    int k = i % AREA;
                    int down = q / WINDOW - k / WINDOW + WINDOW - 1;
                    int right = q % WINDOW - k % WINDOW + WINDOW - 1;
                    return (long) down * offsets + right;
                })
                .toArray();
        Value pairs = Ops.reshape(Indexing.gather(table, 0, Tensor.longs(index)), AREA, AREA, heads);
        return Ops.reshape(Ops.transpose(pairs, 2, 0, 1), 1, 1, heads, AREA, AREA);
    }

    /** Of windows across the edge: tokens from the two sides do not see each other, [1, windows, 1, 49, 49]. */
    private static Value mask(long across) {
        long windows = across * across;
        TensorType type = TensorType.of(DataType.FLOAT, 1, windows, 1, AREA, AREA);
        int pairs = AREA * AREA;
        return Ops.constant(Tensor.of(type, Math.toIntExact(windows * pairs), i -> {
            long window = i / pairs;
            int q = i % pairs / AREA;
            int k = i % AREA;
            boolean apart = window / across == across - 1 && wrapped(q / WINDOW) != wrapped(k / WINDOW)
                    || window % across == across - 1 && wrapped(q % WINDOW) != wrapped(k % WINDOW);
            return apart ? MASKED : 0;
        }));
    }

    private static boolean wrapped(int place) {
        return place >= WINDOW - SHIFT;
    }

    /** Both axes of the map turned to the front by {@code by}. */
    private static Value rolled(Value x, int by) {
        Value y = x;
        for (int axis = 1; axis <= 2; axis++) {
            long side = x.shape().dim(axis);
            long cut = Math.floorMod(by, side);
            y = Ops.concat(axis, Indexing.slice(y, axis, cut, side), Indexing.slice(y, axis, 0, cut));
        }
        return y;
    }

    /** Two by two tokens to one of twice the width. */
    private Value merge(Value x, String name) {
        long half = x.shape().dim(1) / 2;
        Value quads = Ops.transpose(Ops.reshape(x, samples, half, 2, half, 2, width(x)), 0, 1, 3, 4, 2, 5);
        Value joined = Ops.reshape(quads, Shape.of(samples, half, half, 4 * width(x)));
        return layers.product(layers.layerNormalization(joined, name + "norm"), name + "reduction", 2 * width(x));
    }
}
