package vintk.opset;

import static vintk.autodiff.Sampling.APART;
import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/** Layers of networks, in their old and new forms. */
final class NetworkNodes {
    private static final Tensor MEAN = Tensor.floats(Shape.of(3), 0.1f, -0.2f, 0.3f);
    private static final Tensor VARIANCE = Tensor.floats(Shape.of(3), 0.5f, 1, 2);

    private NetworkNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>(List.of(
                of("LayerNormalization", 17).x(2, 3, 4).x(4).x(4),
                of("LayerNormalization", 17)
                        .x(2, 3, 4)
                        .x(4)
                        .with("epsilon", 0.1f)
                        .noted("no bias"),
                of("LayerNormalization", 17)
                        .x(2, 3, 4)
                        .x(3, 4)
                        .x(3, 4)
                        .with("axis", 1)
                        .noted("axis 1"),
                of("LayerNormalization", 17)
                        .x(2, 3, 4)
                        .x(3, 4)
                        .x(3, 4)
                        .with("axis", -2)
                        .noted("axis -2"),
                of("BatchNormalization", 9)
                        .x(2, 3, 4, 2)
                        .x(3)
                        .x(3)
                        .constant(MEAN)
                        .constant(VARIANCE),
                of("BatchNormalization", 9).x(2, 3).x(3).x(3).constant(MEAN).constant(VARIANCE),
                of("BatchNormalization", 15)
                        .x(2, 3, 4)
                        .x(3)
                        .x(3)
                        .constant(MEAN)
                        .constant(VARIANCE)
                        .with("epsilon", 0.2f),
                of("InstanceNormalization", 9).x(2, 3, 4, 2).x(3).x(3).with("epsilon", 0.1f),
                of("InstanceNormalization", 9).x(2, 3, 6).x(3).x(3),
                of("GlobalAveragePool", 9).x(2, 3, 4, 5),
                of("GlobalAveragePool", 9).x(2, 3, 4),
                of("Dropout", 7).x(2, 3).with("ratio", 0.5f),
                of("Dropout", 10).x(2, 3),
                of("Dropout", 13).x(2, 3).number(0.5f)));
        convolutions(nodes);
        pools(nodes);
        return nodes;
    }

    private static long[] longs(long... values) {
        return values;
    }

    private static void convolutions(List<OneNode> nodes) {
        for (String mode : List.of("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET")) {
            nodes.add(of("Conv", 11)
                    .x(1, 2, 5, 6)
                    .x(2, 2, 2, 3)
                    .x(2)
                    .with("auto_pad", mode)
                    .with("strides", longs(2, 1))
                    .noted(mode));
            nodes.add(of("Conv", 8).x(1, 1, 7).x(2, 1, 4).with("auto_pad", mode).noted(mode));
        }
        nodes.add(of("Conv", 11)
                .x(1, 2, 6, 5)
                .x(4, 1, 3, 2)
                .with("group", 2)
                .with("dilations", longs(2, 1))
                .with("pads", longs(1, 0, 2, 1))
                .with("kernel_shape", longs(3, 2))
                .noted("groups, dilations, pads"));
    }

    private static void pools(List<OneNode> nodes) {
        for (String mode : List.of("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET")) {
            nodes.add(of("MaxPool", 12)
                    .x(1, 2, 5, 4)
                    .with("kernel_shape", longs(3, 2))
                    .with("strides", longs(2, 2))
                    .with("auto_pad", mode)
                    .noted(mode)
                    .sampled(APART));
        }
        nodes.add(of("MaxPool", 8)
                .x(1, 2, 5)
                .with("kernel_shape", longs(2))
                .outputs(2)
                .noted("with indices")
                .sampled(APART));
        nodes.add(of("MaxPool", 12)
                .x(1, 2, 6, 5)
                .with("kernel_shape", longs(2, 2))
                .with("strides", longs(2, 2))
                .with("dilations", longs(2, 1))
                .with("pads", longs(1, 0, 0, 1))
                .with("ceil_mode", 1)
                .noted("rounding up, dilated")
                .sampled(APART));
    }
}
