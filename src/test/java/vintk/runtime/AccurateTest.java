package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.Test;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.score.Kernel;
import vintk.score.Precision;
import vintk.score.Spectrum;
import vintk.space.RandomStream;
import vintk.space.Space;
import vintk.space.Spaces;

/**
 * How well the smallest eigenvalue of a kernel is known, against the same graph in float64 altogether: for images that are more and
 * more alike, so that the condition number grows. The table goes to {@code target/precision.txt}.
 */
class AccurateTest {
    private static final int N = 16;
    private static final int SIZE = 64;
    private static final double[] CORRELATIONS = {0, 0.99, 0.9999, 0.999999};

    @Test
    void conditionNumbers() throws IOException {
        StringJoiner table = new StringJoiner("\n", "", "\n");
        Space space = Spaces.builtIn("autoformer-tiny");
        Network network =
                new CandidateNetwork("candidate", space.sample(1, 0).get(0).resolve(space, SIZE, 10), 0);
        for (double correlation : CORRELATIONS) {
            float[] images = images(correlation);
            double exact = conditionExact(network, images);
            double plain = Math.abs(condition(network, images, false) / exact - 1);
            double accurate = Math.abs(condition(network, images, true) / exact - 1);
            table.add(String.format(
                    Locale.ROOT,
                    "correlation %s: condition %.1e, error %.1e, accurate %.1e",
                    correlation,
                    exact,
                    plain,
                    accurate));
            if (exact < 1 / Precision.FLOAT32.relativeFloor(N)) {
                assertTrue(plain < 0.05, table::toString);
            }
            if (exact < 1 / Precision.ACCURATE.relativeFloor(N)) {
                assertTrue(accurate < 0.01, table::toString);
            }
        }
        Files.writeString(Path.of("target", "precision.txt"), table.toString());
    }

    /** N images whose pairs have a correlation. */
    private static float[] images(double correlation) {
        int size = 3 * SIZE * SIZE;
        float[] common = new float[size];
        RandomStream.of(0, "common").normal(common, 1);
        float[] images = new float[N * size];
        RandomStream.of(0, "own").normal(images, 1);
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) (Math.sqrt(correlation) * common[i % size] + Math.sqrt(1 - correlation) * images[i]);
        }
        return images;
    }

    private static double condition(Network network, float[] images, boolean accurate) {
        KernelOptions options = KernelOptions.defaults().withAccurate(accurate).withSession(SessionSettings.of(1));
        try (KernelEngine engine = KernelEngine.open(network, N, Shape.of(3, SIZE, SIZE), options)) {
            return condition(engine.compute(images).values());
        }
    }

    private static double conditionExact(Network network, float[] images) {
        Differentiation plan = Differentiation.plan(network, N, Shape.of(3, SIZE, SIZE), KernelOptions.defaults());
        DoubleGraph wide = new DoubleGraph(plan.differentiated().graph(), List.of());
        assertTrue(wide.single().isEmpty(), () -> "in float32: " + wide.single());
        double[] numbers = new double[images.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = images[i];
        }
        Tensor batch = Tensor.of(TensorType.of(DataType.DOUBLE, N, 3, SIZE, SIZE), numbers);
        Map<String, Tensor> found = GraphRun.run(wide.graph(), Map.of(plan.input(), batch), SessionSettings.of(0));
        return condition(found.get("kernel").numbers());
    }

    private static double condition(double[] kernel) {
        Spectrum spectrum = Spectrum.of(new Kernel(kernel, N, List.of(Kernel.IDENTITY), Precision.FLOAT32));
        return spectrum.largest() / spectrum.smallest();
    }
}
