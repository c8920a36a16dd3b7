package vintk.score;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Kernels for tests: by hand, or Gram matrices of random gradients. */
final class Kernels {

    private Kernels() {}

    /** One view, the given rows. */
    static Kernel of(double[]... rows) {
        return of(Precision.FLOAT64, rows);
    }

    static Kernel of(Precision precision, double[]... rows) {
        int n = rows.length;
        double[] values = new double[n * n];
        for (int i = 0; i < n; i++) {
            System.arraycopy(rows[i], 0, values, i * n, n);
        }
        return new Kernel(values, n, List.of("identity"), precision);
    }

    static Kernel diagonal(Precision precision, double... diagonal) {
        double[][] rows = new double[diagonal.length][diagonal.length];
        for (int i = 0; i < diagonal.length; i++) {
            rows[i][i] = diagonal[i];
        }
        return of(precision, rows);
    }

    /** J·Jᵀ with J of (views·samples) × parameters standard normal entries. */
    static Kernel gram(RandomGenerator random, int samples, List<String> views, int parameters) {
        int n = samples * views.size();
        double[][] gradients = new double[n][parameters];
        for (double[] row : gradients) {
            for (int p = 0; p < parameters; p++) {
                row[p] = random.nextGaussian();
            }
        }
        double[] values = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int p = 0; p < parameters; p++) {
                    values[i * n + j] += gradients[i][p] * gradients[j][p];
                }
            }
        }
        return new Kernel(values, samples, views, Precision.FLOAT64);
    }

    static List<String> views(int count) {
        List<String> views = new ArrayList<>(List.of("identity"));
        for (int v = 1; v < count; v++) {
            views.add("high-pass:0." + v);
        }
        return views;
    }

    static Kernel scaled(Kernel kernel, double factor) {
        double[] values = kernel.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        return new Kernel(values, kernel.samples(), kernel.views(), kernel.precision());
    }
}
