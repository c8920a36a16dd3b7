package vintk.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * Every rule against central differences, as its convention asks of it: with full cotangents, with cotangents of extent
 * 1 where they are constant, and with a sample axis in front. A rule without a case fails by name.
 */
class GradientCheckTest {
    /** For the sample axis in front: an extent that no case has. */
    private static final long SAMPLES = 11;

    private static final long SEED = 20240607;

    static Stream<GradientCase> cases() {
        return Stream.of(
                        ElementwiseCases.all(),
                        ActivationCases.all(),
                        LayoutCases.all(),
                        IndexCases.all(),
                        LinearCases.all(),
                        QuantizationCases.all(),
                        ImageCases.all())
                .flatMap(List::stream);
    }

    @Test
    void everyDifferentiableOperatorHasACase() {
        TreeSet<String> covered = new TreeSet<>();
        cases().forEach(c -> covered.add(c.operator()));
        assertEquals(Rules.differentiable(), covered, "operators with a rule, and those with a gradient check");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientIsThatOfFiniteDifferences(GradientCase check) {
        Subject subject = new Subject(check);
        for (Tensor cotangent : subject.cotangents()) {
            subject.compare(cotangent);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void cotangentsMayHaveTheSampleAxisInFront(GradientCase check) {
        Subject subject = new Subject(check);
        if (check.batchOnly()) {
            assertThrows(UntrackedBatchException.class, () -> subject.compareLifted(subject.output.shape()));
            return;
        }
        subject.compareLifted(subject.output.shape());
        subject.compareLifted(Shape.ones(subject.output.shape().rank()));
    }

    /** A case with its operands drawn, and the derivatives by differences. */
    private static final class Subject {
        final GradientCase check;
        final Random random;
        final List<Value> operands = new ArrayList<>();
        final Map<String, Tensor> inputs = new LinkedHashMap<>();
        final Value output;

        Subject(GradientCase check) {
            this.check = check;
            this.random = new Random(SEED + check.toString().hashCode());
            List<Tensor> drawn = check.sampling().draw(check.type(), check.shapes(), random);
            for (int i = 0; i < drawn.size(); i++) {
                operands.add(Value.input("x" + i, drawn.get(i).type()));
                inputs.put("x" + i, drawn.get(i));
            }
            output = check.build().apply(operands);
            assertTrue(
                    Graph.nodes(List.of(output)).stream()
                            .anyMatch(n -> n.opType().equals(check.operator())),
                    () -> check + " has no node of its operator");
        }

        /** Full, constant along each axis, and constant. */
        List<Tensor> cotangents() {
            List<Shape> shapes = new ArrayList<>(
                    List.of(output.shape(), Shape.ones(output.shape().rank())));
            for (int i = 0; i < output.shape().rank(); i++) {
                shapes.add(output.shape().with(i, 1));
            }
            return shapes.stream()
                    .distinct()
                    .map(s -> Sampling.uniform(output.type().withShape(s), random))
                    .toList();
        }

        void compare(Tensor cotangent) {
            Map<Value, Accumulator> gradients =
                    Gradients.of(output, Ops.constant(cotangent), operands, BatchFlow.none());
            Map<String, Tensor> found = run(gradients, inputs);
            double[] full = repeated(cotangent, output.shape());
            for (int i = 0; i < operands.size(); i++) {
                double[] expected = FiniteDifferences.pulledBack(jacobian(i), full);
                verify(found.get("g" + i), operands.get(i).shape(), expected, i, "cotangent " + cotangent.shape());
            }
        }

        /** The operands are parameters, and each sample i has a cotangent s_i of its own: g(x) = Σ s_i y. */
        void compareLifted(Shape own) {
            TensorType type = output.type().withShape(own.prepend(SAMPLES));
            Value s = Value.input("s", type);
            Tensor cotangents = Sampling.uniform(type, random);
            Value product = Ops.mul(output, s);
            BatchFlow flow = BatchFlow.track(Map.of(s, BatchAxis.at(0)), List.of(product), SAMPLES);
            Value seed = Ops.filled(
                    output.type().withShape(Shape.ones(product.shape().rank())), 1);
            Map<String, Tensor> all = new LinkedHashMap<>(inputs);
            all.put("s", cotangents);
            Map<String, Tensor> found = run(Gradients.of(product, seed, operands, flow), all, s);
            double[] full = repeated(cotangents, output.shape().prepend(SAMPLES));
            int size = full.length / (int) SAMPLES;
            for (int i = 0; i < operands.size(); i++) {
                double[][] jacobian = jacobian(i);
                double[] expected = new double[jacobian.length * (int) SAMPLES];
                for (int n = 0; n < SAMPLES; n++) {
                    double[] cotangent = Arrays.copyOfRange(full, n * size, (n + 1) * size);
                    double[] row = FiniteDifferences.pulledBack(jacobian, cotangent);
                    System.arraycopy(row, 0, expected, n * row.length, row.length);
                }
                Shape shape = operands.get(i).shape().prepend(SAMPLES);
                verify(found.get("g" + i), shape, expected, i, "sample axis in front, cotangent " + type.shape());
            }
        }

        private Map<String, Tensor> run(Map<Value, Accumulator> gradients, Map<String, Tensor> feeds, Value... more) {
            List<Value> graphInputs = new ArrayList<>(operands);
            graphInputs.addAll(List.of(more));
            Map<String, Value> outputs = new LinkedHashMap<>();
            for (int i = 0; i < operands.size(); i++) {
                Accumulator gradient = gradients.get(operands.get(i));
                assertTrue(gradient != null, check + ": no cotangent of input " + (i + 1));
                outputs.put("g" + i, gradient.full());
            }
            return Runner.run(new Graph("gradient", graphInputs, outputs), feeds);
        }

        private double[][] jacobian(int operand) {
            if (jacobians[operand] == null) {
                Graph forward = new Graph("forward", operands, Map.of("y", output));
                try (Runner runner = Runner.of(forward)) {
                    jacobians[operand] = FiniteDifferences.jacobian(runner, "y", inputs, "x" + operand);
                }
            }
            return jacobians[operand];
        }

        private final double[][][] jacobians = new double[8][][];

        private void verify(Tensor found, Shape shape, double[] expected, int operand, String how) {
            String where = check + ", cotangent of input " + (operand + 1) + " (" + how + ", seed " + SEED + ")";
            assertEquals(shape, found.shape(), where);
            String worst = FiniteDifferences.worst(found.numbers(), expected, check.tolerance());
            if (worst != null) {
                fail(where + ": " + worst);
            }
        }
    }

    /** The elements of a tensor broadcast to a shape of its rank. */
    private static double[] repeated(Tensor tensor, Shape shape) {
        double[] result = new double[(int) shape.elements()];
        for (int i = 0; i < result.length; i++) {
            long rest = i;
            long at = 0;
            long stride = 1;
            for (int axis = shape.rank() - 1; axis >= 0; axis--) {
                long coordinate = rest % shape.dim(axis);
                rest /= shape.dim(axis);
                at += (tensor.shape().dim(axis) == 1 ? 0 : coordinate) * stride;
                stride *= tensor.shape().dim(axis);
            }
            result[i] = tensor.number(at);
        }
        return result;
    }

    // ---- operators without a gradient

    private static final Map<String, UnaryOperator<Value>> WITHOUT_GRADIENT = new TreeMap<>();

    static {
        List.of("Ceil", "Floor", "Round", "Sign")
                .forEach(operator -> WITHOUT_GRADIENT.put(operator, x -> Ops.unary(operator, x)));
        List.of("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")
                .forEach(operator -> WITHOUT_GRADIENT.put(
                        operator, x -> number(truth(operator, x, Ops.scalar(x.dataType(), 0)), x)));
        List.of("And", "Or", "Xor")
                .forEach(operator ->
                        WITHOUT_GRADIENT.put(operator, x -> number(truth(operator, positive(x), positive(x)), x)));
        WITHOUT_GRADIENT.put("Not", x -> number(Ops.not(positive(x)), x));
        List.of("IsNaN", "IsInf")
                .forEach(operator -> WITHOUT_GRADIENT.put(operator, x -> number(truth(operator, x), x)));
        WITHOUT_GRADIENT.put(
                "Shape", x -> number(integers("Shape", Shape.of(x.shape().rank()), x), x));
        for (String operator : List.of("BitwiseAnd", "BitwiseOr", "BitwiseXor")) {
            WITHOUT_GRADIENT.put(operator, x -> number(bitwise(operator, x, true), x));
        }
        WITHOUT_GRADIENT.put("BitwiseNot", x -> number(bitwise("BitwiseNot", x, false), x));
        WITHOUT_GRADIENT.put("Hardmax", x -> Ops.unary("Hardmax", x));
        WITHOUT_GRADIENT.put("ArgMax", x -> number(integers("ArgMax", Shape.of(1, 3), x), x));
        WITHOUT_GRADIENT.put("ArgMin", x -> number(integers("ArgMin", Shape.of(1, 3), x), x));
        // Four of the six numbers are not zero.
        WITHOUT_GRADIENT.put("NonZero", x -> number(integers("NonZero", Shape.of(2, 4), x), x));
        WITHOUT_GRADIENT.put("Size", x -> number(integers("Size", Shape.SCALAR, x), x));
        WITHOUT_GRADIENT.put(
                "ConstantOfShape",
                x -> Ops.node(
                        "ConstantOfShape",
                        x.type(),
                        Attributes.NONE,
                        integers("Shape", Shape.of(x.shape().rank()), x)));
    }

    /** Of the numbers cut to integers. */
    private static Value bitwise(String operator, Value x, boolean two) {
        TensorType type = new TensorType(DataType.INT64, x.shape());
        Value whole = Ops.cast(x, DataType.INT64);
        Value[] operands = two ? new Value[] {whole, Ops.scalar(DataType.INT64, 6)} : new Value[] {whole};
        return new Node("", operator, null, List.of(operands), Attributes.NONE, List.of(type), null, 18).output();
    }

    private static Value positive(Value x) {
        return Ops.greater(x, Ops.scalar(x.dataType(), 0));
    }

    private static Value truth(String operator, Value... operands) {
        return Ops.node(operator, new TensorType(DataType.BOOL, operands[0].shape()), Attributes.NONE, operands);
    }

    private static Value integers(String operator, Shape shape, Value x) {
        return Ops.node(operator, new TensorType(DataType.INT64, shape), Attributes.NONE, x);
    }

    private static Value number(Value x, Value like) {
        return Ops.cast(x, like.dataType());
    }

    static Stream<String> withoutGradient() {
        return WITHOUT_GRADIENT.keySet().stream();
    }

    @Test
    void everyNonDifferentiableOperatorIsListed() {
        assertEquals(Rules.nonDifferentiable(), WITHOUT_GRADIENT.keySet(), "operators said to have no gradient");
    }

    @ParameterizedTest
    @MethodSource("withoutGradient")
    void noGradientGoesThrough(String operator) {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 2, 3));
        Value output = WITHOUT_GRADIENT.get(operator).apply(x);
        Tensor numbers = Tensor.floats(x.shape(), -2, 0, 0.4f, 3, 0, 1);
        Tensor ran = Runner.run(new Graph("forward", List.of(x), Map.of("y", output)), Map.of("x", numbers))
                .get("y");
        assertEquals(output.type(), ran.type());
        Value seed = Ops.filled(output.type(), 1);
        assertTrue(Gradients.of(output, seed, List.of(x), BatchFlow.none()).isEmpty(), operator);
        // Beside a way through, it adds nothing.
        Value both = Ops.add(Ops.reduceSum(output, false, all(output)), Ops.reduceSum(x, false, 0, 1));
        Value one = Ops.scalar(x.dataType(), 1);
        Value gradient =
                Gradients.of(both, one, List.of(x), BatchFlow.none()).get(x).full();
        Tensor found = Runner.run(new Graph("gradient", List.of(x), Map.of("g", gradient)), Map.of("x", numbers))
                .get("g");
        assertEquals("[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]", Arrays.toString(found.numbers()));
    }

    private static int[] all(Value x) {
        return java.util.stream.IntStream.range(0, x.shape().rank()).toArray();
    }
}
