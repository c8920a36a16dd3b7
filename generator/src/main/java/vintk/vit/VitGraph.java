package vintk.vit;

import java.util.List;
import java.util.Map;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Standardisation;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.space.VisionTransformer;
import vintk.space.VisionTransformer.Block;
import vintk.space.VisionTransformer.Pooling;
import vintk.space.VisionTransformer.Positions;
import vintk.space.VisionTransformer.Stage;
import vintk.space.WeightPool;

/**
 * The forward graph of a vision transformer: {@code input} [N, channels, size, size] to {@code logits} [N, classes].
 *
 * <p>Pre-norm blocks x += Attention(LN(x)), x += MLP(LN(x)), exact GELU; patches by a convolution, a class token in front,
 * learned positions; between stages a depthwise 3×3 convolution of stride 2 on the map and a linear layer on the class
 * token (PiT); at the end LN, then the class token or the mean of the patch tokens, then a linear layer.
 */
public final class VitGraph {
    /** Name of the input. */
    public static final String INPUT = "input";

    /** Name of the output. */
    public static final String OUTPUT = "logits";

    private final VisionTransformer net;
    private final Weights weights;
    private final long samples;

    private VitGraph(VisionTransformer net, Weights weights, long samples) {
        this.net = net;
        this.weights = weights;
        this.samples = samples;
    }

    /**
     * Builds the graph for N samples.
     *
     * @param pool what weights are drawn from, and into, for other networks
     * @param seed of the weights
     */
    public static Graph build(VisionTransformer net, String name, WeightPool pool, long seed, long samples) {
        return new VitGraph(net, new Weights(pool, seed, net.initialisation()), samples).graph(name);
    }

    private Graph graph(String name) {
        Value input =
                Value.input(INPUT, TensorType.of(DataType.FLOAT, samples, net.channels(), net.size(), net.size()));
        Value x = embedding(input);
        int last = net.stages().size() - 1;
        for (int s = 0; s <= last; s++) {
            Stage stage = net.stages().get(s);
            String prefix = last == 0 ? "blocks." : "stages." + s + ".blocks.";
            for (int b = 0; b < stage.blocks().size(); b++) {
                boolean end = s == last && b == stage.blocks().size() - 1;
                x = block(x, prefix + b + ".", stage.blocks().get(b), stage.width(), net.grid(s), end);
            }
            if (s < last) {
                x = pool(x, s);
            }
        }
        Value logits = head(x);
        return new Graph(name, List.of(input), Map.of(OUTPUT, logits));
    }

    /** Patches, positions and class token: [N, 1 + patches, width]. */
    private Value embedding(Value input) {
        long width = net.stages().get(0).width();
        long grid = net.grid(0);
        long fanIn = (long) net.channels() * net.patch() * net.patch();
        Value kernel =
                weights.convolution("patch_embed.proj.weight", fanIn, width, net.channels(), net.patch(), net.patch());
        Value bias = weights.convolution("patch_embed.proj.bias", fanIn, width);
        Attributes attributes = Attributes.NONE
                .with("kernel_shape", new long[] {net.patch(), net.patch()})
                .with("strides", new long[] {net.stride(), net.stride()});
        Value map = Ops.node(
                "Conv", TensorType.of(DataType.FLOAT, samples, width, grid, grid), attributes, input, kernel, bias);
        if (net.positions() == Positions.MAP) {
            map = Ops.add(map, weights.table("pos_embed", 1, width, grid, grid));
        }
        Value patches = Ops.transpose(Ops.reshape(map, samples, width, grid * grid), 0, 2, 1);
        Value token = Ops.expand(weights.table("cls_token", 1, 1, width), Shape.of(samples, 1, width));
        Value x = Ops.concat(1, token, patches);
        return net.positions() == Positions.TOKENS
                ? Ops.add(x, weights.table("pos_embed", 1, grid * grid + 1, width))
                : x;
    }

    /**
     * One block. Where only the class token is read afterwards ({@code last} and class-token pooling), only its row is
     * computed: keys and values are still those of all tokens.
     */
    private Value block(Value x, String name, Block block, int width, int grid, boolean last) {
        boolean tokenOnly = last && net.pooling() == Pooling.CLASS_TOKEN;
        Value normed = layerNorm(x, name + "norm1", width);
        Value kept = tokenOnly ? Indexing.slice(x, 1, 0, 1) : x;
        Attention attention = new Attention(weights, name + "attn.", block, width, grid);
        Value y = Ops.add(kept, attention.apply(normed, tokenOnly));
        Value hidden = linear(layerNorm(y, name + "norm2", width), name + "mlp.fc1", width, block.hidden());
        return Ops.add(y, linear(Ops.gelu(hidden), name + "mlp.fc2", block.hidden(), width));
    }

    /** Between stages: the map by a grouped convolution, the class token by a linear layer. */
    private Value pool(Value x, int stage) {
        String name = "pools." + stage + ".";
        long width = net.stages().get(stage).width();
        long next = net.stages().get(stage + 1).width();
        long grid = net.grid(stage);
        long half = net.grid(stage + 1);
        Value token = linear(Indexing.slice(x, 1, 0, 1), name + "fc", width, next);
        Value patches = Indexing.slice(x, 1, 1, grid * grid + 1);
        Value map = Ops.reshape(Ops.transpose(patches, 0, 2, 1), samples, width, grid, grid);
        Attributes attributes = Attributes.NONE
                .with("group", width)
                .with("kernel_shape", new long[] {3, 3})
                .with("pads", new long[] {1, 1, 1, 1})
                .with("strides", new long[] {2, 2});
        Value pooled = Ops.node(
                "Conv",
                TensorType.of(DataType.FLOAT, samples, next, half, half),
                attributes,
                map,
                weights.convolution(name + "conv.weight", 9, next, 1, 3, 3),
                weights.convolution(name + "conv.bias", 9, next));
        Value tokens = Ops.transpose(Ops.reshape(pooled, samples, next, half * half), 0, 2, 1);
        return Ops.concat(1, token, tokens);
    }

    private Value head(Value x) {
        int width = net.stages().get(net.stages().size() - 1).width();
        Value normed = layerNorm(x, "norm", width);
        Value pooled = net.pooling() == Pooling.CLASS_TOKEN
                ? Indexing.slice(normed, 1, 0, 1)
                : Ops.reduceMean(Indexing.slice(normed, 1, 1, normed.shape().dim(1)), 1);
        return linear(Ops.reshape(pooled, samples, width), "head", width, net.classes());
    }

    private Value linear(Value x, String name, long in, long out) {
        Value product = Ops.matMul(x, weights.matrix(name + ".weight", in, out));
        return Ops.add(product, weights.bias(name + ".bias", in, out));
    }

    private Value layerNorm(Value x, String name, int width) {
        Value standard = Standardisation.of(x, true, net.epsilon(), -1).value();
        Value scaled = Ops.mul(standard, weights.scale(name + ".weight", width));
        return Ops.add(scaled, weights.offset(name + ".bias", width));
    }
}
