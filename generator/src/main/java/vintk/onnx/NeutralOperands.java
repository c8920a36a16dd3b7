package vintk.onnx;

import java.util.List;
import java.util.Set;

/**
 * Leaves out x + 0, x - 0, x · 1 and x / 1 where the other operand is a constant of one number throughout, as the scales and biases
 * of networks before training are: the same results, a pass over the operand less. For graphs whose constants are final.
 */
final class NeutralOperands {
    /** Longer constants are tables, and not looked through. */
    private static final long LONGEST = 1L << 16;

    /** Operators whose result has the elements of their first input, and no others. */
    private static final Set<String> MOVES = Set.of("Slice", "Reshape", "Transpose", "Expand");

    private NeutralOperands() {}

    static Graph apply(Graph graph) {
        return Rewrite.single(graph, NeutralOperands::kept);
    }

    /** The operand that the result is equal to; null where it is not. */
    private static Value kept(Node node, List<Value> inputs) {
        double neutral =
                switch (node.opType()) {
                    case "Add", "Sub" -> 0;
                    case "Mul", "Div" -> 1;
                    default -> Double.NaN;
                };
        if (Double.isNaN(neutral) || !node.domain().isEmpty()) {
            return null;
        }
        boolean ordered = node.opType().equals("Sub") || node.opType().equals("Div");
        if (stays(node, inputs.get(0)) && throughout(inputs.get(1)) == neutral) {
            return inputs.get(0);
        }
        return !ordered && stays(node, inputs.get(1)) && throughout(inputs.get(0)) == neutral ? inputs.get(1) : null;
    }

    /** An operand of the result's shape, which is computed: constants keep their names. */
    private static boolean stays(Node node, Value operand) {
        return !operand.isConstant() && operand.type().equals(node.output().type());
    }

    /** The number that all elements are; NaN where there is none. */
    private static double throughout(Value value) {
        Value source = value;
        while (source.node() != null && MOVES.contains(source.node().opType())) {
            source = source.node().input(0);
        }
        long size = source.isConstant() ? source.shape().elements() : 0;
        if (size == 0 || size > LONGEST) {
            return Double.NaN;
        }
        return source.constant().throughout();
    }
}
