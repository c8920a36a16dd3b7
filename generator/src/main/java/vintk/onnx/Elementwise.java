package vintk.onnx;

import java.util.Set;

/** Operators that make each element of the elements at its place, of operands that broadcasting brings to the result's shape. */
final class Elementwise {
    private static final Set<String> OPERATORS = Set.of(
            "Abs",
            "Add",
            "And",
            "Cast",
            "Clip",
            "Cos",
            "Div",
            "Elu",
            "Equal",
            "Erf",
            "Exp",
            "Greater",
            "GreaterOrEqual",
            "HardSigmoid",
            "LeakyRelu",
            "Less",
            "LessOrEqual",
            "Log",
            "Max",
            "Min",
            "Mul",
            "Neg",
            "Not",
            "Or",
            "Pow",
            "Reciprocal",
            "Relu",
            "Selu",
            "Sigmoid",
            "Sign",
            "Sin",
            "Softplus",
            "Softsign",
            "Sqrt",
            "Sub",
            "Tanh",
            "Where");

    private Elementwise() {}

    static boolean is(Node node) {
        return node.domain().isEmpty() && OPERATORS.contains(node.opType());
    }
}
