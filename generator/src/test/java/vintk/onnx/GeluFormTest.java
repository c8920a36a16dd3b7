package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What exporters write for a GELU is one, with the same outputs and kernels; what is not stays. */
class GeluFormTest {
    private record Case(String name, UnaryOperator<Value> body, boolean recognised) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("PyTorch", x -> Ops.mul(Ops.mul(x, step(x)), 0.5), true),
                new Case("Keras", x -> Ops.mul(Ops.mul(x, 0.5), step(x)), true),
                new Case("the step first", x -> Ops.mul(Ops.mul(step(x), x), 0.5), true),
                new Case("half of the step", x -> Ops.mul(Ops.mul(step(x), 0.5), x), true),
                new Case("by 1/√2", x -> Ops.mul(Ops.mul(x, one(Ops.mul(x, Math.sqrt(0.5)))), 0.5), true),
                new Case(
                        "1 + erf", x -> Ops.mul(Ops.mul(x, Ops.add(Ops.scalar(DataType.FLOAT, 1), erf(x))), 0.5), true),
                new Case("twice as much", x -> Ops.mul(x, step(x)), false),
                new Case("of something else", x -> Ops.mul(Ops.mul(Ops.neg(x), step(x)), 0.5), false),
                new Case("another width", x -> Ops.mul(Ops.mul(x, one(Ops.mul(x, 0.7))), 0.5), false),
                new Case("half of more axes", x -> Ops.mul(Ops.mul(x, step(x)), half(null, 1, 1, 1)), false),
                new Case("a parameter that is a half", x -> Ops.mul(Ops.mul(x, step(x)), half("h", 1)), false),
                new Case("another step", x -> Ops.mul(Ops.mul(x, Ops.add(erf(x), 2)), 0.5), false),
                new Case("one factor more", x -> Ops.mul(Ops.mul(Ops.mul(x, step(x)), 0.5), x), true),
                new Case("squared", x -> Ops.mul(Ops.mul(Ops.mul(x, x), step(x)), 0.5), false));
    }

    private static Value half(String name, long... dims) {
        Tensor tensor = Tensor.of(TensorType.of(DataType.FLOAT, dims), 0.5);
        return name == null ? Ops.constant(tensor) : Value.initializer(name, tensor);
    }

    private static Value step(Value x) {
        return Ops.add(erf(x), 1);
    }

    private static Value erf(Value x) {
        return Ops.unary("Erf", Ops.div(x, Ops.scalar(DataType.FLOAT, Math.sqrt(2))));
    }

    private static Value one(Value x) {
        return Ops.add(Ops.unary("Erf", x), 1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void outputsAndKernelsStay(Case row) {
        Weights weights = new Weights();
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 3, 4));
        Value y = row.body.apply(Ops.matMul(x, weights.get(4, 5)));
        Graph network = ArithmeticForm.apply(new Graph("network", List.of(x), Map.of("y", y)));
        Graph formed = GeluForm.recognise(network);
        weights.assertSame(network, formed);
        long scaled = formed.nodes().stream()
                .filter(node -> node.opType().equals("Erf"))
                .filter(node -> Ops.isNode(node.input(0), "Mul"))
                .flatMap(node -> formed.nodes().stream()
                        .filter(other -> other.opType().equals("Mul"))
                        .filter(other -> other.inputs().contains(node.input(0))))
                .count();
        // u = x/√2 is a factor, too.
        assertEquals(row.recognised ? 1 : 0, scaled);
        if (!row.recognised) {
            assertSame(network, formed);
        }
    }
}
