package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Set;

/**
 * Recognises normalisations that an exporter wrote as arithmetic: {@code (x - μ) / √(σ² + ε) · γ + β}, the division as a
 * product with a reciprocal or not. A root counts only where something is reduced under it: attention divides by √d, too.
 */
final class NormalisationPattern {
    /** How far arithmetic is followed; the patterns in use are shorter. */
    private static final int DEPTH = 6;

    /** Their result is scaled and shifted behind them: always, or as Caffe did it. */
    private static final Set<String> BEFORE_SCALE =
            Set.of("InstanceNormalization", "MeanVarianceNormalization", "LpNormalization", "BatchNormalization");

    private final ProtoGraph graph;
    private final Origin origin;

    NormalisationPattern(ProtoGraph graph, Origin origin) {
        this.graph = graph;
        this.origin = origin;
    }

    /** Whether a value was just normalised, or is the reciprocal root to normalise with: a factor is its γ. */
    boolean isNormalised(String value) {
        NodeProto node = origin.of(value);
        if (node == null) {
            return false;
        }
        if (BEFORE_SCALE.contains(node.getOpType())) {
            return true;
        }
        return node.getOpType().equals("Div") && isRoot(node.getInput(1), DEPTH) || isInverseRoot(value, DEPTH);
    }

    /** Whether a value is γ times a normalised one: what is added to it is its β. */
    boolean isScaled(String value) {
        NodeProto node = origin.of(value);
        if (node == null || !node.getOpType().equals("Mul")) {
            return false;
        }
        return isNormalised(node.getInput(0)) && !graph.isDependent(node.getInput(1))
                || isNormalised(node.getInput(1)) && !graph.isDependent(node.getInput(0))
                || isInverseRoot(value, DEPTH);
    }

    private boolean isInverseRoot(String value, int depth) {
        NodeProto node = origin.of(value);
        if (node == null || depth == 0) {
            return false;
        }
        return switch (node.getOpType()) {
            case "Reciprocal" -> isRoot(node.getInput(0), depth - 1);
            case "Div" -> !graph.isDependent(node.getInput(0)) && isRoot(node.getInput(1), depth - 1);
            case "Mul" -> isInverseRoot(node.getInput(0), depth - 1) || isInverseRoot(node.getInput(1), depth - 1);
            default -> false;
        };
    }

    private boolean isRoot(String value, int depth) {
        NodeProto node = origin.of(value);
        if (node == null || depth == 0) {
            return false;
        }
        return switch (node.getOpType()) {
            case "ReduceL2" -> true;
            case "Sqrt", "Pow" -> isReduced(node.getInput(0), depth - 1);
            case "Add", "Max", "Clip" -> node.getInputList().stream().anyMatch(i -> isRoot(i, depth - 1));
            default -> false;
        };
    }

    private boolean isReduced(String value, int depth) {
        NodeProto node = origin.of(value);
        if (node == null || depth == 0) {
            return false;
        }
        return node.getOpType().startsWith("Reduce")
                || node.getOpType().equals("GlobalAveragePool")
                || Set.of("Add", "Sub", "Mul", "Div", "Max", "Clip", "Relu").contains(node.getOpType())
                        && node.getInputList().stream().anyMatch(i -> isReduced(i, depth - 1));
    }
}
