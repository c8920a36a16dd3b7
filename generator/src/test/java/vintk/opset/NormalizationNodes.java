package vintk.opset;

import static vintk.autodiff.Sampling.AWAY_FROM_ZERO;
import static vintk.opset.OneNode.microsoft;
import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/** Normalisations, in their old and new forms. */
final class NormalizationNodes {
    private NormalizationNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        layers(nodes);
        groups(nodes);
        batches(nodes);
        others(nodes);
        return nodes;
    }

    private static void layers(List<OneNode> nodes) {
        nodes.add(of("LayerNormalization", 17).x(2, 3, 4).x(4).x(4).outputs(3).noted("with statistics"));
        nodes.add(of("LayerNormalization", 17)
                .x(2, 3, 4)
                .x(3, 4)
                .with("axis", 1)
                .with("stash_type", 1)
                .outputs("y", "", "inverse")
                .noted("with one statistic"));
        nodes.add(of("LayerNormalization", 9).x(2, 3).x(3).noted("of ONNX Runtime, before it was ONNX'"));
        for (long opset : new long[] {11, 17}) {
            nodes.add(of("SimplifiedLayerNormalization", opset).x(2, 3, 4).x(4));
            nodes.add(of("SimplifiedLayerNormalization", opset)
                    .x(2, 3, 4)
                    .x(3, 4)
                    .with("axis", 1)
                    .with("epsilon", 0.1f)
                    .outputs(2)
                    .noted("two axes, with the deviation"));
        }
        nodes.add(of("RMSNormalization", 23).x(2, 3, 4).x(4));
        nodes.add(of("RMSNormalization", 23).x(2, 3, 4).x(3, 4).with("axis", -2).with("epsilon", 0.1f));
        nodes.add(of("RMSNormalization", 24).x(2, 3).x(3).with("stash_type", 1));
        nodes.add(microsoft("SkipLayerNormalization").x(2, 3, 4).x(2, 3, 4).x(4));
        nodes.add(microsoft("SkipLayerNormalization")
                .x(2, 3, 4)
                .x(3, 4)
                .x(4)
                .x(4)
                .with("epsilon", 0.1f)
                .noted("skip broadcast"));
        nodes.add(microsoft("SkipLayerNormalization")
                .x(2, 3, 4)
                .x(2, 3, 4)
                .x(4)
                .absent()
                .x(4)
                .outputs("y", "", "", "sum")
                .noted("bias, sum"));
        nodes.add(microsoft("SkipLayerNormalization")
                .x(5, 4)
                .x(5, 4)
                .x(4)
                .x(4)
                .x(4)
                .noted("rank 2"));
        nodes.add(microsoft("SkipSimplifiedLayerNormalization")
                .x(2, 3, 4)
                .x(2, 3, 4)
                .x(4));
        nodes.add(microsoft("SkipSimplifiedLayerNormalization")
                .x(2, 3, 4)
                .x(1, 3, 4)
                .x(4)
                .x(4)
                .with("epsilon", 0.1f)
                .outputs("y", "", "", "sum")
                .noted("bias, sum"));
    }

    private static void groups(List<OneNode> nodes) {
        nodes.add(of("GroupNormalization", 18).x(2, 6, 3, 2).x(3).x(3).with("num_groups", 3));
        nodes.add(of("GroupNormalization", 21).x(2, 6, 3, 2).x(6).x(6).with("num_groups", 3));
        nodes.add(of("GroupNormalization", 21)
                .x(2, 4, 3)
                .x(4)
                .x(4)
                .with("num_groups", 1)
                .with("epsilon", 0.1f));
        nodes.add(of("GroupNormalization", 21)
                .x(2, 4, 2, 3, 2)
                .x(4)
                .x(4)
                .with("num_groups", 4)
                .with("stash_type", 1));
    }

    private static void batches(List<OneNode> nodes) {
        Tensor mean = Tensor.floats(Shape.of(3), 0.1f, -0.2f, 0.3f);
        Tensor variance = Tensor.floats(Shape.of(3), 0.5f, 1, 2);
        nodes.add(
                of("BatchNormalization", 7).x(2, 3, 4).x(3).x(3).constant(mean).constant(variance));
        nodes.add(of("BatchNormalization", 7)
                .x(2, 3, 4)
                .x(3)
                .x(3)
                .constant(mean)
                .constant(variance)
                .with("spatial", 1)
                .noted("spatial"));
        float[] many = {0.5f, 1, 2, 0.7f, 1.5f, 0.9f};
        nodes.add(of("BatchNormalization", 7)
                .x(2, 3, 2)
                .x(3, 2)
                .x(3, 2)
                .constant(Tensor.floats(Shape.of(3, 2), 0.1f, -0.2f, 0.3f, 0, 0.5f, -0.1f))
                .constant(Tensor.floats(Shape.of(3, 2), many))
                .with("spatial", 0)
                .noted("a vector for each element"));
        nodes.add(of("BatchNormalization", 15)
                .x(2, 3, 2)
                .x(3)
                .x(3)
                .x(3)
                .constant(variance)
                .noted("a mean that is computed"));
        nodes.add(of("BatchNormalization", 14)
                .x(2, 3)
                .x(3)
                .x(3)
                .constant(mean)
                .x(3)
                .sampled(vintk.autodiff.Sampling.POSITIVE)
                .noted("a variance that is computed"));
    }

    private static void others(List<OneNode> nodes) {
        for (int p = 1; p <= 2; p++) {
            for (int axis : new int[] {0, 1, -1}) {
                nodes.add(of("LpNormalization", axis == 0 ? 22 : 7)
                        .x(2, 3, 4)
                        .with("p", p)
                        .with("axis", axis)
                        .noted("p " + p + ", axis " + axis)
                        .sampled(AWAY_FROM_ZERO));
            }
        }
        nodes.add(of("LpNormalization", 7).x(5).noted("by default").sampled(AWAY_FROM_ZERO));
        nodes.add(of("MeanVarianceNormalization", 13).x(2, 3, 2, 2));
        nodes.add(of("MeanVarianceNormalization", 9).x(2, 3, 5).with("axes", new long[] {2}));
        nodes.add(of("MeanVarianceNormalization", 13).x(2, 3, 2, 2).with("axes", new long[] {1, -1}));
        for (int flags = 0; flags < 4; flags++) {
            nodes.add(of("MeanVarianceNormalization", 8)
                    .x(2, 3, 2, 2)
                    .with("across_channels", flags & 1)
                    .with("normalize_variance", flags >> 1)
                    .noted("flags " + flags));
        }
        nodes.add(of("MeanVarianceNormalization", 7).x(2, 3, 2, 2).noted("old, by default"));
        nodes.add(of("LRN", 13).x(2, 7, 2, 3).with("size", 5));
        nodes.add(of("LRN", 7)
                .x(1, 2, 3, 2)
                .with("size", 3)
                .with("alpha", 0.7f)
                .with("beta", 0.6f)
                .with("bias", 2f));
        nodes.add(
                of("LRN", 13).x(2, 4, 1, 2).with("size", 7).with("alpha", 0.5f).noted("wider than the channels"));
        nodes.add(
                of("LRN", 13).x(1, 3, 2, 2).with("size", 1).with("alpha", 0.5f).noted("of itself"));
    }
}
