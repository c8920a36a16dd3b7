package vintk.runtime;

import java.util.List;
import java.util.Locale;
import vintk.onnx.Graph;
import vintk.onnx.Shape;

/** Numbers of samples, one after the other. */
final class Rows {
    /** Above this many rows a full kernel is refused. */
    private static final long MAX_FULL = 4096;

    private Rows() {}

    /** The samples of a kernel: for {@code full} each as often as the network has outputs. */
    static int of(Network network, int samples, Shape sample, KernelOptions options) {
        boolean full = options.reduction().kind() == Reduction.Kind.FULL;
        return full ? full(network, samples, sample, options) : samples;
    }

    private static int full(Network network, int samples, Shape sample, KernelOptions options) {
        Graph one = network.graph(Math.max(1, network.fixedBatch()), sample);
        long perSample =
                one.outputs().get(Differentiation.output(one, options)).shape().elements()
                        / Math.max(1, network.fixedBatch());
        long rows = samples * perSample;
        if (rows > MAX_FULL) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "the full kernel of %d samples and %d outputs has %d rows: %.1f GB for the matrix alone and the"
                            + " activations of %d samples; at most %d rows are computed (use trace:all, or fewer samples)",
                    samples,
                    perSample,
                    rows,
                    8.0 * rows * rows / 1e9,
                    rows,
                    MAX_FULL));
        }
        return Math.toIntExact(rows);
    }

    /** Each sample {@code times} times in a row. */
    static float[] repeated(float[] data, int times, int width) {
        float[] repeated = new float[Math.multiplyExact(data.length, times)];
        for (int i = 0; i < repeated.length / width; i++) {
            System.arraycopy(data, i / times * width, repeated, i * width, width);
        }
        return repeated;
    }

    /** All rows, {@code times} times. */
    static float[] tiled(List<float[]> rows, int times) {
        int width = rows.get(0).length;
        float[] tiled = new float[width * rows.size() * times];
        for (int i = 0; i < rows.size() * times; i++) {
            System.arraycopy(rows.get(i % rows.size()), 0, tiled, i * width, width);
        }
        return tiled;
    }

    /** The sum, in the first one. */
    static double[] plus(double[] a, double[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] += b[i];
        }
        return a;
    }
}
