package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.SharedFolder;
import vintk.input.Npy;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** {@code --untie}: what an exporter wrote once because it was equal. */
class UntieTest {
    @TempDir
    private Path folder;

    /**
     * Two layers with biases of 0, which a file has once or twice.
     *
     * @param weights whether the layers are two
     * @param biases whether they have one each
     */
    private Path file(String name, boolean weights, boolean biases) throws IOException {
        Map<String, Value> stored = new HashMap<>();
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, 3, 4, 4));
        Value h = Ops.matMul(Ops.reduceSum(x, false, 2, 3), stored("in", stored, 3, 6));
        for (String layer : new String[] {"1", "2"}) {
            Value w = stored(weights ? "w" + layer : "w", stored, 6, 6);
            Value b = stored(biases ? "b" + layer : "b", stored, 6);
            h = Ops.unary("Tanh", Ops.add(Ops.matMul(h, w), b));
        }
        Path file = folder.resolve(name + ".onnx");
        ModelWriter.write(ModelWriter.modelOfFreeBatch(new Graph(name, List.of(x), Map.of("y", h))), file);
        return file;
    }

    private static Value stored(String name, Map<String, Value> stored, long... dims) {
        float[] numbers = new float[Math.toIntExact(Shape.of(dims).elements())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = name.startsWith("b") ? 0 : (float) Math.sin(3 + i * name.hashCode());
        }
        return stored.computeIfAbsent(name, n -> Value.initializer(n, Tensor.floats(Shape.of(dims), numbers)));
    }

    private static JsonNode scored(Path model, Object... more) throws IOException {
        List<Object> words = new ArrayList<>(List.of("score", model, "--batch", 4, "--json"));
        words.addAll(List.of(more));
        Shell shell = Shell.vintk(words.toArray());
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        return new ObjectMapper().readTree(shell.out()).path(0);
    }

    private static double vintk(JsonNode result) {
        return result.at("/vintk/mean").asDouble();
    }

    @Test
    void aFileThatSharesScoresAsTheNetwork() throws IOException {
        JsonNode apart = scored(file("apart", true, true));
        Path shared = file("shared", true, false);
        JsonNode once = scored(shared);
        JsonNode untied = scored(shared, "--untie");
        assertEquals(vintk(apart), vintk(untied));
        assertEquals(apart.at("/params").asLong(), untied.at("/params").asLong());
        assertNotEquals(vintk(apart), vintk(once));
        assertEquals("all", once.at("/settings/parameters").asText());
        assertEquals("all untied", untied.at("/settings/parameters").asText());
    }

    /** Where layers share their weights, too, the network may be so. */
    @Test
    void onlyWhatAnExporterMayHaveSharedIsSaid() throws IOException {
        assertEquals(0, scored(file("apart", true, true)).path("warnings").size());
        Path shared = file("shared", true, false);
        assertEquals(0, scored(shared, "--untie").path("warnings").size());
        assertTrue(
                scored(shared).at("/warnings/0").asText().endsWith("if the network has one for each layer: --untie"));
        assertEquals(0, scored(file("tied", false, false)).path("warnings").size());
    }

    /** A mean of images of 0 that an exporter stored with a bias: one parameter has it. */
    @Test
    void statisticsOfImagesAreNoLayers() throws IOException {
        Map<String, Value> stored = new HashMap<>();
        TensorType image = TensorType.of(DataType.FLOAT, 1, 3, 4, 4);
        Value x = Value.input("x", image);
        Value zeros = stored("b", stored, 3, 1, 1);
        Value h = Ops.div(Ops.sub(x, zeros), stored("deviation", stored, 3, 1, 1));
        h = Ops.node("Conv", image, Attributes.NONE, h, stored("w", stored, 3, 3, 1, 1));
        Value y = Ops.unary("Tanh", Ops.add(h, zeros));
        Path file = folder.resolve("images.onnx");
        ModelWriter.write(ModelWriter.modelOfFreeBatch(new Graph("images", List.of(x), Map.of("y", y))), file);
        JsonNode result = scored(file);
        assertFalse(result.path("warnings").toString().contains("--untie"), result.toString());
        assertEquals(9 + 3, result.at("/params").asLong());
    }

    @Test
    void inspectSaysItBeforeScoring() throws IOException {
        Path shared = file("shared", true, false);
        assertTrue(Shell.vintk("inspect", shared).out().contains("warning     layers share parameters of one number"));
        String apart = Shell.vintk("inspect", shared, "--untie").out();
        assertFalse(apart.contains("warning"), apart);
        JsonNode report = new ObjectMapper()
                .readTree(Shell.vintk("inspect", shared, "--json").out());
        assertTrue(report.at("/warnings/0").asText().endsWith("--untie"), report.toString());
    }

    @Test
    void allCommandsOfFilesTakeIt() throws IOException {
        Path shared = file("shared", true, false);
        Shell inspected = Shell.vintk("inspect", shared, "--untie", "--json");
        JsonNode report = new ObjectMapper().readTree(inspected.out());
        assertEquals(3 * 6 + 2 * 36 + 2 * 6, report.path("params").asLong(), inspected.out());
        Path differentiated = folder.resolve("d.onnx");
        Shell written = Shell.vintk("differentiate", shared, "--untie", "--batch", 2, "--out", differentiated);
        assertEquals(ExitCode.OK, written.code(), written.err());
        assertTrue(Shell.vintk("inspect", differentiated).out().contains("b/2"));
        assertEquals(
                ExitCode.OK, Shell.vintk("check-gradient", shared, "--untie").code());
        Shell space = Shell.vintk("rank", "deit", "--count", "2", "--untie");
        assertEquals(ExitCode.USAGE, space.code());
        assertTrue(space.err().contains("--untie are for ONNX files"), space.err());
    }

    /** The network's own kernel, in float64, is that of the file of which equal tensors are one no more. */
    @Test
    void theKernelIsTheModules() throws IOException {
        Path resnet = SharedFolder.require("external/dev/tv_resnet18_default_init");
        Path out = folder.resolve("k.npy");
        Shell shell = Shell.vintk(
                "kernel",
                resnet.resolve("model.onnx"),
                "--untie",
                "--input",
                resnet.resolve("input.npy"),
                "--out",
                out);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        double[] kernel = Npy.read(out).doubles();
        double[] gold = Npy.read(resnet.resolve("module_ntk_sum.npy")).doubles();
        for (int i = 0; i < gold.length; i++) {
            assertEquals(gold[i], kernel[i], 1e-5 * gold[0]);
        }
    }
}
