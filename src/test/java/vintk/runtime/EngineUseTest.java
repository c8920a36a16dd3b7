package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vintk.ntk.KernelGraph;
import vintk.onnx.Graph;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/** Engines and differentiated graphs in a program of somebody else's. */
class EngineUseTest {
    private static final Shape SAMPLE = Shape.of(6);
    private static final float[] ONE = {1, -2, 0.5f, 3, 0, -1};

    @TempDir
    private Path folder;

    private OnnxNetwork network;

    /** Rows of a sample that are mixed: nobody can tell samples apart, if there were several. */
    @BeforeEach
    void read() throws Exception {
        TestModel mixed = TestModel.opset(13)
                .input("x", 1, 6)
                .longs("rows", 2, 3)
                .node("Reshape", "two", "x", "rows")
                .weight("w", 3, 4)
                .layer("h", "two", "w")
                .node("Softmax", "s", "h")
                .with("axis", 0)
                .node("Mul", "hs", "h", "s")
                .longs("flat", 1, -1)
                .node("Reshape", "y", "hs", "flat")
                .output("y");
        network = OnnxNetwork.read(
                Files.write(folder.resolve("m.onnx"), mixed.build().toByteArray()));
    }

    private double kernelOfOne() {
        try (KernelEngine engine = KernelEngine.open(network, 1, SAMPLE, KernelOptions.defaults())) {
            return engine.compute(ONE).values()[0];
        }
    }

    private Graph graph(KernelOptions.Engine engine, int samples, KernelGraph.Output wanted) {
        return Differentiation.graph(
                network, samples, SAMPLE, KernelOptions.defaults().withEngine(engine), List.of(wanted));
    }

    /** One sample's gradient is that of all, with or without being asked for it. */
    @ParameterizedTest
    @EnumSource(names = {"AUTO", "PER_SAMPLE"})
    void graphsOfOneSample(KernelOptions.Engine engine) {
        Map<String, Tensor> feed = Map.of("x", Tensor.floats(Shape.of(1, 6), ONE));
        Graph kernel = graph(engine, 1, KernelGraph.Output.KERNEL);
        assertEquals(
                kernelOfOne(),
                GraphRun.run(kernel, feed, SessionSettings.of(1)).get("kernel").numbers()[0],
                1e-6 * kernelOfOne());
        Graph jacobian = graph(engine, 1, KernelGraph.Output.JACOBIAN);
        assertEquals(Shape.of(1, 3, 4), jacobian.outputs().get("grad/w").shape());
        double sum = 0;
        for (double number : GraphRun.run(jacobian, feed, SessionSettings.of(1))
                .get("grad/w")
                .numbers()) {
            sum += number * number;
        }
        assertEquals(kernelOfOne(), sum, 1e-6 * sum);
    }

    @Test
    void oneSampleAtATimeIsOneSample() {
        ModelException refused = assertThrows(
                ModelException.class, () -> graph(KernelOptions.Engine.PER_SAMPLE, 3, KernelGraph.Output.JACOBIAN));
        assertTrue(refused.getMessage().contains("give --batch 1"), refused.getMessage());
        assertThrows(ModelException.class, () -> graph(KernelOptions.Engine.BATCHED, 1, KernelGraph.Output.JACOBIAN));
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> KernelEngine.open(network, 0, SAMPLE, KernelOptions.defaults()))
                .getMessage()
                .contains("expected 1 or more samples, got 0"));
    }

    /** A batch of one's own for each call: none is closed under another's hands. */
    @Test
    void threadsThatShareAnEngine() throws Exception {
        List<float[]> batches = new ArrayList<>();
        List<double[]> expected = new ArrayList<>();
        try (KernelEngine engine = KernelEngine.open(network, 3, SAMPLE, KernelOptions.defaults())) {
            for (int i = 0; i < 40; i++) {
                float[] batch = new float[18];
                for (int k = 0; k < batch.length; k++) {
                    batch[k] = (float) Math.sin(k + i);
                }
                batches.add(batch);
                expected.add(engine.compute(batches.get(i)).values());
            }
            ExecutorService pool = Executors.newFixedThreadPool(4);
            try {
                List<Callable<double[]>> tasks = batches.stream()
                        .map(batch ->
                                (Callable<double[]>) () -> engine.compute(batch).values())
                        .toList();
                List<Future<double[]>> found = pool.invokeAll(tasks);
                for (int i = 0; i < found.size(); i++) {
                    assertArrayEquals(expected.get(i), found.get(i).get());
                }
            } finally {
                pool.shutdown();
            }
        }
    }

    @Test
    void closedIsClosed() {
        KernelEngine engine = KernelEngine.open(network, 1, SAMPLE, KernelOptions.defaults());
        engine.close();
        engine.close();
        assertTrue(assertThrows(IllegalStateException.class, () -> engine.compute(ONE))
                .getMessage()
                .contains("this engine is closed"));
    }

    @Test
    void anArrayThatIsFilledAgain() {
        try (KernelEngine engine = KernelEngine.open(network, 1, SAMPLE, KernelOptions.defaults())) {
            float[] array = ONE.clone();
            assertEquals(kernelOfOne(), engine.compute(array).values()[0]);
            array[0] = 2;
            double again = engine.compute(array).values()[0];
            assertNotEquals(kernelOfOne(), again);
            assertEquals(engine.compute(array.clone()).values()[0], again);
        }
    }

    /** Samples are counted, not the rows of their outputs. */
    @Test
    void aFullKernelOfTooFewNumbers() {
        KernelOptions full = KernelOptions.defaults().withReduction(Reduction.parse("full"));
        try (KernelEngine engine = KernelEngine.open(network, 2, SAMPLE, full)) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> engine.compute(new float[11]))
                    .getMessage()
                    .contains("expected 2 samples of shape [6], got 11 numbers"));
        }
    }
}
