package vintk.rank;

import java.util.OptionalDouble;

/**
 * A correlation coefficient, or a difference of two, with its 95 % bootstrap interval. Absent where it is not defined: fewer than
 * two models, or all values of one side equal; the interval also where there are fewer than {@value #FEWEST} models, or where
 * more than a twentieth of the resamples have no coefficient.
 *
 * @param value the coefficient
 * @param low 2.5 % percentile of the resamples
 * @param high 97.5 % percentile of the resamples
 */
public record Coefficient(OptionalDouble value, OptionalDouble low, OptionalDouble high) {

    /** Models that an interval takes. */
    public static final int FEWEST = Resamples.FEWEST;
}
