package vintk.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import vintk.onnx.Graph;
import vintk.onnx.Value;
import vintk.space.VisionTransformer;
import vintk.space.VisionTransformer.Block;
import vintk.space.VisionTransformer.Positions;

/**
 * A vision transformer as its PyTorch code writes it (timm's {@code vit.py} and {@code pit.py}): all tokens in all blocks,
 * linear layers with weights [out, in]. Without relative positions.
 */
final class TorchVit implements TorchNetwork {
    private final VisionTransformer network;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();

    /** Takes the weights from the initializers of the network's graph. */
    TorchVit(VisionTransformer network, Graph graph) {
        if (network.stages().stream()
                .flatMap(stage -> stage.blocks().stream())
                .anyMatch(b -> b.relativeDistance() > 0)) {
            throw new IllegalArgumentException("relative positions are not written for PyTorch here");
        }
        this.network = network;
        for (Value constant : graph.constants()) {
            if (constant.name() != null) {
                Tensor stored = Tensor.create(
                        constant.constant().toFloats(), constant.shape().dims());
                // Matrices are stored [in, out].
                Tensor ours = constant.shape().rank() == 2 ? stored.t().contiguous() : stored;
                parameters.put(constant.name(), ours.set_requires_grad(true));
            }
        }
    }

    @Override
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    @Override
    public boolean hasFusedForm() {
        return true;
    }

    @Override
    public Tensor forward(Tensor images, boolean fused) {
        Tensor x = embedding(images);
        int last = network.stages().size() - 1;
        for (int s = 0; s <= last; s++) {
            String prefix = last == 0 ? "blocks." : "stages." + s + ".blocks.";
            List<Block> blocks = network.stages().get(s).blocks();
            for (int b = 0; b < blocks.size(); b++) {
                x = block(x, prefix + b + ".", blocks.get(b), fused);
            }
            if (s < last) {
                x = pool(x, s);
            }
        }
        return linear(norm(x, "norm").select(1, 0), "head");
    }

    private Tensor embedding(Tensor images) {
        boolean perToken = network.positions() == Positions.TOKENS;
        Tensor map = convolution(images, "patch_embed.proj", network.stride(), 0, 1);
        Tensor placed = perToken ? map : map.add(get("pos_embed"));
        Tensor patches = placed.flatten(2, 3).transpose(1, 2);
        Tensor token = get("cls_token").expand(images.size(0), -1, -1);
        Tensor x = torch.cat(new TensorVector(token, patches), 1);
        return perToken ? x.add(get("pos_embed")) : x;
    }

    /** Between stages: the map by a grouped convolution, the class token by a linear layer. */
    private Tensor pool(Tensor x, int stage) {
        String name = "pools." + stage + ".";
        long grid = network.grid(stage);
        long width = x.size(2);
        Tensor token = linear(x.narrow(1, 0, 1), name + "fc");
        Tensor map = x.narrow(1, 1, grid * grid).transpose(1, 2).reshape(x.size(0), width, grid, grid);
        Tensor pooled = convolution(map, name + "conv", 2, 1, width);
        return torch.cat(new TensorVector(token, pooled.flatten(2, 3).transpose(1, 2)), 1);
    }

    private Tensor convolution(Tensor x, String name, long stride, long pad, long groups) {
        return torch.conv2d(
                x,
                get(name + ".weight"),
                new TensorOptional(get(name + ".bias")),
                new long[] {stride, stride},
                new long[] {pad, pad},
                new long[] {1, 1},
                groups);
    }

    private Tensor block(Tensor x, String name, Block block, boolean fused) {
        Tensor y = x.add(attention(norm(x, name + "norm1"), name + "attn.", block, fused));
        Tensor hidden = torch.gelu(linear(norm(y, name + "norm2"), name + "mlp.fc1"));
        return y.add(linear(hidden, name + "mlp.fc2"));
    }

    private Tensor attention(Tensor x, String name, Block block, boolean fused) {
        long samples = x.size(0);
        long tokens = x.size(1);
        Tensor qkv = linear(x, name + "qkv")
                .reshape(samples, tokens, 3, block.heads(), block.headWidth())
                .permute(2, 0, 3, 1, 4);
        Tensor q = qkv.select(0, 0);
        Tensor k = qkv.select(0, 1);
        Tensor v = qkv.select(0, 2);
        Tensor mixed;
        if (fused) {
            mixed = torch.scaled_dot_product_attention(
                    q, k, v, new TensorOptional(), 0.0, false, new DoubleOptional(), false);
        } else {
            Tensor scaled = q.mul(new Scalar(1 / Math.sqrt(block.headWidth())));
            mixed = torch.softmax(scaled.matmul(k.transpose(-2, -1)), -1).matmul(v);
        }
        return linear(mixed.transpose(1, 2).reshape(samples, tokens, block.attentionWidth()), name + "proj");
    }

    private Tensor norm(Tensor x, String name) {
        TensorOptional weight = new TensorOptional(get(name + ".weight"));
        TensorOptional bias = new TensorOptional(get(name + ".bias"));
        return torch.layer_norm(x, new long[] {x.size(-1)}, weight, bias, network.epsilon(), false);
    }

    private Tensor linear(Tensor x, String name) {
        return torch.linear(x, get(name + ".weight"), new TensorOptional(get(name + ".bias")));
    }

    private Tensor get(String name) {
        Tensor tensor = parameters.get(name);
        if (tensor == null) {
            throw new IllegalStateException("the graph has no initializer '" + name + "'");
        }
        return tensor;
    }
}
