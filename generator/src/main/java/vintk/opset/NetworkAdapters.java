package vintk.opset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/** Layers of networks: convolution, pooling, dropout. */
final class NetworkAdapters {
    private NetworkAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("Conv", NetworkAdapters::convolution);
        adapters.add("MaxPool", NetworkAdapters::maxPool);
        adapters.single("GlobalAveragePool", NetworkAdapters::globalAveragePool);
        // Dropout is off, as in inference, whatever the model was exported for.
        adapters.single("Dropout", Site::x);
    }

    private static Value globalAveragePool(Site site) {
        return Ops.reduceMean(site.x(), IntStream.range(2, site.shape().rank()).toArray());
    }

    private static Value convolution(Site site) {
        Shape w = site.x(1).shape();
        Attributes attributes = explicitPads(site, w.slice(2, w.rank()).dims());
        return site.same(attributes, site.inputs()).get(0);
    }

    /** Only the maximum itself; the indices, where a model uses them, are not differentiable. */
    private static List<Value> maxPool(Site site) {
        long[] kernel = site.attributes().integers("kernel_shape");
        return site.same(explicitPads(site, kernel), new ArrayList<>(site.inputs()));
    }

    /** {@code auto_pad} written out, as the shapes are known. */
    private static Attributes explicitPads(Site site, long[] kernel) {
        Attributes attributes = site.attributes();
        String mode = attributes.text("auto_pad", "NOTSET");
        if (mode.equals("NOTSET")) {
            return attributes.without("auto_pad");
        }
        int rank = kernel.length;
        long[] ones = new long[rank];
        Arrays.fill(ones, 1);
        long[] strides = attributes.integers("strides", ones);
        long[] dilations = attributes.integers("dilations", ones);
        long[] pads = new long[2 * rank];
        for (int i = 0; i < rank && !mode.equals("VALID"); i++) {
            long in = site.shape().dim(2 + i);
            long out = site.outputShape().dim(2 + i);
            long total = Math.max(0, (out - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 - in);
            long small = total / 2;
            pads[i] = mode.equals("SAME_LOWER") ? total - small : small;
            pads[rank + i] = total - pads[i];
        }
        return attributes.without("auto_pad").with("pads", pads);
    }
}
