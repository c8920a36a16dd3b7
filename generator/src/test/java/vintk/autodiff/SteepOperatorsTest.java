package vintk.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Ops;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * A selection in front of an operator whose derivative at 0 is infinite: what is not selected has the gradient 0, as in
 * PyTorch, and not 0 · ∞.
 */
class SteepOperatorsTest {
    private static final TensorType TYPE = TensorType.of(DataType.FLOAT, 2);

    private static Value number(double value) {
        return Ops.scalar(DataType.FLOAT, value);
    }

    private static UnaryOperator<Value> node(String operator, Attributes attributes) {
        return x -> Ops.node(operator, x.type(), attributes, x);
    }

    /** 0 at -1, and x at 4. */
    private static final Map<String, UnaryOperator<Value>> SELECTIONS = Map.of(
            "Relu", node("Relu", Attributes.NONE),
            "Clip", x -> Ops.clip(x, number(0), null),
            "Max", x -> Ops.node("Max", x.type(), Attributes.NONE, x, number(0)),
            "Min", x -> Ops.neg(Ops.node("Min", x.type(), Attributes.NONE, Ops.neg(x), number(0))),
            "Where", x -> Ops.where(Ops.greater(x, number(0)), x, number(0)),
            "ThresholdedRelu", node("ThresholdedRelu", Attributes.NONE.with("alpha", 1f)),
            "Shrink", node("Shrink", Attributes.NONE.with("lambd", 2f).with("bias", 0f)),
            "HardSigmoid",
                    x -> Ops.mul(
                            node(
                                            "HardSigmoid",
                                            Attributes.NONE
                                                    .with("alpha", 0.125f)
                                                    .with("beta", 0f))
                                    .apply(x),
                            8));

    /** Their derivatives at 0 are infinite. */
    private static final Map<String, UnaryOperator<Value>> STEEP = Map.of(
            "Sqrt", Ops::sqrt,
            "Pow", x -> Ops.pow(x, number(0.5)),
            "Acosh", x -> Ops.unary("Acosh", Ops.add(x, 1)));

    static Stream<Arguments> pairs() {
        return SELECTIONS.keySet().stream().flatMap(s -> STEEP.keySet().stream().map(f -> Arguments.of(s, f)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whatIsNotSelectedHasNoGradient(String selection, String function) {
        Value x = Value.input("x", TYPE);
        Value y = STEEP.get(function).apply(SELECTIONS.get(selection).apply(x));
        Accumulator gradient = Gradients.of(y, Ops.filled(TYPE, 1), List.of(x), BatchFlow.none())
                .get(x);
        Graph graph = new Graph("gradient", List.of(x), Map.of("dx", gradient.full()));
        double[] found =
                Runner.run(graph, Map.of("x", Tensor.of(TYPE, -1, 4))).get("dx").numbers();
        double slope = function.equals("Acosh") ? 1 / Math.sqrt(24) : 0.25;
        assertArrayEquals(new double[] {0, slope}, found, 1e-6);
    }
}
