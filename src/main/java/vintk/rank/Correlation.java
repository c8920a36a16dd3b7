package vintk.rank;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.ToDoubleBiFunction;
import org.hipparchus.stat.correlation.KendallsCorrelation;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import org.hipparchus.stat.descriptive.rank.Percentile;

/**
 * How well one predictor agrees with truth: Kendall's τ-b (ties count in neither numerator nor pair totals, Kendall 1945),
 * Spearman's ρ (mean ranks for ties) and Pearson's r.
 *
 * <p>Intervals are percentile bootstrap intervals (Efron &amp; Tibshirani 1993, §13.3): {@link #RESAMPLES} resamples of the models
 * with replacement, 2.5 % and 97.5 % percentiles. Resamples for which a coefficient is not defined are left out. Cost:
 * O(RESAMPLES · n log n).
 *
 * @param predictor what was correlated, such as {@code vintk} or {@code params}
 * @param count models n
 */
public record Correlation(String predictor, int count, Coefficient kendall, Coefficient spearman, Coefficient pearson) {

    /** Percentiles of 2000 resamples are good to about half a percent of coverage. */
    public static final int RESAMPLES = 2000;

    /**
     * Correlates.
     *
     * @param predictor its name
     * @param prediction one finite value per model, higher meaning better
     * @param truth one finite value per model, in the same order
     * @param seed of the resamples: the same seed and n give the same resamples for every predictor, so that intervals of two
     *     predictors may be compared
     */
    public static Correlation of(String predictor, double[] prediction, double[] truth, long seed) {
        int n = prediction.length;
        if (n != truth.length) {
            throw new IllegalArgumentException(
                    "Expected as many predictions as truths, got %d and %d".formatted(n, truth.length));
        }
        return new Correlation(
                predictor,
                n,
                coefficient(prediction, truth, seed, new KendallsCorrelation()::correlation),
                coefficient(prediction, truth, seed, new SpearmansCorrelation()::correlation),
                coefficient(prediction, truth, seed, new PearsonsCorrelation()::correlation));
    }

    private static Coefficient coefficient(
            double[] prediction, double[] truth, long seed, ToDoubleBiFunction<double[], double[]> formula) {
        OptionalDouble value = defined(prediction, truth, formula);
        if (value.isEmpty()) {
            return new Coefficient(value, OptionalDouble.empty(), OptionalDouble.empty());
        }
        int n = prediction.length;
        SplittableRandom random = new SplittableRandom(seed);
        double[] drawnPrediction = new double[n];
        double[] drawnTruth = new double[n];
        double[] resampled = new double[RESAMPLES];
        int count = 0;
        for (int r = 0; r < RESAMPLES; r++) {
            for (int i = 0; i < n; i++) {
                int drawn = random.nextInt(n);
                drawnPrediction[i] = prediction[drawn];
                drawnTruth[i] = truth[drawn];
            }
            OptionalDouble one = defined(drawnPrediction, drawnTruth, formula);
            if (one.isPresent()) {
                resampled[count++] = one.getAsDouble();
            }
        }
        if (count == 0) {
            return new Coefficient(value, OptionalDouble.empty(), OptionalDouble.empty());
        }
        Percentile percentile = new Percentile();
        percentile.setData(Arrays.copyOf(resampled, count));
        return new Coefficient(
                value, OptionalDouble.of(percentile.evaluate(2.5)), OptionalDouble.of(percentile.evaluate(97.5)));
    }

    private static OptionalDouble defined(
            double[] prediction, double[] truth, ToDoubleBiFunction<double[], double[]> formula) {
        if (constant(prediction) || constant(truth)) {
            return OptionalDouble.empty();
        }
        double coefficient = formula.applyAsDouble(prediction, truth);
        return Double.isFinite(coefficient) ? OptionalDouble.of(clamp(coefficient)) : OptionalDouble.empty();
    }

    private static boolean constant(double[] values) {
        return Arrays.stream(values).allMatch(value -> value == values[0]);
    }

    /** Takes off the rounding by which a coefficient may leave [−1, 1]. */
    private static double clamp(double coefficient) {
        return Math.max(-1, Math.min(1, coefficient));
    }
}
