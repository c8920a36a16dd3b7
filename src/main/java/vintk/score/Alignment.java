package vintk.score;

import java.util.Optional;

/**
 * Centred kernel–label alignment (Cortes, Mohri &amp; Rostamizadeh 2012, eq. 1): the cosine between HΘH and HYH under the
 * Frobenius product, O(n²). In [−1, 1], and in [0, 1] for positive semidefinite Θ.
 */
final class Alignment {

    /** Centred labels whose norm is below this fraction of the raw one are constant but for rounding. */
    private static final double CONSTANT = 1e-12;

    private Alignment() {}

    /**
     * The alignment; empty where labels, or Θ but for its noise, are constant.
     *
     * @param floor the noise of Θ as a fraction of its norm, {@link Spectrum#relativeFloor()}
     */
    static Optional<Value> of(Kernel kernel, int[] labels, double floor) {
        int n = kernel.size();
        if (labels.length == 0) {
            return Optional.empty();
        }
        double magnitude = kernel.magnitude();
        double[] theta = new double[n * n];
        double[] same = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                theta[i * n + j] = kernel.at(i, j) / magnitude;
                same[i * n + j] = labels[i % kernel.samples()] == labels[j % kernel.samples()] ? 1 : 0;
            }
        }
        double rawTheta = Math.sqrt(product(theta, theta));
        double rawSame = Math.sqrt(product(same, same));
        centre(theta, n);
        centre(same, n);
        double normTheta = Math.sqrt(product(theta, theta));
        double normSame = Math.sqrt(product(same, same));
        if (normTheta <= floor * rawTheta || normSame <= CONSTANT * rawSame) {
            return Optional.empty();
        }
        return Optional.of(Value.exact(product(theta, same) / (normTheta * normSame)));
    }

    /** M ← HMH for symmetric M, by taking off row and column means and adding the grand mean. */
    private static void centre(double[] matrix, int n) {
        double[] means = new double[n];
        double grand = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                means[i] += matrix[i * n + j] / n;
            }
            grand += means[i] / n;
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                matrix[i * n + j] += grand - means[i] - means[j];
            }
        }
    }

    private static double product(double[] left, double[] right) {
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }
}
