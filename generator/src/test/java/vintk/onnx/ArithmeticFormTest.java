package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arithmetic in one form, with the same outputs and kernels. */
class ArithmeticFormTest {
    /**
     * A network.
     *
     * @param body of rows [3, 4], and its weights
     * @param expected its nodes: operators and operands, numbers as such
     */
    private record Case(String name, BiFunction<Value, Weights, Value> body, String expected) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("a bias behind", (x, w) -> Ops.add(x, w.get(4)), "Add(x, w1)"),
                new Case("a bias in front", (x, w) -> Ops.add(w.get(4), x), "Add(x, w1)"),
                new Case("a scale in front", (x, w) -> Ops.mul(w.get(1, 1), x), "Mul(x, w1)"),
                new Case("operands of one size", (x, w) -> Ops.mul(Ops.exp(x), x), "Exp(x) Mul(Exp, x)"),
                new Case("a difference", (x, w) -> Ops.sub(w.get(4), x), "Sub(w1, x)"),
                new Case("a number in front", (x, w) -> Ops.mul(number(2), x), "Mul(x, 2.0)"),
                new Case("a number of rank 1", (x, w) -> Ops.mul(x, number(2, 1)), "Mul(x, 2.0)"),
                new Case("a number of more axes", (x, w) -> Ops.mul(x, number(2, 1, 1, 1)), "Mul(x, 2.0:3)"),
                new Case("by a number", (x, w) -> Ops.div(x, number(8)), "Mul(x, 0.125)"),
                new Case("by a number of more axes", (x, w) -> Ops.div(x, number(8, 1, 1, 1)), "Div(x, 8.0:3)"),
                new Case(
                        "by nothing", (x, w) -> Ops.mul(Ops.div(number(0), x), number(0)), "Div(0.0, x) Mul(Div, 0.0)"),
                new Case(
                        "by a number whose inverse is none",
                        (x, w) -> Ops.mul(Ops.div(x, number(1e-39)), number(1e-38)),
                        "Div(x, 1.0E-39) Mul(Div, 1.0E-38)"),
                new Case("by a parameter", (x, w) -> Ops.div(x, w.get(1)), "Div(x, w1)"),
                new Case("by rows", (x, w) -> Ops.div(x, w.get(4)), "Div(x, w1)"),
                // As exporters write 1/√d.
                new Case(
                        "numbers of numbers",
                        (x, w) -> Ops.mul(
                                x, Ops.sqrt(Ops.div(number(1, 1), Ops.sqrt(Ops.cast(Ops.longs(16), DataType.FLOAT))))),
                        "Mul(x, 0.5)"),
                new Case(
                        "sums of numbers",
                        (x, w) -> Ops.mul(
                                x, Ops.add(Ops.mul(number(3), number(2)), Ops.sub(number(1), Ops.neg(number(0.5))))),
                        "Mul(x, 7.5)"),
                new Case("the inverse of a number", (x, w) -> Ops.mul(x, Ops.reciprocal(number(4))), "Mul(x, 0.25)"),
                new Case(
                        "a number that is a parameter's",
                        (x, w) -> Ops.mul(x, Ops.exp(w.get(1))),
                        "Exp(w1) Mul(x, Exp)"));
    }

    private static Value number(double value, long... dims) {
        return Ops.constant(Tensor.of(TensorType.of(DataType.FLOAT, dims), value));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void outputsAndKernelsStay(Case row) {
        Weights weights = new Weights();
        Value x = Value.input("in", TensorType.of(DataType.FLOAT, 3, 4));
        Value rows = Ops.matMul(x, weights.get(4, 4));
        Value y = row.body.apply(rows, weights);
        Graph network = new Graph("network", List.of(x), Map.of("y", y));
        Graph formed = ArithmeticForm.apply(network);
        String nodes = formed.nodes().stream()
                .filter(node -> !node.opType().equals("MatMul"))
                .map(node -> node.opType()
                        + node.inputs().stream().map(ArithmeticFormTest::text).toList())
                .collect(Collectors.joining(" "))
                .replace('[', '(')
                .replace(']', ')');
        assertEquals(row.expected, nodes);
        weights.assertSame(network, formed);
    }

    private static String text(Value operand) {
        if (operand.isConstant() && operand.name() == null) {
            int rank = operand.shape().rank();
            return (float) Ops.scalarOf(operand) + (rank == 0 ? "" : ":" + rank);
        }
        boolean rows = operand.node() != null && operand.node().opType().equals("MatMul");
        return rows
                ? "x"
                : operand.isConstant() ? operand.name() : operand.node().opType();
    }
}
