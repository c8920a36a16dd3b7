package vintk.rank;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.hipparchus.stat.descriptive.rank.Percentile;

/**
 * A coefficient of all models, and of each bootstrap resample of them; NaN where it is not defined. Those of one seed and as many
 * models are of the same resamples, so what is computed of several has an interval, too.
 *
 * @param models n
 * @param value of all models
 * @param resampled one number for each of {@link #COUNT} resamples
 */
record Resamples(int models, double value, double[] resampled) {

    /** Percentiles of 2000 resamples are good to about half a percent of coverage. */
    static final int COUNT = 2000;

    /** Of fewer models most resamples are of two or three, and their percentiles no interval. */
    static final int FEWEST = 5;

    /** Resamples that may lack a coefficient: percentiles of the others are those of all no more where it is many. */
    private static final int UNDEFINED = COUNT / 20;

    /** Cost: O(COUNT · n log n). */
    static Resamples of(double[] x, double[] y, long seed, ToDoubleBiFunction<double[], double[]> formula) {
        int n = x.length;
        SplittableRandom random = new SplittableRandom(seed);
        double[] drawnX = new double[n];
        double[] drawnY = new double[n];
        double[] resampled = new double[n < FEWEST ? 0 : COUNT];
        for (int r = 0; r < resampled.length; r++) {
            for (int i = 0; i < n; i++) {
                int drawn = random.nextInt(n);
                drawnX[i] = x[drawn];
                drawnY[i] = y[drawn];
            }
            resampled[r] = defined(drawnX, drawnY, formula);
        }
        return new Resamples(n, defined(x, y, formula), resampled);
    }

    private static double defined(double[] x, double[] y, ToDoubleBiFunction<double[], double[]> formula) {
        // Takes off the rounding by which a coefficient may leave [−1, 1], and the sign of a zero.
        return constant(x) || constant(y) ? Double.NaN : Math.max(-1, Math.min(1, formula.applyAsDouble(x, y))) + 0.0;
    }

    private static boolean constant(double[] values) {
        return Arrays.stream(values).allMatch(value -> value == values[0]);
    }

    /** What is computed of several coefficients, which are of the same models. */
    static Resamples of(ToDoubleFunction<double[]> formula, Resamples... coefficients) {
        double value = formula.applyAsDouble(
                Arrays.stream(coefficients).mapToDouble(Resamples::value).toArray());
        double[] resampled = IntStream.range(0, coefficients[0].resampled.length)
                .mapToDouble(r -> formula.applyAsDouble(Arrays.stream(coefficients)
                        .mapToDouble(c -> c.resampled[r])
                        .toArray()))
                .toArray();
        return new Resamples(coefficients[0].models, value, resampled);
    }

    Coefficient coefficient() {
        if (!Double.isFinite(value)) {
            return new Coefficient(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());
        }
        double[] defined = DoubleStream.of(resampled).filter(Double::isFinite).toArray();
        if (resampled.length == 0 || resampled.length - defined.length > UNDEFINED) {
            return new Coefficient(OptionalDouble.of(value), OptionalDouble.empty(), OptionalDouble.empty());
        }
        Percentile percentile = new Percentile();
        percentile.setData(defined);
        return new Coefficient(
                OptionalDouble.of(value),
                OptionalDouble.of(percentile.evaluate(2.5)),
                OptionalDouble.of(percentile.evaluate(97.5)));
    }
}
