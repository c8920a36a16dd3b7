package vintk.opset;

import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.onnx.Window;

/** Convolutions, with their padding written out. */
final class ImageAdapters {
    private ImageAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("Conv", ImageAdapters::convolution);
        adapters.single("ConvTranspose", ImageAdapters::transposed);
        adapters.single("Col2Im", ImageAdapters::col2Im);
        adapters.single("com.microsoft.FusedConv", ImageAdapters::fusedConvolution);
    }

    /** A convolution with the geometry of a site. */
    private static Value convolution(Site site) {
        Value x = site.x(0);
        Value w = site.x(1);
        Value bias = site.optional(2);
        Attributes all = explicitPads(site, w.shape().slice(2, w.shape().rank()).dims());
        if (site.opType().equals("Conv")) {
            return site.same(all, site.inputs()).get(0);
        }
        Attributes attributes = all.without("activation").without("activation_params");
        List<Value> operands = bias == null ? List.of(x, w) : List.of(x, w, bias);
        return Ops.node("Conv", site.types().get(0), attributes, operands.toArray(new Value[0]));
    }

    /** Convolution, an optional sum, and an activation. */
    private static Value fusedConvolution(Site site) {
        Value y = convolution(site);
        Value sum = site.optional(3) == null ? y : Ops.add(y, site.x(3));
        return FusedActivation.applied(site, sum);
    }

    // ---- the transposed convolution

    /**
     * The padding that the wanted output leaves, written out. Where it is negative, the output is longer than what the
     * windows reach, which the output padding says.
     */
    private static Value transposed(Site site) {
        Attributes given = site.attributes();
        Shape x = site.shape();
        Shape w = site.x(1).shape();
        int rank = x.rank() - 2;
        if (site.outputShape().rank() != x.rank()) {
            // Shape inference gives up half-way.
            throw site.unsupported("an output_shape that is smaller than the input is not handled");
        }
        Window window = Window.of(given, w.slice(2, w.rank()).dims());
        long[] output = given.integers("output_padding", new long[rank]).clone();
        long[] totals = new long[rank];
        boolean explicit = Window.isExplicit(given);
        boolean lower = !given.text("auto_pad", "NOTSET").equals("SAME_UPPER");
        for (int i = 0; i < rank && !explicit; i++) {
            totals[i] = window.reach(i, x.dim(2 + i))
                    + output[i]
                    - site.outputShape().dim(2 + i);
            output[i] += Math.max(0, -totals[i]);
        }
        for (int i = 0; i < rank; i++) {
            if (output[i] >= window.strides()[i]) {
                throw site.unsupported("an output that is a stride or more past the windows");
            }
        }
        Attributes attributes = given.without("auto_pad")
                .without("output_shape")
                .with("pads", explicit ? window.pads() : Window.samePads(totals, lower))
                .with("output_padding", output);
        return site.same(attributes, site.inputs()).get(0);
    }

    /**
     * Patches laid over each other, [N, C·patch, places] to [N, C, ...image]: a transposed convolution whose kernels have
     * a one at the position in the patch that their input channel stands for.
     */
    private static Value col2Im(Site site) {
        long[] image = site.constant(1).integers();
        long[] block = site.constant(2).integers();
        if (image.length > 3) {
            throw site.unsupported("images of more than three axes are not handled");
        }
        Shape x = site.shape();
        Window window = Window.of(site.attributes(), block);
        Shape whole = Shape.of(image).prepend(x.dim(0), x.dim(1));
        Shape places = window.places(whole).prepend(x.dim(0), x.dim(1));
        Shape kernel = Shape.of(block);
        long patch = kernel.elements();
        double[] positions = new double[Math.toIntExact(x.dim(1) * patch)];
        for (int i = 0; i < x.dim(1); i++) {
            positions[Math.toIntExact(i * patch + i % patch)] = 1;
        }
        TensorType weights = new TensorType(site.x().dataType(), kernel.prepend(x.dim(1), 1));
        Attributes attributes = window.attributes()
                .with("group", x.dim(1) / patch)
                .with("output_padding", window.outputPadding(places, whole));
        Value placed = Ops.reshape(site.x(), places);
        return Ops.node(
                "ConvTranspose", site.types().get(0), attributes, placed, Ops.constant(Tensor.of(weights, positions)));
    }

    /** {@code auto_pad} written out, as the shapes are known. */
    static Attributes explicitPads(Site site, long... kernel) {
        Attributes attributes = site.attributes();
        String mode = attributes.text("auto_pad", "NOTSET");
        if (mode.equals("NOTSET")) {
            return attributes.without("auto_pad");
        }
        Window window = Window.of(attributes, kernel);
        long[] totals = new long[window.rank()];
        for (int i = 0; i < totals.length && !mode.equals("VALID"); i++) {
            totals[i] = window.reach(i, site.outputShape().dim(2 + i))
                    - site.shape().dim(2 + i);
        }
        return attributes.without("auto_pad").with("pads", Window.samePads(totals, mode.equals("SAME_LOWER")));
    }
}
