package vintk.rank;

import java.util.Arrays;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.hipparchus.stat.correlation.KendallsCorrelation;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.correlation.SpearmansCorrelation;

/**
 * How well a predictor agrees with truth: Kendall's τ-b (ties count in neither numerator nor pair totals, Kendall 1945),
 * Spearman's ρ (mean ranks for ties) and Pearson's r.
 *
 * <p>Intervals are percentile bootstrap intervals (Efron &amp; Tibshirani 1993, §13.3): {@link #RESAMPLES} resamples of the models
 * with replacement, 2.5 % and 97.5 % percentiles. Resamples for which a coefficient is not defined are left out; where those are
 * more than a twentieth, there is no interval. They are of the models alone: what other seeds would give is in the scores'
 * standard errors.
 *
 * @param predictor what was correlated, such as {@code vintk}, {@code params} or {@code vintk - params}
 * @param count models n
 * @param kendall τ-b
 * @param spearman ρ
 * @param pearson r
 */
public record Correlation(String predictor, int count, Coefficient kendall, Coefficient spearman, Coefficient pearson) {

    /** Resamples of an interval. */
    public static final int RESAMPLES = Resamples.COUNT;

    private static final double ROUNDING = 1e-12;

    /** The three with their resamples, for what is computed of several predictors. */
    record Resampled(Resamples kendall, Resamples spearman, Resamples pearson) {
        /**
         * Correlates.
         *
         * @param prediction one finite value per model, higher meaning better
         * @param truth one finite value per model, in the same order
         * @param seed of the resamples: the same seed and n give the same resamples for every predictor
         */
        static Resampled of(double[] prediction, double[] truth, long seed) {
            if (prediction.length != truth.length) {
                throw new IllegalArgumentException("Expected as many predictions as truths, got %d and %d"
                        .formatted(prediction.length, truth.length));
            }
            return new Resampled(
                    Resamples.of(prediction, truth, seed, new KendallsCorrelation()::correlation),
                    Resamples.of(prediction, truth, seed, new SpearmansCorrelation()::correlation),
                    Resamples.of(prediction, truth, seed, new PearsonsCorrelation()::correlation));
        }

        /** By how much the coefficients are larger than those of another predictor of the same models. */
        Resampled minus(Resampled other) {
            return of(c -> c[0] - c[1], this, other);
        }

        /**
         * The agreement that is left among models for which another predictor says the same (partial correlation; of ranks, Kendall
         * 1942).
         *
         * @param given the other predictor against the truth
         * @param between this predictor against the other
         */
        Resampled given(Resampled given, Resampled between) {
            return of(
                    c -> {
                        double left = (1 - c[1] * c[1]) * (1 - c[2] * c[2]);
                        // Nothing but rounding is left beside what says all.
                        return left < ROUNDING
                                ? Double.NaN
                                : Math.max(-1, Math.min(1, (c[0] - c[1] * c[2]) / Math.sqrt(left)));
                    },
                    this,
                    given,
                    between);
        }

        private static Resampled of(ToDoubleFunction<double[]> formula, Resampled... all) {
            return new Resampled(
                    of(formula, Resampled::kendall, all),
                    of(formula, Resampled::spearman, all),
                    of(formula, Resampled::pearson, all));
        }

        private static Resamples of(
                ToDoubleFunction<double[]> formula, Function<Resampled, Resamples> coefficient, Resampled... all) {
            return Resamples.of(formula, Arrays.stream(all).map(coefficient).toArray(Resamples[]::new));
        }

        Correlation named(String predictor) {
            return new Correlation(
                    predictor, kendall.models(), kendall.coefficient(), spearman.coefficient(), pearson.coefficient());
        }
    }
}
