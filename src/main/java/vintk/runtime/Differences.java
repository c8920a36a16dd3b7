package vintk.runtime;

import java.util.Arrays;
import java.util.List;

/**
 * The derivative of a vector-valued function at 0 by central differences with three steps, each a quarter of the last,
 * and one Richardson extrapolation: R = (16 D(h/4) - D(h)) / 15, of error h⁴. Of the two extrapolations the finer counts,
 * unless rounding made it the worse: then they differ, which is said.
 *
 * @param value f(0)
 * @param derivative by element
 * @param unsettled by element: by how much the two extrapolations differ
 * @param bend by element: how much the one-sided derivatives differ at the finest step; h f″ where f is smooth, the jump
 *     of the derivative at a kink
 */
record Differences(double[] value, double[] derivative, double[] unsettled, double[] bend) {
    /** Relative to the size of what is moved. In float64: the truncation h⁴ and the rounding 1e-16/h are both below 1e-10. */
    static final double STEP = 0x1p-12;

    /**
     * For whole networks in float64: where kinks lie close, few are within the smaller step, at the end of which
     * rounding is 1e-7; where there are none, the larger one gives more digits.
     */
    static final List<Double> NETWORK_STEPS = List.of(0x1p-16, 0x1p-24);

    /** In float32: the rounding 1e-7/h is 1e-5 at the finest step. */
    static final double SINGLE_STEP = 0x1p-4;

    private static final int STEPS = 3;
    private static final double RATIO = 4;

    /** A function of a step along a direction. */
    @FunctionalInterface
    interface Function {
        double[] at(double step);
    }

    static Differences of(Function function, double step) {
        double[] middle = function.at(0);
        double[][] central = new double[STEPS][];
        double[] bend = new double[middle.length];
        double h = step;
        for (int k = 0; k < STEPS; k++, h /= RATIO) {
            double[] above = function.at(h);
            double[] below = function.at(-h);
            central[k] = new double[middle.length];
            for (int i = 0; i < middle.length; i++) {
                central[k][i] = (above[i] - below[i]) / (2 * h);
                bend[i] = Math.abs((above[i] - middle[i]) - (middle[i] - below[i])) / h;
            }
        }
        double[] derivative = new double[middle.length];
        double[] unsettled = new double[middle.length];
        double square = RATIO * RATIO;
        for (int i = 0; i < middle.length; i++) {
            double coarse = (square * central[1][i] - central[0][i]) / (square - 1);
            double fine = (square * central[2][i] - central[1][i]) / (square - 1);
            derivative[i] = fine;
            unsettled[i] = Math.abs(fine - coarse);
        }
        return new Differences(middle, derivative, unsettled, bend);
    }

    /**
     * How far a derivative may be off by the rounding of the values alone: a small change of a large number has few digits.
     *
     * @param step the one that was given to {@link #of}
     * @param single whether the function rounds to float32
     */
    double rounding(int element, double step, boolean single) {
        double finest = step / Math.pow(RATIO, STEPS - 1);
        return Math.abs(value[element]) * (single ? 0x1p-23 : 0x1p-52) / finest;
    }

    /** Root of the mean square of an array; 0 of an empty one. */
    static double size(double[] values) {
        double sum =
                Arrays.stream(values).filter(Double::isFinite).map(v -> v * v).sum();
        return Math.sqrt(sum / Math.max(1, values.length));
    }
}
