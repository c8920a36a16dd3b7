package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Layers whose weights PyTorch's exporters computed, of a BatchNormalization that they fused in: its scales are parameters of the
 * network and none of the file, whose kernel is another.
 */
final class FusedNormalisation {
    /** The older exporter names so what it has folded; parameters of modules keep their names. */
    private static final Pattern FOLDED = Pattern.compile("onnx::Conv(Transpose)?_\\d+");

    /** The newer one writes into the metadata of a node which of its rules have made it. */
    private static final String RULES = "pkg.onnxscript.rewriter.rule_name";

    private FusedNormalisation() {}

    /** What there is to say of it. */
    static Optional<String> remark(ModelProto model) {
        Set<String> folded = model.getGraph().getInitializerList().stream()
                .map(TensorProto::getName)
                .filter(name -> FOLDED.matcher(name).matches())
                .collect(Collectors.toSet());
        long layers = model.getGraph().getNodeList().stream()
                .filter(node -> isFused(node, folded))
                .count();
        return layers == 0
                ? Optional.empty()
                : Optional.of("the exporter computed the weights of " + layers
                        + (layers == 1 ? " layer" : " layers")
                        + ", as it fuses BatchNormalization into them, whose scales then do not count; export it without"
                        + " (README, \"What an export keeps\")");
    }

    private static boolean isFused(NodeProto node, Set<String> folded) {
        boolean byName =
                node.getOpType().startsWith("Conv") && node.getInputCount() > 1 && folded.contains(node.getInput(1));
        return byName
                || node.getMetadataPropsList().stream()
                        .anyMatch(entry ->
                                entry.getKey().equals(RULES) && entry.getValue().contains("FuseBatchNormInto"));
    }
}
