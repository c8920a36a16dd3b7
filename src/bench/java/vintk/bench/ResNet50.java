package vintk.bench;

import java.util.List;
import java.util.Map;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Ops;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.vit.VitGraph;

/**
 * ResNet-50 (He et al. 2016, arXiv 1512.03385) with the stride in the 3×3 convolutions, as all of today's libraries have it; batch
 * normalisation by fixed statistics. 25,557,032 parameters, 4.09 billion multiply-adds an image of 224×224.
 */
final class ResNet50 {
    private static final int[] BLOCKS = {3, 4, 6, 3};
    private static final int EXPANSION = 4;

    private final Layers layers;

    private ResNet50(Layers layers) {
        this.layers = layers;
    }

    static Graph build(long samples, int size, long seed) {
        return new ResNet50(new Layers(seed)).graph(samples, size);
    }

    private Graph graph(long samples, int size) {
        Value input = Value.input(VitGraph.INPUT, TensorType.of(DataType.FLOAT, samples, 3, size, size));
        Value x = Layers.maxPool(Layers.relu(normalised(input, "conv1", "bn1", 64, 7, 2)));
        for (int stage = 0; stage < BLOCKS.length; stage++) {
            for (int block = 0; block < BLOCKS[stage]; block++) {
                long stride = stage > 0 && block == 0 ? 2 : 1;
                x = bottleneck(x, "layer" + (stage + 1) + "." + block + ".", 64L << stage, stride);
            }
        }
        Value logits = layers.linear(Layers.globalAverage(x), "fc", 1000);
        return new Graph("resnet50", List.of(input), Map.of(VitGraph.OUTPUT, logits));
    }

    private Value bottleneck(Value x, String name, long width, long stride) {
        Value y = Layers.relu(normalised(x, name + "conv1", name + "bn1", width, 1, 1));
        y = Layers.relu(normalised(y, name + "conv2", name + "bn2", width, 3, stride));
        y = normalised(y, name + "conv3", name + "bn3", EXPANSION * width, 1, 1);
        boolean same = x.shape().equals(y.shape());
        Value shortcut =
                same ? x : normalised(x, name + "downsample.0", name + "downsample.1", EXPANSION * width, 1, stride);
        return Layers.relu(Ops.add(y, shortcut));
    }

    private Value normalised(Value x, String convolution, String norm, long out, long kernel, long stride) {
        return layers.batchNormalization(layers.convolution(x, convolution, out, kernel, stride, kernel / 2), norm);
    }
}
