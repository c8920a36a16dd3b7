package vintk.opset;

import static vintk.autodiff.Sampling.UNIFORM;
import static vintk.autodiff.Sampling.WIDE;
import static vintk.opset.OneNode.microsoft;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Products fused with what is around them. */
final class FusedNodes {
    /** Those whose differences need room: their operands are large, so that the product is rarely near 0. */
    private static final Set<String> KINKED = Set.of("Relu", "LeakyRelu", "ThresholdedRelu");

    private FusedNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        for (String activation : List.of("Relu", "Tanh", "Sigmoid", "Softplus", "Softsign")) {
            nodes.add(activated(activation));
        }
        nodes.add(activated("LeakyRelu").with("activation_alpha", 0.3f));
        nodes.add(activated("Elu").with("activation_alpha", 0.7f));
        nodes.add(activated("ThresholdedRelu").with("activation_alpha", 0.6f));
        nodes.add(activated("HardSigmoid").with("activation_alpha", 0.1f).with("activation_beta", 0.4f));
        nodes.add(activated("Selu").with("activation_alpha", 1.6f).with("activation_gamma", 1.1f));
        nodes.add(microsoft("FusedGemm")
                .x(3, 2)
                .x(4, 3)
                .x(2, 1)
                .with("transA", 1)
                .with("transB", 1)
                .with("alpha", 0.5f)
                .with("beta", 2f)
                .with("activation", "LeakyRelu")
                .with("activation_alpha", 0.3f)
                .noted("all attributes")
                .sampled(WIDE));
        nodes.add(microsoft("FusedGemm")
                .x(2, 3)
                .x(3, 2)
                .with("activation", "HardSigmoid")
                .with("activation_alpha", 0.3f)
                .with("activation_beta", 0.4f)
                .noted("no bias"));
        for (String operator : List.of("FusedMatMul", "TransposeMatMul")) {
            nodes.add(microsoft(operator).x(2, 3).x(3, 4).with("alpha", 0.5f));
            nodes.add(microsoft(operator).x(3, 2).x(3, 4).with("transA", 1).noted("A transposed"));
            nodes.add(microsoft(operator)
                    .x(2, 2, 3)
                    .x(4, 3)
                    .with("transB", 1)
                    .with("alpha", 2f)
                    .noted("B transposed"));
            nodes.add(microsoft(operator)
                    .x(2, 3, 2)
                    .x(2, 4, 3)
                    .with("transA", 1)
                    .with("transB", 1)
                    .noted("both transposed"));
            nodes.add(microsoft(operator).x(3).x(2, 3, 2).noted("a vector on the left"));
            nodes.add(microsoft(operator).x(2, 2, 3).x(3).noted("a vector on the right"));
        }
        nodes.add(microsoft("FusedMatMul")
                .x(3, 2, 4)
                .x(2, 4, 2)
                .with("transBatchA", 1)
                .noted("batch of A"));
        nodes.add(microsoft("FusedMatMul")
                .x(2, 3, 4)
                .x(4, 2, 2)
                .with("transBatchB", 1)
                .noted("batch of B"));
        nodes.add(microsoft("FusedMatMul")
                .x(4, 2, 3)
                .x(5, 2, 4)
                .with("transBatchA", 1)
                .with("transA", 1)
                .with("transBatchB", 1)
                .with("transB", 1)
                .noted("batches and matrices"));
        nodes.add(microsoft("FusedMatMul")
                .x(3, 2, 2, 4)
                .x(2, 2, 4, 5)
                .with("transBatchA", 1)
                .noted("two batch axes"));
        return nodes;
    }

    private static OneNode activated(String activation) {
        OneNode node = microsoft("FusedGemm").x(2, 3).x(3, 2).x(2);
        return node.with("activation", activation)
                .noted(activation)
                .sampled(KINKED.contains(activation) ? WIDE : UNIFORM);
    }
}
