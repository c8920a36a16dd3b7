package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.onnx.DataType;
import vintk.onnx.Shape;

/** What a few samples tell of a model: a loss of precision, and outputs that are no numbers. */
class TrialTest {
    private static final float[] DATA = {0.5f, -1.25f, 0.75f, 2.5f, -0.375f, 1.5f, 1.125f, -2, 0.25f};

    @TempDir
    private Path folder;

    private OnnxNetwork network(TestModel model) throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, model.build().toByteArray());
        return OnnxNetwork.read(file);
    }

    private static TestModel model() {
        return TestModel.opset(17).input("x", -1, 3).weight("w", 3, 2);
    }

    private KernelMatrix kernel(TestModel model) throws IOException {
        try (KernelEngine engine = KernelEngine.open(network(model), 3, Shape.of(3), KernelOptions.defaults())) {
            return engine.compute(DATA);
        }
    }

    @Test
    void roundingThatDecidesIsSaid() throws IOException {
        TestModel model = model().scalar("much", 1e5f)
                .node("Mul", "large", "x", "much")
                .node("Sin", "folded", "large")
                .node("MatMul", "y", "folded", "w")
                .output("y");
        List<String> remarks = kernel(model).remarks();
        assertEquals(1, remarks.size(), remarks::toString);
        assertTrue(remarks.get(0).startsWith("output 'y' changes by 0.0"), remarks.get(0));
    }

    @Test
    void otherModelsAreNotRemarkedOn() throws IOException {
        TestModel model = model().layer("y", "x", "w").output("y");
        assertEquals(List.of(), kernel(model).remarks());
    }

    @Test
    void whichOfSeveralOutputsIsSaid() throws IOException {
        TestModel model =
                model().layer("y", "x", "w").output("y").node("Tanh", "z", "y").output("z");
        assertEquals(
                List.of("of 2 outputs (y, z) 'y' is scored; --output NAME takes another"),
                kernel(model).remarks());
        KernelOptions chosen = KernelOptions.defaults().withParameters(ParameterFilter.ALL, Optional.of("z"));
        try (KernelEngine engine = KernelEngine.open(network(model), 3, Shape.of(3), chosen)) {
            assertEquals(List.of(), engine.compute(DATA).remarks());
        }
    }

    /** Each sample with each, as the logits of two encoders: what one sample's numbers are is not defined. */
    @Test
    void anOutputOfAnotherShapeInABatchIsSaid() throws IOException {
        TestModel model = model().node("MatMul", "y", "x", "w")
                .output("y")
                .node("Transpose", "t", "y")
                .node("MatMul", "each", "y", "t")
                .output("each");
        ModelException thrown =
                assertThrows(ModelException.class, () -> network(model).tried(DATA, Shape.of(3), "each", 1));
        assertEquals(
                "samples influence each other: output 'each' has another shape in a batch, 4 numbers for 2 samples and 1 for one"
                        + " alone, so no kernel is defined; --output takes another: y",
                thrown.getMessage());
    }

    /** An integer that is moved by as little as rounding does is another one. */
    @Test
    void idsAreNotMoved() throws IOException {
        TestModel model = TestModel.opset(17)
                .input(DataType.INT64, "x", -1, 3)
                .weight("table", 9, 2)
                .node("Gather", "rows", "table", "x")
                .node("Tanh", "y", "rows")
                .output("y");
        float[] ids = {1, 2, 3, 4, 5, 6, 7, 8, 1};
        assertEquals(
                Optional.empty(), network(model).tried(ids, Shape.of(3), "y", 1).remark());
    }

    @Test
    void anOutputThatIsNoNumberHasNoKernel() throws IOException {
        TestModel model =
                model().node("MatMul", "h", "x", "w").node("Log", "y", "h").output("y");
        assertTrue(kernel(model().node("MatMul", "h", "x", "w")
                                .node("Tanh", "y", "h")
                                .output("y"))
                        .values()[0]
                > 0);
        ModelException thrown = assertThrows(ModelException.class, () -> kernel(model));
        assertEquals(ModelException.Kind.NON_FINITE, thrown.kind());
        assertTrue(thrown.getMessage().endsWith("output 'y' is NaN, though its gradient is not"), thrown::getMessage);
    }

    /** One that is infinite may be what a mask makes. */
    @Test
    void infiniteOutputsAreNumbers() throws IOException {
        TestModel model = model().numbers("mask", 0, Float.NEGATIVE_INFINITY)
                .node("MatMul", "h", "x", "w")
                .node("Add", "y", "h", "mask")
                .output("y");
        Trial.Found found = network(model).tried(DATA, Shape.of(3), "y", 1);
        assertEquals(new Trial.Found(true, true, false, Optional.empty()), found);
    }

    /** The same for all samples, it would make what they do to each other look small. */
    @Test
    void anOffsetHidesNoInfluence() throws IOException {
        TestModel model = model().numbers("offset", 3000, 3000)
                .node("ReduceMean", "mean", "x")
                .with("axes", new long[] {0})
                .node("Sub", "centred", "x", "mean")
                .node("MatMul", "h", "centred", "w")
                .node("Add", "y", "h", "offset")
                .output("y");
        ModelException thrown =
                assertThrows(ModelException.class, () -> network(model).tried(DATA, Shape.of(3), "y", 1));
        assertTrue(thrown.getMessage().startsWith("samples influence each other"), thrown::getMessage);
    }

    /** Rounding of a large offset, and of a network that multiplies it, is no influence. */
    @Test
    void roundingIsNoInfluence() throws IOException {
        TestModel large = model().numbers("offset", 1e7f, 1e7f)
                .node("MatMul", "h", "x", "w")
                .node("Add", "y", "h", "offset")
                .output("y");
        assertEquals(
                Optional.empty(),
                network(large).tried(DATA, Shape.of(3), "y", 1).remark());
    }

    /** However little the outputs of a Softmax differ: rounding of their sum is then as large as that. */
    @ParameterizedTest
    @ValueSource(floats = {1, 1e-3f, 1e-5f})
    void sumsThatAreTheSame(float scale) throws IOException {
        TestModel logits = TestModel.opset(17)
                .input("x", -1, 3)
                .weight("w", 3, 50)
                .scalar("scale", scale)
                .node("MatMul", "h", "x", "w")
                .node("Mul", "logits", "h", "scale");
        assertFalse(network(logits.output("logits"))
                .tried(DATA, Shape.of(3), "logits", 1)
                .sameSum());
        TestModel softmax =
                logits.node("Softmax", "y", "logits").with("axis", -1).output("y");
        assertTrue(network(softmax).tried(DATA, Shape.of(3), "y", 1).sameSum());
    }

    /** NaN hides what depends on other samples, and is no other batch's. */
    @Test
    void aBatchWithoutNumbersSaysNothingOfTheNext() throws IOException {
        Network network = network(
                model().node("Log", "h", "x").node("MatMul", "y", "h", "w").output("y"));
        float[] good = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        float[] bad = {1, 2, 3, -4, 5, 6, 7, 8, 9};
        try (KernelEngine fresh = KernelEngine.open(network, 3, Shape.of(3), KernelOptions.defaults());
                KernelEngine used = KernelEngine.open(network, 3, Shape.of(3), KernelOptions.defaults())) {
            assertTrue(Double.isNaN(used.compute(bad).values()[4]));
            assertArrayEquals(fresh.compute(good).values(), used.compute(good).values());
        }
    }

    @Test
    void equalSamplesDoNotHideThatOthersInfluenceEachOther() throws IOException {
        Network network = network(model().node("ReduceMean", "mean", "x")
                .with("axes", new long[] {0})
                .node("Sub", "centred", "x", "mean")
                .node("MatMul", "h", "centred", "w")
                .node("Tanh", "y", "h")
                .output("y"));
        try (KernelEngine engine = KernelEngine.open(network, 3, Shape.of(3), KernelOptions.defaults())) {
            engine.compute(new float[] {1, 2, 3, 1, 2, 3, 1, 2, 3});
            assertTrue(assertThrows(ModelException.class, () -> engine.compute(DATA))
                    .getMessage()
                    .contains("samples influence each other"));
        }
    }
}
