package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.proto.Preparation;

/** Weights of quantised files count as the numbers that ONNX Runtime's DequantizeLinear makes of their integers. */
class DequantizedWeightsTest {
    private static final Shape WEIGHT = Shape.of(4, 3);

    @TempDir
    private Path folder;

    /**
     * One way to store a weight.
     *
     * @param scales shape of scales and zero points
     * @param axis of the scales, or none
     */
    record Form(long opset, DataType type, Shape scales, boolean zero, Long axis, long block, boolean constant) {
        private TestModel stored() {
            TestModel model = TestModel.opset(opset);
            Tensor integers = integers(WEIGHT, 7, type == DataType.UINT8 || type == DataType.UINT16 ? 100 : 0);
            if (constant) {
                model.constant("q", integers);
            } else {
                model.initializer("q", integers);
            }
            float[] scale = new float[(int) scales.elements()];
            for (int i = 0; i < scale.length; i++) {
                scale[i] = 0.013f * (i + 1);
            }
            model.initializer("s", Tensor.floats(scales, scale));
            if (zero) {
                model.initializer("z", integers(scales, 3, 5));
            }
            model.node("DequantizeLinear", "weight", zero ? new String[] {"q", "s", "z"} : new String[] {"q", "s"});
            if (axis != null) {
                model.with("axis", axis);
            }
            return block > 0 ? model.with("block_size", block) : model;
        }

        private Tensor integers(Shape shape, int step, int from) {
            double[] values = IntStream.range(0, (int) shape.elements())
                    .mapToDouble(i -> from + (i * step) % 23)
                    .toArray();
            return Tensor.of(new TensorType(type, shape), values);
        }
    }

    static List<Form> forms() {
        return List.of(
                new Form(13, DataType.INT8, Shape.SCALAR, false, null, 0, false),
                new Form(10, DataType.UINT8, Shape.SCALAR, true, null, 0, false),
                new Form(13, DataType.UINT8, Shape.of(1), true, 0L, 0, true),
                new Form(13, DataType.INT8, Shape.of(4), true, 0L, 0, false),
                new Form(13, DataType.INT8, Shape.of(3), true, null, 0, true),
                new Form(13, DataType.UINT8, Shape.of(3), true, -1L, 0, false),
                new Form(13, DataType.INT32, Shape.of(4), false, 0L, 0, false),
                new Form(21, DataType.INT16, Shape.of(4), true, 0L, 0, false),
                new Form(21, DataType.UINT16, Shape.of(2, 3), true, 0L, 2, false),
                new Form(21, DataType.INT8, Shape.of(2, 3), true, 0L, 3, false),
                new Form(21, DataType.INT8, Shape.of(4, 2), true, 1L, 2, true));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void theNumbersAreThoseOfTheRuntime(Form form) {
        ModelProto model = form.stored()
                .input("x", WEIGHT.dims())
                .node("Add", "y", "x", "weight")
                .output("y")
                .build();
        float[] expected;
        try (GraphRun run = new GraphRun(model, SessionSettings.of(1))) {
            expected = run.run(Map.of("x", Tensor.floats(WEIGHT, new float[12])))
                    .get("y")
                    .toFloats();
        }
        ModelProto prepared = Preparation.of(model);
        assertTrue(prepared.getGraph().getNodeList().stream()
                .allMatch(node -> node.getOpType().matches("Add|Constant")));
        Tensor weight = prepared.getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getName().equals("weight"))
                .map(TensorReader::read)
                .findFirst()
                .orElseThrow();
        assertEquals(WEIGHT, weight.shape());
        assertArrayEquals(expected, weight.toFloats());
    }

    /** Layers compute with the numbers, so the kernel is that of a file that holds them. */
    @Test
    void theKernelIsThatOfTheNumbers() throws IOException {
        TestModel numbers = TestModel.opset(13)
                .initializer("weight", Tensor.floats(Shape.of(2, 2), 1, -2, 3, 4))
                .initializer("bias", Tensor.floats(Shape.of(2), 0.5f, -1));
        TestModel integers = TestModel.opset(13)
                .initializer("q", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 2, -4, 6, 8))
                .initializer("b", Tensor.of(TensorType.of(DataType.INT32, 2), 1, -2))
                .scalar("half", 0.5f)
                .node("DequantizeLinear", "weight", "q", "half")
                .node("DequantizeLinear", "bias", "b", "half");
        KernelMatrix expected = kernel(numbers);
        KernelMatrix given = kernel(integers);
        assertArrayEquals(expected.values(), given.values());
        assertEquals(List.of("weight", "bias"), given.parameters());
        assertEquals(6, given.elements());
    }

    private KernelMatrix kernel(TestModel model) throws IOException {
        return kernelOf(model.node("MatMul", "m", "x", "weight")
                .node("Add", "n", "m", "bias")
                .node("Tanh", "y", "n"));
    }

    private KernelMatrix kernelOf(TestModel model) throws IOException {
        model.input("x", -1, 2).output("y");
        Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(file);
        assertEquals(List.of(), network.remarks());
        try (KernelEngine engine = KernelEngine.open(network, 2, Shape.of(2), KernelOptions.defaults())) {
            return engine.compute(new float[] {0.1f, 0.2f, -0.3f, 0.4f});
        }
    }

    /** A table that is looked up before its integers become numbers, as ONNX Runtime's quantiser has it, and a weight that is turned. */
    @Test
    void integersMayBeMovedFirst() throws IOException {
        TestModel numbers = TestModel.opset(13)
                .initializer("weight", Tensor.floats(Shape.of(3, 2), 1, -2, 3, 4, 5, -1))
                .initializer("at", Tensor.longs(2, 0))
                .node("Gather", "rows", "weight", "at")
                .node("Transpose", "turned", "rows")
                .node("MatMul", "h", "x", "turned")
                .node("Tanh", "y", "h");
        TestModel integers = TestModel.opset(13)
                .initializer("q", Tensor.of(TensorType.of(DataType.INT8, 3, 2), 3, -3, 7, 9, 11, -1))
                .initializer("at", Tensor.longs(2, 0))
                .scalar("half", 0.5f)
                .initializer("z", Tensor.of(TensorType.of(DataType.INT8), 1))
                .node("Gather", "rows", "q", "at")
                .node("Transpose", "turned", "rows")
                .node("DequantizeLinear", "weight", "turned", "half", "z")
                .node("MatMul", "h", "x", "weight")
                .node("Tanh", "y", "h");
        KernelMatrix expected = kernelOf(numbers);
        KernelMatrix given = kernelOf(integers);
        assertArrayEquals(expected.values(), given.values());
        assertEquals(6, given.elements());
    }

    /** Integers around a branch, or moved where each channel has its scale, do not count, and that is said. */
    @Test
    void whatDoesNotCountIsSaid() throws IOException {
        TestModel turned = TestModel.opset(13)
                .initializer("q", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 2, -4, 6, 8))
                .numbers("s", 0.5f, 0.25f)
                .node("Transpose", "t", "q")
                .node("DequantizeLinear", "weight", "t", "s")
                .initializer("v", Tensor.floats(Shape.of(2, 2), 1, 2, 3, 4))
                .node("MatMul", "h", "x", "weight")
                .node("MatMul", "y", "h", "v")
                .input("x", -1, 2)
                .output("y");
        Path file = Files.write(folder.resolve("t.onnx"), turned.build().toByteArray());
        assertEquals(
                List.of(
                        "weights stored as integers do not count (1 that Cast or DequantizeLinear reads): the kernel is of the other"
                                + " parameters alone"),
                OnnxNetwork.read(file).remarks());
        ModelProto inner = TestModel.opset(13)
                .node("DequantizeLinear", "weight", "q", "half")
                .node("MatMul", "inside", "x", "weight")
                .output("inside")
                .build();
        ModelProto.Builder outer = TestModel.opset(13)
                .initializer("q", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 2, -4, 6, 8))
                .scalar("half", 0.5f)
                .build()
                .toBuilder();
        outer.getGraphBuilder()
                .addNodeBuilder()
                .setOpType("If")
                .addInput("c")
                .addOutput("y")
                .addAttributeBuilder()
                .setName("then_branch")
                .setG(inner.getGraph());
        assertEquals(1, IntegerWeights.of(outer.build()));
    }

    /** Numbers that are quantised and dequantised are no integers of the file. */
    @Test
    void quantisedNumbersAreNoIntegers() throws IOException {
        TestModel model = TestModel.opset(13)
                .initializer("w", Tensor.floats(Shape.of(2, 2), 1, -2, 3, 4))
                .scalar("half", 0.5f)
                .node("QuantizeLinear", "q", "w", "half")
                .node("DequantizeLinear", "weight", "q", "half")
                .node("MatMul", "y", "x", "weight");
        assertEquals(List.of("w"), kernelOf(model).parameters());
    }

    /** Integers that two layers share are one weight, also where each has a DequantizeLinear of its own. */
    @Test
    void sharedIntegersAreOneParameter() throws IOException {
        TestModel numbers = TestModel.opset(13)
                .initializer("weight", Tensor.floats(Shape.of(2, 2), 1, -2, 3, 4))
                .node("MatMul", "h", "x", "weight")
                .node("MatMul", "y", "h", "weight");
        TestModel integers = TestModel.opset(13)
                .initializer("q", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 2, -4, 6, 8))
                .scalar("half", 0.5f)
                .node("DequantizeLinear", "weight", "q", "half")
                .node("DequantizeLinear", "again", "q", "half")
                .node("MatMul", "h", "x", "weight")
                .node("MatMul", "y", "h", "again");
        KernelMatrix expected = kernelOf(numbers);
        KernelMatrix given = kernelOf(integers);
        assertArrayEquals(expected.values(), given.values());
        assertEquals(List.of("weight"), given.parameters());
    }

    /** ONNX Runtime refuses such a file, which must not be taken for a weight. */
    @Test
    void aZeroPointOfAnotherTypeIsLeftToTheRuntime() {
        ModelProto model = TestModel.opset(13)
                .input("x", 2, 2)
                .initializer("q", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 2, -4, 6, 8))
                .scalar("s", 0.5f)
                .initializer("z", Tensor.of(TensorType.of(DataType.UINT8), 1))
                .node("DequantizeLinear", "weight", "q", "s", "z")
                .node("MatMul", "y", "x", "weight")
                .output("y")
                .build();
        assertTrue(Preparation.of(model).getGraph().getNodeList().stream()
                .anyMatch(node -> node.getOpType().equals("DequantizeLinear")));
    }

    /** Scales that the file does not hold: the integers are all there is. */
    @Test
    void whatIsNotConstantStays() {
        ModelProto model = TestModel.opset(13)
                .input("x", 2, 2)
                .input("scale")
                .initializer("q", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 2, -4, 6, 8))
                .node("DequantizeLinear", "weight", "q", "scale")
                .node("MatMul", "y", "x", "weight")
                .output("y")
                .build();
        ModelProto prepared = Preparation.of(model);
        assertEquals(2, prepared.getGraph().getNodeCount());
        assertEquals(1, prepared.getGraph().getInitializerCount());
    }
}
