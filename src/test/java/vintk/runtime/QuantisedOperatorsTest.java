package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.proto.Preparation;

/** Operators of quantised numbers against the operators of floats that stand for them, both run by ONNX Runtime. */
class QuantisedOperatorsTest {
    private static final double STEP = 0.05;

    private static final Shape IMAGE = Shape.of(2, 4, 6, 6);

    @TempDir
    private Path folder;

    /**
     * One operator.
     *
     * @param x what it is given
     * @param op adds it, from q, of scale xs and zero point xz, to r, of scale ys and zero point yz
     */
    record Case(String name, Shape x, DataType type, UnaryOperator<TestModel> op) {
        @Override
        public String toString() {
            return name + " " + type;
        }

        ModelProto model() {
            long middle = type == DataType.UINT8 ? 120 : -3;
            TestModel model = TestModel.opset(17)
                    .imports("com.microsoft", 1)
                    .input("x", x.dims())
                    .scalar("xs", 0.03f)
                    .scalar("ys", (float) STEP)
                    .initializer("xz", Tensor.of(new TensorType(type, Shape.SCALAR), middle))
                    .initializer("yz", Tensor.of(new TensorType(type, Shape.SCALAR), middle + 5))
                    .node("QuantizeLinear", "q", "x", "xs", "xz");
            return op.apply(model)
                    .node("DequantizeLinear", "y", "r", "ys", "yz")
                    .output("y")
                    .build();
        }
    }

    private static Tensor integers(DataType type, int from, long... dims) {
        Shape shape = Shape.of(dims);
        return Tensor.of(
                new TensorType(type, shape),
                IntStream.range(0, (int) shape.elements())
                        .mapToDouble(i -> from + 37 * i % 41)
                        .toArray());
    }

    static List<Case> cases() {
        return List.of(
                new Case("QLinearConv", IMAGE, DataType.UINT8, m -> m.initializer(
                                "w", integers(DataType.INT8, -20, 3, 4, 3, 3))
                        .numbers("ws", 0.01f, 0.02f, 0.015f)
                        .initializer("wz", integers(DataType.INT8, 0, 3))
                        .initializer("b", integers(DataType.INT32, 100, 3))
                        .node("QLinearConv", "r", "q", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b")
                        .with("pads", new long[] {1, 1, 1, 1})),
                new Case("QLinearConv without a bias", IMAGE, DataType.INT8, m -> m.initializer(
                                "w", integers(DataType.INT8, -20, 3, 4, 1, 1))
                        .scalar("ws", 0.02f)
                        .initializer("wz", Tensor.of(TensorType.of(DataType.INT8), 0))
                        .node("QLinearConv", "r", "q", "xs", "xz", "w", "ws", "wz", "ys", "yz")),
                new Case("QLinearConv with one zero point", IMAGE, DataType.UINT8, m -> m.initializer(
                                "w", integers(DataType.INT8, -20, 3, 4, 3, 3))
                        .numbers("ws", 0.01f, 0.02f, 0.015f)
                        .initializer("wz", Tensor.of(TensorType.of(DataType.INT8), 3))
                        .initializer("b", integers(DataType.INT32, 100, 3))
                        .node("QLinearConv", "r", "q", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b")),
                new Case("QLinearConv with one scale", IMAGE, DataType.UINT8, m -> m.initializer(
                                "w", integers(DataType.INT8, -20, 3, 4, 3, 3))
                        .scalar("ws", 0.01f)
                        .initializer("wz", Tensor.of(TensorType.of(DataType.INT8, 3), 0, 0, 0))
                        .node("QLinearConv", "r", "q", "xs", "xz", "w", "ws", "wz", "ys", "yz")),
                new Case("QLinearMatMul", Shape.of(2, 5, 4), DataType.UINT8, m -> m.initializer(
                                "w", integers(DataType.UINT8, 100, 4, 3))
                        .numbers("ws", 0.01f, 0.02f, 0.015f)
                        .initializer("wz", integers(DataType.UINT8, 110, 3))
                        .node("QLinearMatMul", "r", "q", "xs", "xz", "w", "ws", "wz", "ys", "yz")),
                new Case("QGemm", Shape.of(2, 4), DataType.UINT8, m -> m.initializer(
                                "w", integers(DataType.INT8, -20, 3, 4))
                        .numbers("ws", 0.01f, 0.02f, 0.015f)
                        .initializer("wz", integers(DataType.INT8, 0, 3))
                        .initializer("b", integers(DataType.INT32, 100, 3))
                        .node("com.microsoft.QGemm", "r", "q", "xs", "xz", "w", "ws", "wz", "b", "ys", "yz")
                        .with("transB", 1)
                        .with("alpha", 0.5f)),
                new Case("QGemm with a bias of two axes", Shape.of(2, 4), DataType.UINT8, m -> m.initializer(
                                "w", integers(DataType.INT8, -20, 4, 3))
                        .numbers("ws", 0.01f, 0.02f, 0.015f)
                        .initializer("wz", integers(DataType.INT8, 0, 3))
                        .initializer("b", integers(DataType.INT32, 100, 1, 3))
                        .node("com.microsoft.QGemm", "r", "q", "xs", "xz", "w", "ws", "wz", "b", "ys", "yz")),
                two("Add", DataType.UINT8),
                two("Add", DataType.INT8),
                two("Mul", DataType.UINT8),
                one("Sigmoid", DataType.UINT8, m -> m),
                one("LeakyRelu", DataType.INT8, m -> m.with("alpha", 0.2f)),
                one("GlobalAveragePool", DataType.UINT8, m -> m),
                one("AveragePool", DataType.UINT8, m -> m.with("kernel_shape", new long[] {2, 2})),
                one("Softmax", DataType.UINT8, m -> m.with("axis", 1).with("opset", 13)),
                new Case("QLinearConcat", IMAGE, DataType.UINT8, m -> m.node(
                                "com.microsoft.QLinearConcat", "r", "ys", "yz", "q", "xs", "xz", "q", "xs", "xz")
                        .with("axis", 1)),
                new Case("MaxPool between", IMAGE, DataType.UINT8, m -> m.node(
                                "com.microsoft.QLinearSigmoid", "s", "q", "xs", "xz", "ys", "yz")
                        .node("Transpose", "t", "s")
                        .with("perm", new long[] {0, 1, 3, 2})
                        .node("MaxPool", "r", "t")
                        .with("kernel_shape", new long[] {2, 2})),
                new Case("MaxPool of parts, and no other operator", IMAGE, DataType.UINT8, m -> m.node(
                                "DequantizeLinear", "f", "q", "xs", "xz")
                        .node("QuantizeLinear", "p", "f", "ys", "yz")
                        .node("Split", "a,b", "p")
                        .with("axis", 1)
                        .node("Concat", "c", "b", "a")
                        .with("axis", 1)
                        .node("MaxPool", "r", "c")
                        .with("kernel_shape", new long[] {2, 2})));
    }

    private static Case one(String op, DataType type, UnaryOperator<TestModel> attributes) {
        return new Case(
                op,
                IMAGE,
                type,
                m -> attributes.apply(m.node("com.microsoft.QLinear" + op, "r", "q", "xs", "xz", "ys", "yz")));
    }

    private static Case two(String op, DataType type) {
        return new Case(op, IMAGE, type, m -> m.initializer("other", integers(type, -10, 4, 1, 6))
                .scalar("os", 0.02f)
                .initializer("oz", Tensor.of(TensorType.of(type), 7))
                .node("com.microsoft.QLinear" + op, "r", "q", "xs", "xz", "other", "os", "oz", "ys", "yz"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theValuesAreThoseOfTheRuntime(Case each) {
        ModelProto model = each.model();
        ModelProto prepared = Preparation.of(model);
        Set<String> left = prepared.getGraph().getNodeList().stream()
                .map(NodeProto::getOpType)
                .collect(Collectors.toSet());
        assertTrue(left.stream().noneMatch(op -> op.startsWith("QLinear") || op.equals("QGemm")), left.toString());
        // Maxima of integers are none that a gradient goes through.
        Set<String> ofFloats = prepared.getGraph().getNodeList().stream()
                .filter(node -> node.getOpType().equals("DequantizeLinear"))
                .map(node -> node.getOutput(0))
                .collect(Collectors.toSet());
        assertTrue(prepared.getGraph().getNodeList().stream()
                .filter(node -> node.getOpType().equals("MaxPool"))
                .allMatch(node -> ofFloats.contains(node.getInput(0))));
        float[] numbers = TestModel.noise(each.name, each.x.dims());
        float[] expected = run(model, each.x, numbers);
        float[] given = run(prepared, each.x, numbers);
        assertEquals(expected.length, given.length);
        int same = 0;
        for (int i = 0; i < expected.length; i++) {
            double steps = Math.abs(expected[i] - given[i]) / STEP;
            assertTrue(steps < 1.01, expected[i] + " and " + given[i]);
            same += steps < 0.01 ? 1 : 0;
        }
        // What lies in the middle is rounded either way.
        assertTrue(same >= 0.9 * expected.length, same + " of " + expected.length);
        assertTrue(IntStream.range(0, expected.length)
                        .mapToObj(i -> expected[i])
                        .distinct()
                        .count()
                > 3);
    }

    private static float[] run(ModelProto model, Shape shape, float[] numbers) {
        try (GraphRun run = new GraphRun(model, SessionSettings.of(1))) {
            return run.run(Map.of("x", Tensor.floats(shape, numbers))).get("y").toFloats();
        }
    }

    /** Weights count, and their gradient goes through what is quantised behind them. */
    @Test
    void aNetworkOfThemHasAKernel() throws IOException {
        TestModel model = TestModel.opset(17)
                .imports("com.microsoft", 1)
                .input("x", -1, 2)
                .scalar("s", 0.5f)
                .initializer("z", Tensor.of(TensorType.of(DataType.INT8), 0))
                .initializer("w", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 2, 4, 6, 8))
                .initializer("v", Tensor.of(TensorType.of(DataType.INT8, 2, 1), 2, 6))
                .node("QuantizeLinear", "q", "x", "s", "z")
                .node("QLinearMatMul", "h", "q", "s", "z", "w", "s", "z", "s", "z")
                .node("QLinearMatMul", "r", "h", "s", "z", "v", "s", "z", "s", "z")
                .node("DequantizeLinear", "y", "r", "s", "z")
                .output("y");
        Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
        KernelMatrix kernel;
        try (KernelEngine engine =
                KernelEngine.open(OnnxNetwork.read(file), 2, Shape.of(2), KernelOptions.defaults())) {
            kernel = engine.compute(new float[] {1, 2, 3, 1});
        }
        // W = (1 2; 3 4), v = (1, 3): h = x W is (7, 10) and (6, 10), and Θ = h·h' + (x·x') ‖v‖².
        assertEquals(6, kernel.elements());
        assertEquals(
                List.of(49.0 + 100 + 5 * 10, 42.0 + 100 + 5 * 10, 42.0 + 100 + 5 * 10, 36.0 + 100 + 10 * 10),
                list(kernel.values()));
    }

    /** A weight that two operators read is one parameter. */
    @Test
    void sharedWeightsAreOneParameter() throws IOException {
        TestModel model = TestModel.opset(17)
                .input("x", -1, 2)
                .scalar("s", 0.5f)
                .initializer("z", Tensor.of(TensorType.of(DataType.INT8), 0))
                .initializer("w", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 2, 4, 6, 8))
                .node("QuantizeLinear", "q", "x", "s", "z")
                .node("QLinearMatMul", "h", "q", "s", "z", "w", "s", "z", "s", "z")
                .node("QLinearMatMul", "r", "h", "s", "z", "w", "s", "z", "s", "z")
                .node("DequantizeLinear", "y", "r", "s", "z")
                .output("y");
        Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
        try (KernelEngine engine =
                KernelEngine.open(OnnxNetwork.read(file), 1, Shape.of(2), KernelOptions.defaults())) {
            KernelMatrix kernel = engine.compute(new float[] {1, 2});
            assertEquals(4, kernel.elements());
            // W = (1 2; 3 4), so y = x W W; d(1'y)/dW = x (W 1)' + (x W)' 1' = (3 7; 6 14) + (7 7; 10 10).
            assertEquals(List.of(100.0 + 14 * 14 + 16 * 16 + 24 * 24), list(kernel.values()));
        }
    }

    /** Operators of floats have channels first only: another reading of the same numbers would be another network. */
    @Test
    void channelsLastStay() {
        ModelProto model = TestModel.opset(17)
                .imports("com.microsoft", 1)
                .input("x", 2, 3, 3, 4)
                .scalar("s", 0.5f)
                .initializer("z", Tensor.of(TensorType.of(DataType.UINT8), 0))
                .node("QuantizeLinear", "q", "x", "s", "z")
                .node("com.microsoft.QLinearGlobalAveragePool", "r", "q", "s", "z", "s", "z")
                .with("channels_last", 1)
                .node("DequantizeLinear", "y", "r", "s", "z")
                .output("y")
                .build();
        assertTrue(Preparation.of(model).getGraph().getNodeList().stream()
                .anyMatch(node -> node.getOpType().equals("QLinearGlobalAveragePool")));
    }

    /** Values that are made inside of a branch do not hide those that it reads from around it. */
    @Test
    void newNamesHideNone() {
        ModelProto inner = TestModel.opset(17)
                .scalar("s", 0.5f)
                .initializer("z", Tensor.of(TensorType.of(DataType.INT8), 0))
                .initializer("w", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 2, 4, 6, 8))
                .node("QLinearMatMul", "r", "q", "s", "z", "w", "s", "z", "s", "z")
                .node("DequantizeLinear", "d", "r", "s", "z")
                .node("MatMul", "y", "d", "w/float")
                .output("y")
                .build();
        ModelProto prepared = Preparation.of(inner);
        assertTrue(prepared.getGraph().getInitializerList().stream()
                .noneMatch(tensor -> tensor.getName().equals("w/float")));
    }

    /** ONNX Runtime says what is wrong with them. */
    @Test
    void whatLacksInputsIsLeftToTheRuntime() {
        ModelProto model = TestModel.opset(17)
                .imports("com.microsoft", 1)
                .input("x", 2, 2)
                .node("com.microsoft.QLinearAdd", "y", "x")
                .output("y")
                .build();
        ModelProto prepared = Preparation.of(model);
        assertThrows(ModelException.class, () -> new GraphRun(prepared, SessionSettings.of(1)).close());
    }

    private static List<Double> list(double[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }
}
