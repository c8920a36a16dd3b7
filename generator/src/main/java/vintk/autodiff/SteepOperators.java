package vintk.autodiff;

import java.util.Set;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/** Operators whose derivative may be infinite where their value is finite, as that of a square root at 0. */
final class SteepOperators {
    private static final Set<String> ALWAYS = Set.of("Sqrt", "Log", "Reciprocal", "Acos", "Asin", "Acosh", "Atanh");

    private SteepOperators() {}

    /** @param active what is differentiated */
    static boolean contains(Node node, Set<Value> active) {
        return switch (node.opType()) {
            case "Div" -> active.contains(node.input(1));
            case "Pow" -> !(Ops.scalarOf(node.input(1)) >= 1);
            default -> ALWAYS.contains(node.opType());
        };
    }
}
