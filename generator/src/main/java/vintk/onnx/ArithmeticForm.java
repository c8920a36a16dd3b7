package vintk.onnx;

import java.util.List;

/**
 * Arithmetic with numbers and biases in the one form that others look for, whatever an exporter wrote: the larger operand first, x + b
 * for b + x; x · (1/c) for x / c; and a number, of rank 0, for what is computed of numbers alone, as √d of an attention's width.
 */
public final class ArithmeticForm {
    private ArithmeticForm() {}

    public static Graph apply(Graph graph) {
        return Rewrite.single(graph, ArithmeticForm::formed);
    }

    /** A node in this form; null where it has it, or another one. */
    private static Value formed(Node node, List<Value> inputs) {
        if (!node.domain().isEmpty() || node.output().dataType() != DataType.FLOAT) {
            return null;
        }
        double known = known(node, inputs);
        if (Double.isFinite(known)) {
            return Ops.constant(Tensor.of(node.output().type(), (float) known));
        }
        return switch (node.opType()) {
            case "Add", "Mul" -> {
                boolean reversed = isLess(inputs.get(0), inputs.get(1));
                yield binary(node, node.opType(), inputs.get(reversed ? 1 : 0), inputs.get(reversed ? 0 : 1));
            }
            case "Div" -> {
                double inverse = (float) (1 / number(inputs.get(1)));
                // A number of more axes than what it divides gives the result its rank.
                boolean same = inputs.get(0).shape().equals(node.output().shape());
                yield same && Math.abs(inverse) >= Float.MIN_NORMAL && Double.isFinite(inverse)
                        ? binary(node, "Mul", inputs.get(0), Ops.scalar(DataType.FLOAT, inverse))
                        : null;
            }
            default -> null;
        };
    }

    /** Whether a value has fewer elements than another. */
    static boolean isLess(Value a, Value b) {
        return a.shape().elements() < b.shape().elements();
    }

    private static Value binary(Node node, String opType, Value a, Value b) {
        boolean scalar =
                !Double.isNaN(number(b)) && a.shape().equals(node.output().shape());
        Value second = scalar && b.shape().rank() > 0 ? Ops.scalar(DataType.FLOAT, number(b)) : b;
        List<Value> operands = List.of(a, second);
        return opType.equals(node.opType()) && operands.equals(node.inputs())
                ? node.output()
                : Rewrite.with(node, "", opType, operands, node.attributes()).output();
    }

    /** The number that a node makes of numbers, to float32's rounding; NaN of others. */
    private static double known(Node node, List<Value> inputs) {
        if (node.output().shape().elements() != 1 || inputs.contains(null)) {
            return Double.NaN;
        }
        double a = number(inputs.get(0));
        double b = inputs.size() == 2 ? number(inputs.get(1)) : Double.NaN;
        return switch (node.opType()) {
            case "Cast" -> a;
            case "Neg" -> -a;
            case "Reciprocal" -> 1 / a;
            case "Sqrt" -> Math.sqrt(a);
            case "Add" -> a + b;
            case "Sub" -> a - b;
            case "Mul" -> a * b;
            case "Div" -> a / b;
            default -> Double.NaN;
        };
    }

    /** The number that a value is; NaN of others, and of parameters, which have names. */
    static double number(Value value) {
        return value.name() == null ? Ops.scalarOf(value) : Double.NaN;
    }
}
