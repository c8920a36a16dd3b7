package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vintk.onnx.Shape;
import vintk.space.RandomStream;

/** Gradients that are numbers of float32, and whose products are none. */
class KernelRangeTest {
    private static final int N = 4;

    /** More parameters than are contracted in float64 anyway. */
    private static final int WIDTH = 80;

    @TempDir
    private Path folder;

    /**
     * y = c (x W) for x of R rows: the gradient of all outputs by W_kl is c Σ_r x_rk, whatever l. Few rows take the contraction of rows
     * with each other, many that of whole gradients.
     */
    @ParameterizedTest
    @CsvSource({
        "1e-15, 2, BATCHED, small",
        "1e-21, 2, BATCHED, small",
        "1e-21, 64, BATCHED, small",
        "1e-21, 64, PER_SAMPLE, small",
        "1e-30, 2, BATCHED, small",
        "1e-30, 64, BATCHED, small",
        "1, 2, BATCHED, ''",
        "1, 64, BATCHED, ''",
        "1e19, 2, BATCHED, large",
        "1e19, 64, BATCHED, large",
        "1e19, 64, PER_SAMPLE, large",
        "1e30, 64, BATCHED, large",
    })
    void linear(float factor, int rows, KernelOptions.Engine engine, String remark) throws IOException {
        float[] data = new float[N * rows * WIDTH];
        RandomStream.of(1, "data").normal(data, 1);
        KernelOptions options = KernelOptions.defaults().withEngine(engine);
        try (KernelEngine opened = KernelEngine.open(network(factor, rows), N, Shape.of(rows, WIDTH), options)) {
            KernelMatrix found = opened.compute(data);
            double[] expected = expected(data, rows, factor);
            for (int i = 0; i < N * N; i++) {
                double scale = Math.sqrt(expected[i / N * (N + 1)] * expected[i % N * (N + 1)]);
                assertEquals(expected[i] / scale, found.values()[i] / scale, 1e-5);
            }
            List<String> remarks = remark.isEmpty()
                    ? List.of()
                    : List.of("products of gradients are too " + remark
                            + " for float32: this kernel is of float64 products, as with --accurate");
            assertEquals(remarks, found.remarks());
        }
    }

    private OnnxNetwork network(float factor, int rows) throws IOException {
        TestModel model = TestModel.opset(17)
                .input("x", -1, rows, WIDTH)
                .weight("w", WIDTH, WIDTH)
                .scalar("c", factor)
                .node("MatMul", "xw", "x", "w")
                .node("Mul", "y", "xw", "c")
                .output("y");
        return OnnxNetwork.read(
                Files.write(folder.resolve("m.onnx"), model.build().toByteArray()));
    }

    /** Rows are outputs of samples, of which there are fewer: between two of one column of W stands c² x · x'. */
    @Test
    void everyOutput() throws IOException {
        float[] data = new float[2 * 2 * WIDTH];
        RandomStream.of(1, "data").normal(data, 1);
        KernelOptions options =
                KernelOptions.defaults().withReduction(Reduction.parse("full")).withPerParameter(true);
        try (KernelEngine engine = KernelEngine.open(network(1e-21f, 2), 2, Shape.of(2, WIDTH), options)) {
            KernelMatrix found = engine.compute(data);
            assertEquals(2 * 2 * WIDTH, found.size());
            double dot = 0;
            for (int k = 0; k < WIDTH; k++) {
                dot += data[k] * data[2 * WIDTH + k];
            }
            double scale = 1e-21f * (double) 1e-21f;
            // The first output of the first sample with those of the second.
            for (double[] kernel : List.of(found.values(), found.perParameter().get("w"))) {
                assertEquals(dot, kernel[2 * WIDTH] / scale, 1e-4);
                assertEquals(0, kernel[2 * WIDTH + 1] / scale, 1e-4);
            }
        }
    }

    private static double[] expected(float[] data, int rows, double factor) {
        double[][] sums = new double[N][WIDTH];
        for (int i = 0; i < data.length; i++) {
            sums[i / (rows * WIDTH)][i % WIDTH] += data[i];
        }
        double[] kernel = new double[N * N];
        for (int i = 0; i < N * N; i++) {
            for (int k = 0; k < WIDTH; k++) {
                kernel[i] += factor * factor * WIDTH * sums[i / N][k] * sums[i % N][k];
            }
        }
        return kernel;
    }

    /** Not even float64 products help then. */
    @ParameterizedTest
    @CsvSource({"1e-80, true", "1e-60, false", "0, false", "Infinity, false"})
    void gradientsThatFloat32DoesNotHold(double largest, boolean said) {
        KernelRange range = KernelRange.of(new double[] {0, -largest, largest / 2, 0});
        assertEquals(said, range.remark().isPresent());
        assertTrue(!range.isOfProducts());
    }
}
