package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/**
 * Small files with what exporters write around the operators: the import must not change what they compute, and both
 * engines must give the kernel that finite differences of the file itself give in ONNX Runtime.
 */
class ExportedModelsTest {
    private static final int N = ExportedModel.SAMPLES;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource({
        "vintk.runtime.ControlFlowModels#cases",
        "vintk.runtime.DilationModels#cases",
        "vintk.runtime.FunctionModels#cases",
        "vintk.runtime.InputModels#cases",
        "vintk.runtime.ParameterModels#cases",
        "vintk.runtime.PoolModels#cases",
        "vintk.runtime.SaidModels#cases",
        "vintk.runtime.SequenceModels#cases"
    })
    void importedAsItIs(ExportedModel model) throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, model.file.build().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(file, model.inputs());
        checkOutputs(model, network);
        double[] kernel = new double[N * N];
        long parameters = reference(model, kernel);
        KernelMatrix auto = kernel(model, network, KernelOptions.Engine.AUTO);
        check(model, kernel, parameters, auto);
        assertEquals(model.engine, auto.engine(), auto.reason());
        if (auto.engine().equals("batched")) {
            check(model, kernel, parameters, kernel(model, network, KernelOptions.Engine.PER_SAMPLE));
        }
    }

    @Test
    void aLoopThatMayNeverEndIsRefused() throws IOException {
        assertRefused(ControlFlowModels.endless(), Shape.of(3), "Loop 'y': how often it runs depends on the data");
    }

    @Test
    void aMeanThatNoPaddingGivesIsRefused() throws IOException {
        assertRefused(PoolModels.unsupported(), Shape.of(2, 5, 5), "its last window begins in the padding on one axis");
    }

    @Test
    void anElementThatDataChooseIsRefused() throws IOException {
        assertRefused(SequenceModels.unsupported(), Shape.of(4), "sequences of tensors");
    }

    /** ONNX Runtime divides by their size, and would end the process. */
    @Test
    void partsOfNoElementsAreRefused() throws IOException {
        for (TestModel model : SequenceModels.ofNoElements()) {
            Path file = folder.resolve("model.onnx");
            Files.write(file, model.build().toByteArray());
            OnnxNetwork network = OnnxNetwork.read(file);
            ModelException thrown = assertThrows(
                    ModelException.class, () -> KernelEngine.open(network, N, Shape.of(4), KernelOptions.defaults()));
            assertTrue(thrown.getMessage().contains("SplitToSequence 's': parts of 0 elements"), thrown::getMessage);
        }
    }

    private void assertRefused(TestModel model, Shape sample, String words) throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, model.build().toByteArray());
        OnnxNetwork network = OnnxNetwork.read(file);
        ModelException thrown = assertThrows(
                ModelException.class, () -> KernelEngine.open(network, N, sample, KernelOptions.defaults()));
        assertEquals(ModelException.Kind.UNSUPPORTED_OPERATOR, thrown.kind());
        assertTrue(thrown.getMessage().contains(words), thrown::getMessage);
    }

    private static void check(ExportedModel model, double[] expected, long parameters, KernelMatrix kernel) {
        assertEquals(
                parameters,
                kernel.elements(),
                () -> "counted " + kernel.parameters() + ", left out " + kernel.leftOut());
        double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertTrue(scale > 1e-3, () -> "the reference is nearly zero: " + scale);
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(expected[i] - kernel.values()[i]) / scale;
            int at = i;
            assertTrue(
                    error < model.tolerance,
                    () -> kernel.engine() + " (" + kernel.reason() + "): error " + error + " at " + at + " of\n"
                            + Arrays.toString(kernel.values()) + ", should be\n" + Arrays.toString(expected));
        }
    }

    private static KernelMatrix kernel(ExportedModel model, OnnxNetwork network, KernelOptions.Engine engine) {
        KernelOptions options = KernelOptions.defaults().withEngine(engine).withSession(SessionSettings.of(1));
        try (KernelEngine open = KernelEngine.open(network, N, model.sample, options)) {
            return open.compute(model.data());
        }
    }

    /** The kernel by finite differences, and how many numbers have a gradient. */
    private static long reference(ExportedModel model, double[] kernel) {
        int block = Math.max(1, model.block);
        List<Map<String, PerturbedModel.Feed>> rounds = new ArrayList<>();
        for (int from = 0; from < N; from += block) {
            rounds.add(model.feeds(from, block));
        }
        long parameters = 0;
        PerturbedModel original = new PerturbedModel(model.twin.build());
        for (Map.Entry<String, double[][]> tensor :
                original.jacobian(rounds, block, model.step).entrySet()) {
            double[][] columns = tensor.getValue();
            boolean reached =
                    Arrays.stream(columns).flatMapToDouble(Arrays::stream).anyMatch(x -> x != 0);
            if (!reached || model.constants.contains(tensor.getKey())) {
                continue;
            }
            parameters += columns.length;
            for (double[] column : columns) {
                for (int i = 0; i < N * N; i++) {
                    kernel[i] += column[i / N] * column[i % N];
                }
            }
        }
        return model.counted > 0 ? model.counted : parameters;
    }

    /** All samples at once where the file takes them, else as many as it does. */
    private static void checkOutputs(ExportedModel model, OnnxNetwork network) {
        int samples = model.block > 0 || model.axis < 0 ? Math.max(1, model.block) : N;
        Map<String, PerturbedModel.Feed> feeds = model.feeds(0, samples);
        double[] expected = new PerturbedModel((model.unrun ? model.twin : model.file).build()).run(feeds);
        Graph graph = network.graph(samples, model.sample);
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try (Session session = new Session(
                ModelWriter.model(graph).toByteArray(), SessionSettings.of(1).withOptimised())) {
            for (Value input : graph.inputs()) {
                tensors.put(
                        input.name(),
                        Tensors.of(
                                input.dataType(),
                                input.shape(),
                                0,
                                feeds.get(input.name()).data()));
            }
            try (OrtSession.Result result = session.run(tensors)) {
                double[] actual = Tensors.copy((OnnxTensor) result.get(0)).numbers();
                assertEquals(expected.length, actual.length);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(expected[i], actual[i], model.tolerance / 20, "output element " + i);
                }
            }
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }
}
