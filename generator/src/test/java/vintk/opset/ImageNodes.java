package vintk.opset;

import static vintk.opset.OneNode.microsoft;
import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.autodiff.Sampling;

/** Convolutions of all kinds, and Fourier transforms. */
final class ImageNodes {
    private ImageNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        transposed(nodes);
        fused(nodes);
        columns(nodes);
        fourier(nodes);
        return nodes;
    }

    private static long[] longs(long... values) {
        return values;
    }

    private static void transposed(List<OneNode> nodes) {
        nodes.add(of("ConvTranspose", 1).x(2, 2, 3).x(2, 3, 2));
        nodes.add(of("ConvTranspose", 11).x(1, 2, 3, 2).x(2, 3, 2, 3).x(3));
        nodes.add(of("ConvTranspose", 22)
                .x(1, 4, 2, 3)
                .x(4, 2, 3, 2)
                .x(4)
                .with("group", 2)
                .with("strides", longs(2, 3))
                .with("dilations", longs(2, 1))
                .with("pads", longs(1, 0, 2, 1))
                .with("output_padding", longs(1, 2))
                .with("kernel_shape", longs(3, 2))
                .noted("everything"));
        nodes.add(of("ConvTranspose", 11).x(1, 1, 2, 2, 2).x(1, 2, 2, 1, 2).with("strides", longs(2, 1, 2)));
        for (String mode : List.of("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET")) {
            nodes.add(of("ConvTranspose", 11)
                    .x(1, 2, 3, 2)
                    .x(2, 1, 4, 2)
                    .with("strides", longs(3, 2))
                    .with("auto_pad", mode)
                    .noted(mode));
            nodes.add(of("ConvTranspose", 11)
                    .x(1, 2, 3, 2)
                    .x(2, 1, 4, 4)
                    .with("strides", longs(2, 2))
                    .with("auto_pad", mode)
                    .with("output_shape", longs(7, 5))
                    .noted(mode + " to a shape"));
        }
        nodes.add(of("ConvTranspose", 11)
                .x(1, 2, 2, 2)
                .x(2, 1, 2, 2)
                .with("strides", longs(2, 2))
                .with("output_shape", longs(5, 4))
                .noted("to a shape past the windows"));
        nodes.add(of("ConvTranspose", 11)
                .x(1, 2, 3)
                .x(2, 1, 3)
                .with("strides", longs(2))
                .with("output_padding", longs(1))
                .with("output_shape", longs(6))
                .noted("to a shape, with output padding"));
    }

    private static void fused(List<OneNode> nodes) {
        nodes.add(microsoft("FusedConv").x(1, 2, 3, 3).x(2, 2, 2, 2).x(2));
        for (String activation : List.of("Relu", "Tanh", "Sigmoid")) {
            nodes.add(microsoft("FusedConv")
                    .x(1, 2, 4, 3)
                    .x(2, 2, 2, 2)
                    .x(2)
                    .with("activation", activation)
                    .with("strides", longs(2, 1))
                    .noted(activation)
                    .sampled(Sampling.APART));
        }
        nodes.add(parametric("LeakyRelu", 0.2f));
        nodes.add(parametric("HardSigmoid", 0.3f, 0.4f));
        nodes.add(parametric("Clip", -0.5f, 0.7f));
        nodes.add(microsoft("FusedConv")
                .x(1, 2, 3, 3)
                .x(2, 2, 2, 2)
                .x(2)
                .x(1, 2, 3, 3)
                .with("activation", "Tanh")
                .with("auto_pad", "SAME_UPPER")
                .noted("with a sum"));
        nodes.add(microsoft("FusedConv")
                .x(1, 2, 3, 3)
                .x(2, 1, 2, 2)
                .absent()
                .x(1, 2, 2, 2)
                .with("group", 2)
                .noted("with a sum, without a bias"));
    }

    private static OneNode parametric(String activation, float... parameters) {
        return microsoft("FusedConv")
                .x(1, 1, 3, 2)
                .x(2, 1, 2, 2)
                .with("activation", activation)
                .with("activation_params", parameters)
                .noted(activation)
                .sampled(Sampling.APART);
    }

    private static void columns(List<OneNode> nodes) {
        nodes.add(of("Col2Im", 18).x(2, 8, 6).longs(3, 4).longs(2, 2));
        nodes.add(of("Col2Im", 18)
                .x(1, 6, 4)
                .longs(5, 6)
                .longs(3, 2)
                .with("strides", longs(3, 2))
                .with("pads", longs(1, 0, 1, 0))
                .with("dilations", longs(1, 3))
                .noted("strides, pads, dilations"));
        nodes.add(of("Col2Im", 18)
                .x(1, 2, 3)
                .longs(7)
                .longs(2)
                .with("strides", longs(2))
                .noted("1-D, with a rest"));
        nodes.add(of("Col2Im", 18).x(1, 4, 2).longs(2, 2, 2).longs(2, 2, 1).noted("3-D"));
    }

    private static void fourier(List<OneNode> nodes) {
        nodes.add(of("DFT", 17).x(2, 5, 1));
        nodes.add(of("DFT", 17).x(2, 3, 4, 2).with("axis", 2));
        nodes.add(of("DFT", 17).x(2, 3, 4, 2).with("axis", 1).with("inverse", 1).noted("inverse"));
        nodes.add(of("DFT", 17).x(2, 6, 1).with("onesided", 1).noted("one-sided"));
        nodes.add(of("DFT", 17).x(1, 5, 3, 1).integer(3).with("axis", 1).noted("cut"));
        nodes.add(of("DFT", 17).x(1, 3, 2).integer(7).noted("lengthened"));
        nodes.add(of("DFT", 20).x(2, 3, 4, 1));
        nodes.add(of("DFT", 20).x(2, 5, 2, 1).integer(4).integer(1).with("onesided", 1));
        nodes.add(of("DFT", 20).x(5, 2).absent().integer(0).with("inverse", 1));
        for (long n = 5; n < 8; n++) {
            nodes.add(of("DFT", 20)
                    .x(2, n / 2 + 1, 3, 2)
                    .integer(n)
                    .integer(1)
                    .with("onesided", 1)
                    .with("inverse", 1)
                    .noted("inverse, one-sided, to " + n));
        }
        nodes.add(of("STFT", 17).x(2, 10, 1).integer(3).x(4));
        nodes.add(of("STFT", 17).x(1, 9, 1).integer(2).absent().integer(5).with("onesided", 0));
    }
}
