package vintk.autodiff;

import java.util.LinkedHashMap;
import java.util.Map;
import vintk.onnx.DataType;
import vintk.onnx.Tensor;

/**
 * Derivatives by central differences, (f(x + h) - f(x - h)) / 2h: the truncation is h²/6 f''', the rounding ε |f| / h.
 * That is 1e-10 for h = 1e-5 in double, and 1e-4 for h = 1/64 in float.
 */
public final class FiniteDifferences {
    private FiniteDifferences() {}

    /** The step for an element type. */
    public static double step(DataType type) {
        return type == DataType.DOUBLE ? 1e-5 : 1.0 / 64;
    }

    /** Derivatives of all elements of an output by all elements of an input: [input element][output element]. */
    public static double[][] jacobian(Runner function, String output, Map<String, Tensor> inputs, String by) {
        Tensor at = inputs.get(by);
        double step = step(at.type().dataType());
        double[] x = at.numbers();
        double[][] jacobian = new double[x.length][];
        for (int i = 0; i < x.length; i++) {
            double[] above = shifted(function, output, inputs, by, i, step);
            double[] below = shifted(function, output, inputs, by, i, -step);
            jacobian[i] = new double[above.length];
            for (int o = 0; o < above.length; o++) {
                jacobian[i][o] = (above[o] - below[o]) / (2 * step);
            }
        }
        return jacobian;
    }

    private static double[] shifted(
            Runner function, String output, Map<String, Tensor> inputs, String by, int element, double step) {
        Tensor at = inputs.get(by);
        double[] x = at.numbers();
        x[element] += step;
        Map<String, Tensor> moved = new LinkedHashMap<>(inputs);
        moved.put(by, Tensor.of(at.type(), x));
        return function.run(moved).get(output).numbers();
    }

    /** The derivatives of ⟨cotangent, output⟩. */
    public static double[] pulledBack(double[][] jacobian, double[] cotangent) {
        double[] gradient = new double[jacobian.length];
        for (int i = 0; i < gradient.length; i++) {
            for (int o = 0; o < cotangent.length; o++) {
                gradient[i] += jacobian[i][o] * cotangent[o];
            }
        }
        return gradient;
    }

    /** Where two gradients differ most; null where all differences are within {@code tolerance} of the largest element. */
    public static String worst(double[] found, double[] expected, double tolerance) {
        if (found.length != expected.length) {
            return "it has " + found.length + " elements, expected " + expected.length;
        }
        double scale = 1;
        for (double value : expected) {
            scale = Math.max(scale, Math.abs(value));
        }
        int worst = -1;
        double most = tolerance * scale;
        for (int i = 0; i < found.length; i++) {
            double difference = Math.abs(found[i] - expected[i]);
            if (!(difference <= most)) {
                most = difference;
                worst = i;
            }
        }
        return worst < 0 ? null : "element " + worst + " is " + found[worst] + ", expected " + expected[worst];
    }
}
