package vintk.autodiff;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/** Operators whose derivative may be infinite or NaN where their value, or what is selected of it, is finite: a square root at 0. */
final class SteepOperators {
    private static final Set<String> ALWAYS = Set.of("Sqrt", "Log", "Reciprocal", "Acos", "Asin", "Acosh", "Atanh");

    private final List<Node> nodes;
    private final Set<Value> active;
    private Set<Value> ofInputs;
    private Boolean infinite;

    /** @param active what is differentiated */
    SteepOperators(List<Node> nodes, Set<Value> active) {
        this.nodes = nodes;
        this.active = active;
    }

    boolean contains(Node node) {
        return switch (node.opType()) {
            case "Div" -> isOfInputs(node.input(1));
            case "Pow" -> !(Ops.scalarOf(node.input(1)) >= 1);
            // A row that is masked whole.
            case "Softmax", "LogSoftmax", "ReduceLogSumExp" -> isInfinite();
            default -> ALWAYS.contains(node.opType());
        };
    }

    /** Whether a value may be 0 for some inputs. What constants alone make, as the deviations of BatchNormalization, is taken not to be. */
    private boolean isOfInputs(Value value) {
        if (active.contains(value)) {
            return true;
        }
        if (ofInputs == null) {
            ofInputs = Collections.newSetFromMap(new IdentityHashMap<>());
            for (Node node : nodes) {
                if (node.inputs().stream().anyMatch(x -> x != null && (x.isInput() || ofInputs.contains(x)))) {
                    ofInputs.addAll(node.outputs());
                }
            }
        }
        return value.isInput() || ofInputs.contains(value);
    }

    /** Whether a constant is infinite somewhere, as masks of attention are. */
    private boolean isInfinite() {
        if (infinite == null) {
            infinite = nodes.stream()
                    .flatMap(node -> node.inputs().stream())
                    .filter(Objects::nonNull)
                    .distinct()
                    .anyMatch(x -> x.isConstant()
                            && x.dataType().isFloating()
                            && !active.contains(x)
                            && !x.constant().allMatch(number -> !Double.isInfinite(number)));
        }
        return infinite;
    }
}
