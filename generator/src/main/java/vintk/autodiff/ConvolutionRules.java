package vintk.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;
import vintk.onnx.Window;

/**
 * Convolution over images [M, C, ...spatial], and its transpose; M is N, or N merged with windows. Each is the gradient
 * of the other by the input, and both have the same gradient by the weights, with x and dy exchanged.
 *
 * <p>A sample axis in front of the cotangent (of images that are computed from parameters alone) is merged with M.
 */
final class ConvolutionRules {
    private ConvolutionRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("Conv", new Rule(Flow.LEADING, ConvolutionRules::convolution));
        rules.add("ConvTranspose", new Rule(Flow.LEADING, ConvolutionRules::transposed));
    }

    private static List<Cotangent> convolution(Pull p) {
        Window window = Window.of(p.node());
        return Arrays.asList(
                p.wants(0) ? images(p, transposedOf(p, window)) : null,
                p.wants(1) ? KernelGradient.of(p, window, p.fullDy(), p.x()) : null,
                p.wants(2) ? byBias(p) : null);
    }

    private static List<Cotangent> transposed(Pull p) {
        Window window = Window.of(p.node());
        return Arrays.asList(
                p.wants(0) ? images(p, convolutionOf(p, window)) : null,
                p.wants(1) ? KernelGradient.of(p, window, p.x(), p.fullDy()) : null,
                p.wants(2) ? byBias(p) : null);
    }

    /** [S·M, ...] to the shape of x, with S in front where the cotangent has it. */
    private static Cotangent images(Pull p, Value merged) {
        return new Cotangent.PerSample(Ops.reshape(merged, p.withLead(p.x().shape())));
    }

    /** The cotangent with its sample axis merged into that of the images. */
    private static Value merged(Pull p) {
        Shape y = p.y().shape();
        return Ops.reshape(p.fullDy(), y.with(0, p.withLead(Shape.SCALAR).elements() * y.dim(0)));
    }

    /** The transposed convolution of dy; its output padding reaches the pixels that no window covered. */
    private static Value transposedOf(Pull p, Window window) {
        Value dy = merged(p);
        Shape x = p.x().shape();
        Attributes attributes = window.attributes().with("output_padding", window.outputPadding(dy.shape(), x));
        return Ops.node(
                "ConvTranspose", p.x().type().withShape(x.with(0, dy.shape().dim(0))), attributes, dy, p.x(1));
    }

    private static Value convolutionOf(Pull p, Window window) {
        Value dy = merged(p);
        Shape x = p.x().shape().with(0, dy.shape().dim(0));
        return Ops.node("Conv", p.x().type().withShape(x), window.attributes(), dy, p.x(1));
    }

    private static Cotangent byBias(Pull p) {
        Value dy = merged(p);
        int[] spatial = IntStream.range(2, dy.shape().rank()).toArray();
        return KernelGradient.perSample(p, Ops.reduceSum(dy, false, spatial));
    }
}
