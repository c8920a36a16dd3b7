package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Map;
import java.util.Set;

/** Which inputs of which operators are parameters, and as what. */
final class InputRoles {
    /** Operators of which each of the first two inputs may be the matrix. */
    private static final Set<String> MATRIX =
            Set.of("MatMul", "Gemm", "FusedMatMul", "FusedGemm", "GemmFastGelu", "TransposeMatMul", "Einsum");

    private static final Set<String> CONVOLUTION =
            Set.of("Conv", "FusedConv", "NhwcConv", "NhwcFusedConv", "ConvTranspose", "DeformConv");

    private static final Set<String> RECURRENT = Set.of("LSTM", "GRU", "RNN");

    private static final Role W = Role.WEIGHT;
    private static final Role B = Role.BIAS;
    private static final Role S = Role.NORM_SCALE;
    private static final Role O = Role.NORM_BIAS;
    private static final Role E = Role.EMBEDDING;

    /** Roles of inputs from the first; null where the operator does not say. */
    private static final Map<String, Role[]> ROLES = Map.ofEntries(
            Map.entry("Conv", roles(null, W, B)),
            Map.entry("FusedConv", roles(null, W, B)),
            Map.entry("NhwcConv", roles(null, W, B)),
            Map.entry("NhwcFusedConv", roles(null, W, B)),
            Map.entry("ConvTranspose", roles(null, W, B)),
            Map.entry("DeformConv", roles(null, W, null, B)),
            Map.entry("Gemm", roles(null, null, B)),
            Map.entry("FusedGemm", roles(null, null, B)),
            Map.entry("GemmFastGelu", roles(null, null, B)),
            Map.entry("LSTM", roles(null, W, W, B)),
            Map.entry("GRU", roles(null, W, W, B)),
            Map.entry("RNN", roles(null, W, W, B)),
            Map.entry("Attention", roles(null, W, B)),
            Map.entry("PackedAttention", roles(null, W, B)),
            Map.entry("MultiHeadAttention", roles(null, null, null, B)),
            Map.entry("BiasAdd", roles(null, B)),
            Map.entry("BiasGelu", roles(null, B)),
            Map.entry("FastGelu", roles(null, B)),
            Map.entry("BiasSplitGelu", roles(null, B)),
            Map.entry("BiasSoftmax", roles(null, E)),
            Map.entry("RelativePositionBias", roles(E)),
            Map.entry("BatchNormalization", roles(null, S, O, Role.STATISTIC, Role.STATISTIC)),
            Map.entry("InstanceNormalization", roles(null, S, O)),
            Map.entry("GroupNormalization", roles(null, S, O)),
            Map.entry("GroupNorm", roles(null, S, O)),
            Map.entry("SkipGroupNorm", roles(null, S, O, null, B)),
            Map.entry("LayerNormalization", roles(null, S, O)),
            Map.entry("RMSNormalization", roles(null, S)),
            Map.entry("SimplifiedLayerNormalization", roles(null, S)),
            Map.entry("SkipLayerNormalization", roles(null, null, S, O, B)),
            Map.entry("SkipSimplifiedLayerNormalization", roles(null, null, S, B)),
            Map.entry("EmbedLayerNormalization", roles(null, null, E, E, E, S, O)),
            Map.entry("PRelu", roles(null, Role.SLOPE)));

    private InputRoles() {}

    private static Role[] roles(Role... roles) {
        return roles;
    }

    /** The role that an operator gives to an input, or null where it depends on more. */
    static Role role(NodeProto node, int input) {
        // ONNX' own Attention (opset 23) has queries, keys and values, not weights.
        if (node.getOpType().equals("Attention") && !node.getDomain().equals("com.microsoft")) {
            return null;
        }
        Role[] roles = ROLES.get(node.getOpType());
        return roles == null || input >= roles.length ? null : roles[input];
    }

    static boolean isMatrix(NodeProto node) {
        return MATRIX.contains(node.getOpType());
    }

    static boolean isRecurrent(NodeProto node) {
        return RECURRENT.contains(node.getOpType());
    }

    /** Products and convolutions; also those of two activations. */
    static boolean isProduct(NodeProto node) {
        return isMatrix(node) || CONVOLUTION.contains(node.getOpType()) || isRecurrent(node);
    }

    /** Whether an input of a product is one of its factors. */
    static boolean isFactor(NodeProto node, int input) {
        return isMatrix(node)
                ? input < 2 || node.getOpType().equals("Einsum")
                : role(node, input) == Role.WEIGHT || input == 0;
    }
}
