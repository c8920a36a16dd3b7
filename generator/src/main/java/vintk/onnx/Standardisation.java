package vintk.onnx;

/**
 * What has been divided by its standard deviation, as arithmetic.
 *
 * @param value (x - μ) / σ
 * @param mean null where it is not subtracted
 * @param inverse of the deviation
 */
public record Standardisation(Value value, Value mean, Value inverse) {
    /** Zero mean (where {@code centred}) and unit mean square over the given axes: (x - μ) / √(σ² + ε). */
    public static Standardisation of(Value x, boolean centred, double epsilon, int... axes) {
        Value mean = centred ? Ops.reduceMean(x, axes) : null;
        Value from = centred ? Ops.sub(x, mean) : x;
        Value variance = Ops.reduceMean(Ops.square(from), axes);
        Value inverse = Ops.reciprocal(Ops.sqrt(Ops.add(variance, epsilon)));
        return new Standardisation(Ops.mul(from, inverse), mean, inverse);
    }
}
