package vintk.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import vintk.onnx.Graph;
import vintk.onnx.Value;

/**
 * Which initializers count as parameters (METHOD §1): float, not scalars, and as the options say. Running statistics and
 * constants of the exporter never come this far: the import detaches or folds them.
 *
 * @param weightsOnly matrices and kernels, no vectors. Near TE-NAS, whose code counts by name, {@code include} of "weight": scales of
 *     norms too, and neither embeddings of positions nor class tokens
 * @param include a name must contain a match, where given
 * @param exclude a name must not contain a match, where given
 */
public record ParameterFilter(boolean weightsOnly, Optional<Pattern> include, Optional<Pattern> exclude) {
    /** All that the import takes for parameters. */
    public static final ParameterFilter ALL = new ParameterFilter(false, Optional.empty(), Optional.empty());

    /** The parameters of a graph, in order of first use, and those left out with the reason. */
    public Selection select(Graph graph) {
        List<Value> counted = new ArrayList<>();
        List<LeftOut> leftOut = new ArrayList<>();
        for (Value constant : graph.constants()) {
            if (constant.name() == null || !constant.dataType().isFloating()) {
                continue;
            }
            String reason = reason(constant);
            if (reason == null) {
                counted.add(constant);
            } else {
                leftOut.add(new LeftOut(constant.name(), constant.shape().elements(), reason));
            }
        }
        if (counted.isEmpty() && (include.isPresent() || exclude.isPresent())) {
            throw new IllegalArgumentException(
                    "--include and --exclude leave no parameter of the " + leftOut.size() + " there are");
        }
        return new Selection(counted, leftOut);
    }

    private String reason(Value constant) {
        int rank = constant.shape().rank();
        if (rank == 0) {
            return "a scalar";
        }
        if (weightsOnly && rank < 2) {
            return "a vector (--parameters weights)";
        }
        if (constant.fixed() != null && include.isEmpty()) {
            return constant.fixed();
        }
        if (include.isPresent() && !include.get().matcher(constant.name()).find()) {
            return "not matched by --include";
        }
        if (exclude.isPresent() && exclude.get().matcher(constant.name()).find()) {
            return "matched by --exclude";
        }
        return null;
    }

    /** The first of some parameters that is not of numbers, in words; empty where all are. */
    static Optional<String> notFinite(List<Value> parameters) {
        return parameters.stream()
                .filter(p -> p.isConstant() && !p.constant().allMatch(Double::isFinite))
                .findFirst()
                .map(p -> "parameter '" + p.name() + "' has numbers that are not finite");
    }

    /**
     * What counts and what does not.
     *
     * @param counted parameters, in order of first use
     * @param leftOut the other initializers
     */
    public record Selection(List<Value> counted, List<LeftOut> leftOut) {
        public Selection {
            counted = List.copyOf(counted);
            leftOut = List.copyOf(leftOut);
        }
    }

    /**
     * An initializer that does not count.
     *
     * @param name of the initializer
     * @param elements how many numbers it holds
     * @param reason in words
     */
    public record LeftOut(String name, long elements, String reason) {}
}
