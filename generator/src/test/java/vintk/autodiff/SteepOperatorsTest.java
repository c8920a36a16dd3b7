package vintk.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Indexing;
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

    /** Below 0 are no bytes. */
    private static Value toByteAndBack(Value x) {
        Value zero = Ops.constant(new Tensor(TensorType.of(DataType.UINT8), ByteBuffer.allocate(1)));
        return QuantizationCases.quantized(x, number(1), zero, Attributes.NONE);
    }

    /** 0 at -1, and x at 4. */
    private static final Map<String, UnaryOperator<Value>> SELECTIONS = Map.of(
            "Relu", node("Relu", Attributes.NONE),
            "QuantizeLinear", SteepOperatorsTest::toByteAndBack,
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

    /** The sums of groups of which one is empty, divided by how many there are, and what is 0/0 left out. */
    @Test
    void aDivisorOfTheSamples() {
        Value x = Value.input("x", TYPE);
        Value count = Value.input("count", TYPE);
        Value some = Ops.greater(count, number(0));
        Value mean = Ops.where(some, Ops.div(Ops.where(some, x, number(0)), count), number(0));
        double[] found = gradient(x, mean, List.of(x, count), Map.of("count", Tensor.of(TYPE, 0, 4)));
        assertArrayEquals(new double[] {0, 0.25}, found, 1e-6);
    }

    /** A row that is masked whole is NaN, and left out. */
    @Test
    void aRowMaskedWhole() {
        Value x = Value.input("x", TYPE);
        Value on = Ops.greater(x, number(0));
        Value scores = Ops.reshape(Ops.where(on, x, number(Double.NEGATIVE_INFINITY)), 2, 1);
        Value rows = Ops.softmax(Ops.concat(1, scores, scores), 1);
        Value first = Ops.reshape(Indexing.slice(rows, 1, 0, 1), 2);
        Value y = Ops.mul(Ops.where(on, first, number(0)), x);
        assertArrayEquals(new double[] {0, 0.5}, gradient(x, y, List.of(x), Map.of()), 1e-6);
    }

    private static double[] gradient(Value x, Value y, List<Value> inputs, Map<String, Tensor> others) {
        Accumulator gradient = Gradients.of(y, Ops.filled(TYPE, 1), List.of(x), BatchFlow.none())
                .get(x);
        Map<String, Tensor> feeds = new HashMap<>(others);
        feeds.put("x", Tensor.of(TYPE, -1, 4));
        return Runner.run(new Graph("gradient", inputs, Map.of("dx", gradient.full())), feeds)
                .get("dx")
                .numbers();
    }

    static Stream<Arguments> pairs() {
        return SELECTIONS.keySet().stream().flatMap(s -> STEEP.keySet().stream().map(f -> Arguments.of(s, f)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void whatIsNotSelectedHasNoGradient(String selection, String function) {
        Value x = Value.input("x", TYPE);
        Value y = STEEP.get(function).apply(SELECTIONS.get(selection).apply(x));
        double[] found = gradient(x, y, List.of(x), Map.of());
        double slope = function.equals("Acosh") ? 1 / Math.sqrt(24) : 0.25;
        assertArrayEquals(new double[] {0, slope}, found, 1e-6);
    }
}
