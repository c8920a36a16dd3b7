package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Models with an input beside the images, of which every view of a sample takes the same row. */
class FurtherInputsTest {
    private static final int BATCH = 4;

    @TempDir
    private Path folder;

    private Path model;

    /** (x W) ∘ (z V). */
    @BeforeEach
    void write() throws IOException {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, 3, 8, 8));
        Value z = Value.input("z", TensorType.of(DataType.FLOAT, 1, 2));
        Value flat = Ops.reduceSum(x, false, 2, 3);
        Value product = Ops.mul(Ops.matMul(flat, weights("w", 3, 5)), Ops.matMul(z, weights("v", 2, 5)));
        Graph graph = new Graph("further", List.of(x, z), Map.of("y", product));
        model = Files.write(
                folder.resolve("further.onnx"),
                ModelWriter.modelOfFreeBatch(graph).toByteArray());
    }

    private static Value weights(String name, int rows, int columns) {
        float[] numbers = new float[rows * columns];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) Math.cos(i + rows);
        }
        return Value.initializer(name, Tensor.floats(Shape.of(rows, columns), numbers));
    }

    private Path rows(int count) throws IOException {
        float[] numbers = new float[2 * count];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (i < 2 * BATCH ? Math.sin(i) : 100);
        }
        Path file = folder.resolve("z" + count + ".npy");
        Npy.write(file, NpyArray.of(new long[] {count, 2}, numbers));
        return file;
    }

    private JsonNode scored(Object... more) throws IOException {
        List<Object> words = new ArrayList<>(List.of("score", model, "--json", "--batch", BATCH));
        words.addAll(List.of(more));
        return new ObjectMapper().readTree(Shell.vintk(words.toArray()).out()).path(0);
    }

    @Test
    void moreRowsThanSamplesAreLeftOut() throws IOException {
        JsonNode four = scored("--input", "z=" + rows(BATCH));
        assertEquals("ok", four.path("status").asText(), four.toString());
        // The model sees the means of images alone.
        assertEquals(
                "no gradient, or rounding alone, reaches a parameter from the view high-pass:0.25:std",
                four.at("/warnings/0").asText());
        assertEquals(1, four.path("warnings").size());
        for (int more : new int[] {BATCH + 2, 3 * BATCH}) {
            assertEquals(
                    four.path("vintk"), scored("--input", "z=" + rows(more)).path("vintk"));
        }
    }

    @Test
    void fewerRowsAreRefused() throws IOException {
        JsonNode few = scored("--input", "z=" + rows(3));
        assertTrue(few.path("message").asText().contains("expected a row a sample, 4 of them"), few.toString());
        JsonNode none = scored("--input", "z=" + rows(0));
        assertTrue(none.path("message").asText().contains("expected a row a sample"), none.toString());
        Path out = folder.resolve("k.npy");
        Shell kernel = Shell.vintk(
                "kernel", model, "--input", "x=noise", "--input", "z=" + rows(3), "--batch", 4, "--out", out);
        assertEquals(ExitCode.USAGE, kernel.code());
        assertTrue(kernel.err().contains("--input z: expected a row for each of 4 samples, got 3"), kernel.err());
    }

    /** By name, and in what is written it is an input, and the other a constant that the file tells of. */
    @Test
    void anotherInputTakesTheSamples() throws IOException {
        Path out = folder.resolve("d.onnx");
        Shell shell = Shell.vintk(
                "differentiate",
                model,
                "--samples-input",
                "z",
                "--accurate",
                "--batch",
                3,
                "--out",
                out,
                "--json",
                "--quiet");
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        JsonNode node = new ObjectMapper().readTree(shell.out());
        assertEquals("[2]", node.path("sample").toString());
        assertTrue(
                node.path("warnings").get(0).asText().contains("not given, so all elements 0: input x"), shell.out());
        Map<String, String> metadata = new HashMap<>();
        ModelProto written = ModelProto.parseFrom(Files.readAllBytes(out));
        written.getMetadataPropsList().forEach(p -> metadata.put(p.getKey(), p.getValue()));
        assertEquals("x", metadata.get("vintk.filled"));
        assertEquals("float64", metadata.get("vintk.products"));
        assertEquals("all", metadata.get("vintk.parameters"));
        assertEquals(node.path("output").asText(), metadata.get("vintk.output"));
        assertEquals("z", written.getGraph().getInput(0).getName());
        assertEquals(1, written.getGraph().getInputCount());
        Shell unknown = Shell.vintk("inspect", model, "--samples-input", "nobody");
        assertTrue(unknown.out().replaceAll("\\s+", " ").contains("no input 'nobody'; the inputs are"), unknown.out());
    }

    @Test
    void samplesOfAnotherInputAreSaid() throws IOException {
        Path out = folder.resolve("k.npy");
        Shell kernel = Shell.vintk("kernel", model, "--input", rows(BATCH), "--out", out);
        assertEquals(ExitCode.USAGE, kernel.code());
        assertTrue(
                kernel.err()
                        .contains(
                                "expects input 'x' [?, 3, 8, 8], got samples of shape [2]; --samples-input takes another: z"),
                kernel.err());
    }

    /** --input where --inputs is meant. */
    @Test
    void samplesAreNoFurtherInput() throws IOException {
        Path images = folder.resolve("x.npy");
        Npy.write(images, NpyArray.of(new long[] {BATCH, 3, 8, 8}, new float[BATCH * 3 * 64]));
        JsonNode result = scored("--input", "x=" + images);
        assertEquals("invalid-model", result.path("status").asText());
        assertTrue(
                result.path("message")
                        .asText()
                        .contains("--input x=...: this input takes the samples (--inputs of score and rank"),
                result.toString());
    }

    /** Centred kernel alignment as numpy has it, of the kernel that the command kernel writes. */
    @Test
    void alignmentWithLabels() throws IOException {
        float[] numbers = new float[BATCH * 3 * 64];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) Math.sin(i * i);
        }
        Path images = folder.resolve("x.npy");
        Npy.write(images, NpyArray.of(new long[] {BATCH, 3, 8, 8}, numbers));
        Path labels = folder.resolve("labels.npy");
        Npy.write(labels, NpyArray.of(new long[] {BATCH}, new double[] {0, 1, 1, 0}));
        Path out = folder.resolve("k.npy");
        String z = "z=" + rows(BATCH);
        assertEquals(
                ExitCode.OK,
                Shell.vintk("kernel", model, "--input", images, "--input", z, "--out", out)
                        .code());
        Object[] words = {
            "--input", z, "--inputs", images, "--labels", labels, "--views", "identity", "--statistic", "alignment"
        };
        double expected = alignment(Npy.read(out).doubles(), new int[] {0, 1, 1, 0});
        assertEquals(expected, scored(words).at("/vintk/mean").asDouble(), 1e-6);
        Npy.write(labels, NpyArray.of(new long[] {BATCH}, new double[] {1, 1, 1, 1}));
        List<Object> oneClass = new ArrayList<>(List.of("score", model, "--batch", BATCH));
        oneClass.addAll(List.of(words));
        Shell one = Shell.vintk(oneClass.toArray());
        assertEquals(ExitCode.USAGE, one.code());
        assertTrue(one.err().contains("--labels: the first 4 are of one class; alignment needs two"), one.err());
        Npy.write(labels, NpyArray.of(new long[] {3}, new double[] {0, 1, 1}));
        Shell few = Shell.vintk("score", model, "--batch", BATCH, "--input", z, "--inputs", images, "--labels", labels);
        assertEquals(ExitCode.USAGE, few.code());
        assertTrue(few.err().contains("expected the class of each input, 4 or more integers of shape [N]"), few.err());
        Shell drawn = Shell.vintk("score", model, "--batch", BATCH, "--input", z, "--labels", labels);
        assertTrue(drawn.err().contains("expected inputs from a .npy file"), drawn.err());
        Shell none = Shell.vintk("score", model, "--statistic", "alignment");
        assertTrue(none.err().contains("--statistic alignment needs the classes of the inputs: --labels"), none.err());
    }

    private static double alignment(double[] kernel, int[] labels) {
        int n = labels.length;
        double[] same = new double[n * n];
        for (int i = 0; i < n * n; i++) {
            same[i] = labels[i / n] == labels[i % n] ? 1 : 0;
        }
        double[] a = centred(kernel, n);
        double[] b = centred(same, n);
        return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    }

    private static double[] centred(double[] matrix, int n) {
        double[] centred = matrix.clone();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    centred[i * n + j] -= (matrix[k * n + j] + matrix[i * n + k]) / n;
                    for (int l = 0; l < n; l++) {
                        centred[i * n + j] += matrix[k * n + l] / (n * n);
                    }
                }
            }
        }
        return centred;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** The image size is the model's; another one that is asked for is not used, and that is said. */
    @Test
    void theSizeOfAFixedModelIsItsOwn() throws IOException {
        JsonNode fixed = scored("--input", "z=" + rows(BATCH), "--size", 32);
        assertEquals(
                "fixed to samples of shape [3x8x8]: --size 32 is not used",
                fixed.at("/warnings/0").asText());
        assertEquals(
                0,
                scored("--input", "z=" + rows(BATCH), "--size", 8, "--views", "identity")
                        .path("warnings")
                        .size());
    }

    @Test
    void whatIsNotGivenIsSaid() throws IOException {
        JsonNode filled = scored("--fill", 0.5);
        assertEquals(
                "not given, so all elements 0.5: input z (--input NAME=FILE.npy, or --fill)",
                filled.at("/warnings/0").asText());
        assertNotEquals(scored("--fill", 2).path("vintk"), filled.path("vintk"));
    }
}
