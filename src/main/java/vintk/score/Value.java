package vintk.score;

/**
 * A finite number that a statistic gave, and whether it is the number or only a bound of it.
 *
 * @param value finite
 * @param bound which side of the true value it is on
 */
public record Value(double value, Bound bound) {

    public Value {
        if (!Double.isFinite(value)) {
            throw new ArithmeticException(
                    "Expected a finite value, got %s: a failure is a status, not a number".formatted(value));
        }
    }

    /** A number known to its precision. */
    public static Value exact(double value) {
        return new Value(value, Bound.EXACT);
    }

    /** Whether this is the number itself. */
    public boolean exact() {
        return bound == Bound.EXACT;
    }

    /** Both added. Bounds add up on one side only, and those of one statistic are all on one side. */
    Value plus(Value other) {
        return new Value(value + other.value, bound == Bound.EXACT ? other.bound : bound);
    }
}
