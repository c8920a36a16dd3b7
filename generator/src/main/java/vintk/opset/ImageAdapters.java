package vintk.opset;

import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

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
        long[] strides = given.integers("strides", Shape.ones(rank).dims());
        long[] dilations = given.integers("dilations", Shape.ones(rank).dims());
        long[] output = given.integers("output_padding", new long[rank]).clone();
        long[] pads = given.integers("pads", new long[2 * rank]).clone();
        String mode = given.text("auto_pad", "NOTSET");
        boolean computed = !mode.equals("NOTSET") || given.has("output_shape");
        for (int i = 0; i < rank && computed; i++) {
            long reached = (x.dim(2 + i) - 1) * strides[i] + dilations[i] * (w.dim(2 + i) - 1) + 1;
            long total = reached + output[i] - site.outputShape().dim(2 + i);
            output[i] += Math.max(0, -total);
            total = Math.max(0, total);
            pads[i] = mode.equals("SAME_UPPER") ? total / 2 : total - total / 2;
            pads[rank + i] = total - pads[i];
        }
        for (int i = 0; i < rank; i++) {
            if (output[i] >= strides[i]) {
                throw site.unsupported("an output that is a stride or more past the windows");
            }
        }
        Attributes attributes = given.without("auto_pad")
                .without("output_shape")
                .with("pads", pads)
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
        int rank = image.length;
        if (rank > 3) {
            throw site.unsupported("images of more than three axes are not handled");
        }
        long[] strides = site.attributes().integers("strides", Shape.ones(rank).dims());
        long[] dilations =
                site.attributes().integers("dilations", Shape.ones(rank).dims());
        long[] pads = site.attributes().integers("pads", new long[2 * rank]);
        long[] places = new long[rank];
        long[] rest = new long[rank];
        for (int i = 0; i < rank; i++) {
            long room = image[i] + pads[i] + pads[rank + i] - dilations[i] * (block[i] - 1) - 1;
            places[i] = room / strides[i] + 1;
            rest[i] = room % strides[i];
        }
        Shape x = site.shape();
        Shape kernel = Shape.of(block);
        long patch = kernel.elements();
        double[] positions = new double[Math.toIntExact(x.dim(1) * patch)];
        for (int i = 0; i < x.dim(1); i++) {
            positions[Math.toIntExact(i * patch + i % patch)] = 1;
        }
        TensorType weights = new TensorType(site.x().dataType(), kernel.prepend(x.dim(1), 1));
        Attributes attributes = Attributes.NONE
                .with("group", x.dim(1) / patch)
                .with("strides", strides)
                .with("dilations", dilations)
                .with("kernel_shape", block)
                .with("pads", pads)
                .with("output_padding", rest);
        Value placed = Ops.reshape(site.x(), Shape.concat(Shape.of(x.dim(0), x.dim(1)), Shape.of(places)));
        return Ops.node(
                "ConvTranspose", site.types().get(0), attributes, placed, Ops.constant(Tensor.of(weights, positions)));
    }

    /** {@code auto_pad} written out, as the shapes are known. */
    static Attributes explicitPads(Site site, long[] kernel) {
        Attributes attributes = site.attributes();
        String mode = attributes.text("auto_pad", "NOTSET");
        if (mode.equals("NOTSET")) {
            return attributes.without("auto_pad");
        }
        int rank = kernel.length;
        long[] strides = attributes.integers("strides", Shape.ones(rank).dims());
        long[] dilations = attributes.integers("dilations", Shape.ones(rank).dims());
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
