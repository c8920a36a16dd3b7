package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import vintk.onnx.Shape;
import vintk.opset.ProtoGraph.Reader;

/**
 * Recognises normalisations that an exporter wrote as arithmetic: {@code (x - μ) / √(σ² + ε) · γ + β}, the division as a
 * product with a reciprocal or not. A root counts only where something is reduced under it: attention divides by √d, too.
 *
 * <p>Running statistics are recognised as vectors: Keras writes {@code (x - μ) · s + β} with {@code s = γ / √(σ² + ε)} (its
 * normalisation of images {@code (x - μ) / σ}). Nothing else is subtracted, and the whole scaled at once.
 */
final class NormalisationPattern {
    /** How far arithmetic is followed; the patterns in use are shorter. */
    private static final int DEPTH = 6;

    /** Their result is scaled and shifted behind them: always, or as Caffe did it. */
    private static final Set<String> BEFORE_SCALE =
            Set.of("InstanceNormalization", "MeanVarianceNormalization", "LpNormalization", "BatchNormalization");

    private final ProtoGraph graph;
    private final Origin origin;
    private final ParameterShapes shapes;
    private final Map<String, Boolean> answers = new HashMap<>();

    NormalisationPattern(ProtoGraph graph, Origin origin, ParameterShapes shapes) {
        this.graph = graph;
        this.origin = origin;
        this.shapes = shapes;
    }

    /** What the second operand of a node is, where it is a statistic: a mean, or what the rest is divided by; else null. */
    Role statistic(NodeProto node) {
        if (!isByStatistic(node)) {
            return null;
        }
        NodeProto mean = node.getOpType().equals("Sub") ? node : origin.of(node.getInput(0));
        if (isImage(mean.getInput(0), DEPTH)) {
            return Role.IMAGE_STATISTIC;
        }
        // Without an offset behind it may be anything: the centres of a radial basis, say.
        return isShifted(mean.getOutput(0), DEPTH) ? Role.STATISTIC : null;
    }

    private boolean isByStatistic(NodeProto node) {
        if (node.getInputCount() != 2 || node.getOutputCount() != 1 || !isByVector(node)) {
            return false;
        }
        return switch (node.getOpType()) {
            case "Sub" -> isOnlyScaled(node.getOutput(0), DEPTH);
            case "Div" -> isCentred(node.getInput(0));
            case "Mul" ->
                isCentred(node.getInput(0))
                        && isImage(origin.of(node.getInput(0)).getInput(0), DEPTH);
            default -> false;
        };
    }

    private boolean isCentred(String value) {
        NodeProto node = origin.of(value);
        return node != null && node.getOpType().equals("Sub") && isByStatistic(node);
    }

    /** An input of the model, scaled and shifted at most. */
    private boolean isImage(String value, int depth) {
        return once("isImage", value, depth, this::findImage);
    }

    private boolean findImage(String value, int depth) {
        NodeProto node = origin.of(value);
        if (node == null || depth == 0) {
            return node == null && graph.isDependent(value);
        }
        boolean affine = Set.of("Mul", "Div", "Add", "Sub").contains(node.getOpType());
        return affine
                && !node.getInputList().stream().allMatch(graph::isDependent)
                && node.getInputList().stream().filter(graph::isDependent).allMatch(i -> isImage(i, depth - 1));
    }

    /** Whether all readers, behind what only moves numbers, multiply by a vector or divide by one. */
    private boolean isOnlyScaled(String value, int depth) {
        return once("isOnlyScaled", value, depth, this::findOnlyScaled);
    }

    private boolean findOnlyScaled(String value, int depth) {
        return allReaders(value, depth, NormalisationPattern::moves, this::isScaling, this::isOnlyScaled);
    }

    /** Whether all readers are wanted ones, or pass a value on of which that holds again. */
    private boolean allReaders(
            String value, int depth, Predicate<NodeProto> passes, Predicate<NodeProto> wanted, Question again) {
        List<Reader> readers = graph.readers(value);
        return depth > 0
                && !readers.isEmpty()
                && readers.stream()
                        .map(Reader::node)
                        .allMatch(node ->
                                passes.test(node) ? again.answer(node.getOutput(0), depth - 1) : wanted.test(node));
    }

    private static boolean moves(NodeProto node) {
        return Origin.LAYOUT.contains(node.getOpType()) && node.getOutputCount() == 1;
    }

    /** Whether all readers, behind what scales or only moves numbers, add a vector. */
    private boolean isShifted(String value, int depth) {
        return once("isShifted", value, depth, this::findShifted);
    }

    private boolean findShifted(String value, int depth) {
        return allReaders(value, depth, node -> moves(node) || isScaling(node), this::isShift, this::isShifted);
    }

    private boolean isShift(NodeProto node) {
        boolean shifts = node.getInputCount() == 2 && Set.of("Add", "Sub").contains(node.getOpType());
        return shifts && (isVector(node.getInput(0)) || isVector(node.getInput(1)));
    }

    private boolean isScaling(NodeProto node) {
        return switch (node.getOpType()) {
            case "Mul" -> isByVector(node) || graph.isDependent(node.getInput(1)) && isVector(node.getInput(0));
            case "Div" -> isByVector(node);
            default -> false;
        };
    }

    private boolean isByVector(NodeProto node) {
        return graph.isDependent(node.getInput(0)) && isVector(node.getInput(1));
    }

    private boolean isVector(String value) {
        Shape shape = shapes.of(value);
        return !graph.isDependent(value)
                && shape != null
                && Arrays.stream(shape.dims()).filter(dim -> dim != 1).count() == 1;
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
        return statistic(node) != null
                || node.getOpType().equals("Div") && isRoot(node.getInput(1), DEPTH)
                || isInverseRoot(value, DEPTH);
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
        return once("isInverseRoot", value, depth, this::findInverseRoot);
    }

    private boolean findInverseRoot(String value, int depth) {
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
        return once("isRoot", value, depth, this::findRoot);
    }

    private boolean findRoot(String value, int depth) {
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
        return once("isReduced", value, depth, this::findReduced);
    }

    private boolean findReduced(String value, int depth) {
        NodeProto node = origin.of(value);
        if (node == null || depth == 0) {
            return false;
        }
        return node.getOpType().startsWith("Reduce")
                || node.getOpType().equals("GlobalAveragePool")
                || Set.of("Add", "Sub", "Mul", "Div", "Max", "Clip", "Relu").contains(node.getOpType())
                        && node.getInputList().stream().anyMatch(i -> isReduced(i, depth - 1));
    }

    private interface Question {
        boolean answer(String value, int depth);
    }

    /** Asks once: operators of many operands would make each of a few levels as many questions again. */
    private boolean once(String name, String value, int depth, Question question) {
        String key = name + " " + depth + " " + value;
        Boolean known = answers.get(key);
        if (known == null) {
            known = question.answer(value, depth);
            answers.put(key, known);
        }
        return known;
    }
}
