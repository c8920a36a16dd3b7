package vintk.score;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * The mean of R repeats and how well it is known.
 *
 * @param mean finite
 * @param standardError sample standard deviation (R − 1 in the denominator) over √R; absent for R = 1
 * @param count repeats R
 */
public record Estimate(double mean, OptionalDouble standardError, int count) {

    public Estimate {
        if (!Double.isFinite(mean) || count < 1 || standardError.isPresent() != count > 1) {
            throw new IllegalArgumentException(
                    "Expected a finite mean of at least one repeat, with a standard error from two on, got %s, %s, R = %d"
                            .formatted(mean, standardError, count));
        }
    }

    /**
     * The estimate from R ≥ 1 finite values. Two-pass, so that a large mean does not eat the deviations; equal values give
     * exactly their value and an error of 0.
     */
    static Estimate of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("Expected at least one value, got none");
        }
        int count = values.length;
        // Relative to the first value: exact where all are equal.
        double shift = Arrays.stream(values).map(value -> value - values[0]).sum() / count;
        double mean = values[0] + shift;
        if (count == 1) {
            return new Estimate(mean, OptionalDouble.empty(), 1);
        }
        double squares = Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .sum();
        return new Estimate(mean, OptionalDouble.of(Math.sqrt(squares / (count - 1) / count)), count);
    }

    /** mean − standard error, or the mean where there is none. */
    public double low() {
        return mean - standardError.orElse(0);
    }

    /** mean + standard error, or the mean where there is none. */
    public double high() {
        return mean + standardError.orElse(0);
    }
}
