package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

/** Models that normalise images themselves. */
class ImageScaleCommandTest {
    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] DEVIATION = {0.229, 0.224, 0.225};

    @TempDir
    private Path folder;

    /** The same layers behind an input of a type, which they take as so many times that of an image from 0 to 1, or as it is. */
    private String model(String name, DataType type, double largest) throws IOException {
        Value x = Value.input("x", TensorType.of(type, 1, 3, 8, 8));
        Value h = type == DataType.FLOAT ? x : Ops.cast(x, DataType.FLOAT);
        if (largest > 0) {
            h = Ops.div(Ops.sub(h, statistic("mean", MEAN, largest)), statistic("std", DEVIATION, largest));
        }
        Random random = new Random(1);
        h = Ops.reduceSum(Ops.unary("Tanh", Ops.matMul(h, weight("w1", random, 8, 16))), false, 1, 2);
        h = Ops.matMul(h, weight("w2", random, 16, 5));
        Path file = folder.resolve(name + ".onnx");
        ModelWriter.write(ModelWriter.modelOfFreeBatch(new Graph(name, List.of(x), Map.of("y", h))), file);
        return file.toString();
    }

    private static Value weight(String name, Random random, int rows, int columns) {
        float[] w = new float[rows * columns];
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) random.nextGaussian() / 4;
        }
        return Value.initializer(name, Tensor.floats(Shape.of(rows, columns), w));
    }

    private static Value statistic(String name, double[] values, double largest) {
        float[] scaled = new float[3];
        for (int c = 0; c < 3; c++) {
            scaled[c] = (float) (values[c] * largest);
        }
        return Value.initializer(name, Tensor.floats(Shape.of(1, 3, 1, 1), scaled));
    }

    private static JsonNode score(String model, String inputs) throws IOException {
        Shell shell = Shell.vintk("score", model, "--inputs", inputs, "--batch", "6", "--json");
        return new ObjectMapper().readTree(shell.out()).get(0);
    }

    private static double ntk(JsonNode result) {
        assertEquals("ok", result.path("status").asText(), result.toString());
        return result.path("ntk").path("mean").asDouble();
    }

    /** It gets the images that others get, but for their rounding; normalised numbers as bytes would be others altogether. */
    @Test
    void inputsOfBytesGetPixels() throws IOException {
        JsonNode plain = score(model("plain", DataType.FLOAT, 0), "synthetic");
        JsonNode bytes = score(model("bytes", DataType.UINT8, 255), "synthetic");
        JsonNode pixels = score(model("pixels", DataType.FLOAT, 255), "pixels:synthetic");
        JsonNode unit = score(model("unit", DataType.FLOAT, 1), "unit:synthetic");
        assertEquals(ntk(plain), ntk(bytes), 0.02);
        assertEquals(ntk(pixels), ntk(bytes), 1e-6);
        assertEquals(ntk(plain), ntk(unit), 0.02);
        assertTrue(bytes.path("warnings").toString().contains("pixels"), bytes.toString());
        assertFalse(plain.path("warnings").toString().contains("pixels"), plain.toString());
        assertFalse(pixels.path("warnings").toString().contains("normalises"), pixels.toString());
        String warnings = score(model("pixels", DataType.FLOAT, 255), "synthetic")
                .path("warnings")
                .toString();
        assertTrue(warnings.contains("normalises images itself, by mean, std"), warnings);
        assertEquals("pixels:synthetic", pixels.path("settings").path("inputs").asText());
    }

    /** A file of numbers that are none of its type: they were cut to bytes without a word. */
    @Test
    void filesHoldWhatTheModelTakes() throws IOException {
        String bytes = model("bytes", DataType.UINT8, 255);
        Path file = folder.resolve("x.npy");
        for (float wrong : new float[] {-1, 0.5f, 256}) {
            float[] data = new float[2 * 192];
            data[7] = wrong;
            Npy.write(file, NpyArray.of(new long[] {2, 3, 8, 8}, data));
            Shell shell = Shell.vintk(
                    "kernel",
                    bytes,
                    "--input",
                    file.toString(),
                    "--out",
                    folder.resolve("k.npy").toString());
            assertEquals(ExitCode.USAGE, shell.code());
            assertTrue(shell.err().contains("takes UINT8, got " + wrong + " at element 7"), shell.err());
        }
        String signed = model("signed", DataType.INT8, 255);
        assertTrue(score(signed, "synthetic").path("message").asText().contains("has no 255"));
        assertTrue(score(bytes, "unit:synthetic").path("message").asText().contains("no numbers between 0 and 1"));
    }

    /** Views are of images, whatever their numbers: those of a file of pixels are those of the same images normalised. */
    @Test
    void viewsOfPixels() throws IOException {
        Random random = new Random(2);
        float[] pixels = new float[4 * 192];
        float[] normalised = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = 60 + random.nextInt(120);
            int c = i / 64 % 3;
            normalised[i] = (float) ((pixels[i] / 255 - MEAN[c]) / DEVIATION[c]);
        }
        double[] ofPixels = kernel(model("pixels", DataType.FLOAT, 255), pixels, "pixels:");
        double[] ofBytes = kernel(model("bytes", DataType.UINT8, 255), pixels, "");
        double[] expected = kernel(model("plain", DataType.FLOAT, 0), normalised, "");
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], ofPixels[i], 0.01 * expected[0]);
            assertEquals(ofPixels[i], ofBytes[i], 1e-6 * expected[0]);
        }
    }

    /** Floats of a file are normalised, or of the scale that is said; others would be cut to 0 and 255. */
    @Test
    void floatsOfFilesAreOfAScale() throws IOException {
        String bytes = model("bytes", DataType.UINT8, 255);
        float[] pixels = new float[6 * 192];
        Random random = new Random(3);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextInt(256);
        }
        Path file = folder.resolve("pixels.npy");
        Npy.write(file, NpyArray.of(new long[] {6, 3, 8, 8}, pixels));
        double expected = ntk(score(model("pixels", DataType.FLOAT, 255), "pixels:" + file));
        assertEquals(expected, ntk(score(bytes, "pixels:" + file)), 1e-6);
        String message = score(bytes, file.toString()).path("message").asText();
        assertTrue(message.contains("takes images from 0 to 255, got others"), message);
        Path out = folder.resolve("k.npy");
        Shell.vintk("kernel", bytes, "--input", file.toString(), "--out", out.toString());
        double sum = 0;
        for (double entry : Npy.read(out).doubles()) {
            sum += entry * entry;
        }
        assertEquals(expected, Math.log10(sum) / 2, 1e-6);
        Shell shell = Shell.vintk("kernel", bytes, "--input", "unit:" + file, "--out", file.toString());
        assertEquals(ExitCode.USAGE, shell.code(), shell.err());
        assertEquals(pixels.length, Npy.read(file).size());
    }

    private double[] kernel(String model, float[] data, String prefix) throws IOException {
        Path file = folder.resolve("x.npy");
        Path out = folder.resolve("k.npy");
        Npy.write(file, NpyArray.of(new long[] {4, 3, 8, 8}, data));
        Shell shell = Shell.vintk(
                "kernel", model, "--input", prefix + file, "--view", "low-pass:0.3", "--out", out.toString());
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        return Npy.read(out).doubles();
    }
}
