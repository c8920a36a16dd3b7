package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Small models whose kernels can be written down. */
class CornersTest {
    private static final float[] SAMPLES = {0, 2, 3, 4};

    /** Of x and of x W, both rows of SAMPLES: two outputs, so each scalar product twice. */
    private static final double[] LINEAR = {8, 16, 16, 50};

    @TempDir
    private Path folder;

    private double[] kernel(TestModel model, float[] samples, int width) throws IOException {
        Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(file);
        int count = samples.length / width;
        try (KernelEngine engine = KernelEngine.open(network, count, Shape.of(width), KernelOptions.defaults())) {
            return engine.compute(samples).values();
        }
    }

    private static TestModel linear() {
        return TestModel.opset(17).input("x", -1, 2).weight("w", 2, 2).node("MatMul", "m", "x", "w");
    }

    /** p ≡ 1, whatever the base: at 0 too, where 0 · 0⁻¹ is no number. */
    @Test
    void powersOfZero() throws IOException {
        TestModel one = TestModel.opset(17)
                .input("x", -1, 2)
                .weight("w", 2)
                .node("Mul", "m", "x", "w")
                .scalar("zero", 0)
                .node("Pow", "p", "m", "zero")
                .node("Add", "y", "p", "m")
                .output("y");
        assertArrayEquals(new double[] {4, 8, 8, 25}, kernel(one, SAMPLES, 2), 1e-5);
        TestModel several = TestModel.opset(17)
                .input("x", -1, 2)
                .weight("w", 2)
                .node("Mul", "m", "x", "w")
                .numbers("exponents", 0, 1)
                .node("Pow", "y", "m", "exponents")
                .output("y");
        assertArrayEquals(new double[] {4, 8, 8, 16}, kernel(several, SAMPLES, 2), 1e-5);
    }

    /** Those that DequantizeLinear makes numbers of count; what else reads integers does not tell that they are weights. */
    @Test
    void weightsThatStayIntegersAreSaid() throws IOException {
        TestModel model = TestModel.opset(17)
                .input("x", -1, 2)
                .weight("bias", 2)
                .initializer("stored", Tensor.of(TensorType.of(DataType.INT8, 2, 2), 10, -20, 30, 40))
                .scalar("scale", 0.1f)
                .node("Cast", "cast", "stored")
                .with("to", DataType.FLOAT.code())
                .node("Mul", "w", "cast", "scale")
                .node("MatMul", "m", "x", "w")
                .node("Add", "n", "m", "bias")
                .initializer("stored bias", Tensor.of(TensorType.of(DataType.INT32, 2), 1, 2))
                .node("DequantizeLinear", "other bias", "stored bias", "scale")
                .node("Add", "y", "n", "other bias")
                .output("y");
        OnnxNetwork network = OnnxNetwork.read(
                Files.write(folder.resolve("m.onnx"), model.build().toByteArray()));
        assertEquals(
                List.of(
                        "weights stored as integers do not count (1 that Cast or DequantizeLinear reads): the kernel is of the"
                                + " other parameters alone"),
                network.remarks());
        try (KernelEngine engine = KernelEngine.open(network, 2, Shape.of(2), KernelOptions.defaults())) {
            assertEquals(List.of("bias", "other bias"), engine.compute(SAMPLES).parameters());
        }
    }

    /** The ones and zeros of two group normalisations, as PyTorch's exporters and optimisers name them, are no parameters untied either. */
    @ParameterizedTest
    @ValueSource(strings = {"val_%d", "/norm/Constant_%d_output_0"})
    void onesOfGroupNormalisations(String name) throws IOException {
        TestModel model = ParameterModels.groupedTwice(name.formatted(1), name.formatted(2));
        Path file = Files.write(folder.resolve("m.onnx"), model.build().toByteArray());
        for (boolean apart : new boolean[] {false, true}) {
            OnnxNetwork network = OnnxNetwork.read(file, ModelInputs.DEFAULT.untied(apart));
            assertEquals(List.of(), network.remarks());
            try (KernelEngine engine = KernelEngine.open(network, 2, Shape.of(3, 4), KernelOptions.defaults())) {
                float[] samples = TestModel.noise("samples", 2, 3, 4);
                assertEquals(List.of("w", "u", "v"), engine.compute(samples).parameters());
            }
        }
    }

    /** Of a TopK of weights the places are known beforehand, the values are not. */
    @Test
    void placesOfWeights() throws IOException {
        TestModel model = TestModel.opset(17)
                .input("x", -1, 2)
                .initializer("w", Tensor.floats(Shape.of(3, 2), 1, 6, 2, 5, 3, 4))
                .longs("two", 2)
                .node("TopK", "largest,places", "w", "two")
                .with("axis", 0)
                .node("MatMul", "y", "x", "largest")
                .output("y");
        assertArrayEquals(LINEAR, kernel(model, SAMPLES, 2), 1e-5);
    }

    @ParameterizedTest
    @EnumSource(names = {"DOUBLE", "FLOAT16"})
    void outputsOfAnotherPrecision(DataType type) throws IOException {
        TestModel model = linear().node("Cast", "y", "m").with("to", type.code());
        model.output("y");
        Path file = folder.resolve("typed.onnx");
        ModelProto.Builder proto = model.build().toBuilder();
        proto.getGraphBuilder()
                .getOutputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .setElemType(type.code());
        Files.write(file, proto.build().toByteArray());
        try (KernelEngine engine =
                KernelEngine.open(OnnxNetwork.read(file), 2, Shape.of(2), KernelOptions.defaults())) {
            assertArrayEquals(LINEAR, engine.compute(SAMPLES).values(), 1e-5);
        }
    }

    /** As autocast writes it: float32 weights, and gradients beyond what half holds. */
    @Test
    void halfBetweenCasts() throws IOException {
        TestModel model = TestModel.opset(17)
                .input("x", -1, 2)
                .weight("w", 2, 2)
                .node("Cast", "xh", "x")
                .with("to", DataType.FLOAT16.code())
                .node("Cast", "wh", "w")
                .with("to", DataType.FLOAT16.code())
                .node("MatMul", "mh", "xh", "wh")
                .node("Cast", "m", "mh")
                .with("to", DataType.FLOAT.code())
                .scalar("factor", 1e5f)
                .node("Mul", "y", "m", "factor")
                .output("y");
        double[] scaled = new double[LINEAR.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = 1e10 * LINEAR[i];
        }
        assertArrayEquals(scaled, kernel(model, SAMPLES, 2), 1e5);
    }

    /** What is all zeros, or no number, for a sample alone: the mean over the batch is the sample then. */
    @Test
    void samplesThatInfluenceEachOther() {
        TestModel centred = linear().node("ReduceMean", "mean", "m")
                .with("axes", new long[] {0})
                .node("Sub", "y", "m", "mean")
                .output("y");
        TestModel scaled = linear().node("ReduceMean", "mean", "m")
                .with("axes", new long[] {0})
                .node("Sub", "c", "m", "mean")
                .node("ReduceL2", "s", "c")
                .with("axes", new long[] {0})
                .node("Div", "y", "c", "s")
                .output("y");
        // Relative to what is there: together, where a sample alone is nothing.
        assertInfluence(centred, "differs by 1.0 (relative)");
        assertInfluence(scaled, "differs by Infinity");
    }

    private void assertInfluence(TestModel model, String difference) {
        ModelException e = assertThrows(ModelException.class, () -> kernel(model, SAMPLES, 2));
        assertTrue(e.getMessage().contains("samples influence each other"), e.getMessage());
        assertTrue(e.getMessage().contains(difference), e.getMessage());
    }
}
