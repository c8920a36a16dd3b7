package vintk.opset;

import java.util.stream.IntStream;
import vintk.onnx.Attributes;

/**
 * How Resize takes an axis to another length: which elements make an element of the result, with which weights. In float32
 * and in the order of ONNX Runtime wherever rounding decides (which of two neighbours is nearest, what lies outside).
 *
 * @param mode nearest, linear or cubic
 * @param coordinates the coordinate_transformation_mode
 * @param nearest the nearest_mode; "simple" is that before opset 11
 * @param coefficient a of the cubic kernel
 * @param excludeOutside whether elements outside weigh nothing, instead of as much as those at the edge repeated
 * @param antialias whether the kernel is as wide as the result's elements where those are wider
 */
record Resampling(
        String mode, String coordinates, String nearest, float coefficient, boolean excludeOutside, boolean antialias) {

    /** One axis: lengths, their ratio as the operator takes it, and the region of interest. */
    record Axis(int in, int out, float scale, float start, float end) {
        boolean isWhole() {
            return scale == 1 && in == out;
        }
    }

    static Resampling of(Site site) {
        Attributes attributes = site.attributes();
        boolean old = site.opset() < 11;
        Resampling made = new Resampling(
                attributes.text("mode", "nearest"),
                old ? "asymmetric" : attributes.text("coordinate_transformation_mode", "half_pixel"),
                old ? "simple" : attributes.text("nearest_mode", "round_prefer_floor"),
                attributes.real("cubic_coeff_a", -0.75f),
                attributes.integer("exclude_outside", 0) != 0,
                attributes.integer("antialias", 0) != 0);
        return made.mode.equals("bilinear") ? made.with("linear") : made;
    }

    private Resampling with(String other) {
        return new Resampling(other, coordinates, nearest, coefficient, excludeOutside, antialias);
    }

    boolean isNearest() {
        return mode.equals("nearest");
    }

    /** Whether results outside of the input have a value of their own. */
    boolean extrapolates() {
        return coordinates.equals("tf_crop_and_resize");
    }

    /** Where an element of the result lies on the input's axis, in units of its elements. */
    float coordinate(Axis axis, int i) {
        if (axis.scale == 1) {
            return i;
        }
        float in = axis.in;
        float out = axis.out;
        return switch (coordinates) {
            case "half_pixel" -> (i + 0.5f) / axis.scale - 0.5f;
            case "half_pixel_symmetric" -> {
                float adjustment = out / (axis.scale * in);
                float offset = in / 2 * (1 - adjustment);
                yield (float) (offset + (i + 0.5) / axis.scale - 0.5);
            }
            case "pytorch_half_pixel" -> out > 1 ? (i + 0.5f) / axis.scale - 0.5f : 0;
            case "tf_half_pixel_for_nn" -> (i + 0.5f) / axis.scale;
            case "align_corners" -> out == 1 ? 0 : i * (in - 1) / (out - 1);
            case "asymmetric" -> i / axis.scale;
            case "tf_crop_and_resize" ->
                out > 1
                        ? axis.start * (in - 1) + i * (axis.end - axis.start) * (in - 1) / (out - 1)
                        : (float) (0.5 * (axis.start + axis.end) * (in - 1));
            default -> throw new IllegalArgumentException("coordinate transformation '" + coordinates + "'");
        };
    }

    /** Whether an element of the result lies outside of the input. */
    boolean isOutside(Axis axis, int i) {
        float at = coordinate(axis, i);
        return at < 0 || at > axis.in - 1;
    }

    /** The nearest elements. */
    int[] indices(Axis axis) {
        return IntStream.range(0, axis.out)
                .map(i -> clamp(rounded(coordinate(axis, i), axis.scale < 1), axis.in))
                .toArray();
    }

    private int rounded(float at, boolean down) {
        return (int)
                switch (nearest) {
                    case "simple" -> down ? Math.ceil(at) : (double) (int) at;
                    case "round_prefer_floor" -> at == (int) at + 0.5f ? Math.floor(at) : away(at);
                    case "round_prefer_ceil" -> away(at);
                    case "floor" -> Math.floor(at);
                    case "ceil" -> Math.ceil(at);
                    default -> throw new IllegalArgumentException("nearest mode '" + nearest + "'");
                };
    }

    /** Rounded, halves away from zero as C does. */
    private static double away(float at) {
        return Math.signum(at) * Math.floor(Math.abs((double) at) + 0.5);
    }

    private static int clamp(int index, int extent) {
        return Math.max(0, Math.min(index, extent - 1));
    }

    /** The weights of the input's elements (columns) in each element of the result (rows). */
    double[][] matrix(Axis axis) {
        double[][] matrix = new double[axis.out][axis.in];
        for (int i = 0; i < axis.out; i++) {
            if (antialias) {
                wide(axis, i, matrix[i]);
            } else if (mode.equals("linear")) {
                linear(axis, i, matrix[i]);
            } else if (mode.equals("cubic")) {
                cubic(axis, i, matrix[i]);
            } else {
                throw new IllegalArgumentException("mode '" + mode + "'");
            }
        }
        return matrix;
    }

    private void linear(Axis axis, int i, double[] row) {
        float at = Math.max(0, Math.min(coordinate(axis, i), axis.in - 1));
        int low = (int) at;
        int high = Math.min(low + 1, axis.in - 1);
        row[low] += low == high ? 0.5 : high - at;
        row[high] += low == high ? 0.5 : at - low;
    }

    private void cubic(Axis axis, int i, double[] row) {
        float at = coordinate(axis, i);
        int low = (int) Math.floor(at);
        double sum = 0;
        double[] weights = new double[4];
        for (int tap = 0; tap < 4; tap++) {
            int place = low - 1 + tap;
            boolean counts = !excludeOutside || place >= 0 && place < axis.in;
            weights[tap] = counts ? cubicKernel(Math.abs(at - place)) : 0;
            sum += weights[tap];
        }
        for (int tap = 0; tap < 4; tap++) {
            row[clamp(low - 1 + tap, axis.in)] += excludeOutside ? weights[tap] / sum : weights[tap];
        }
    }

    /** Keys, Cubic convolution interpolation, 1981, with parameter a. */
    private double cubicKernel(double x) {
        double a = coefficient;
        if (x < 1) {
            return ((a + 2) * x - (a + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    /** The kernel stretched where the result is coarser, and normalised. */
    private void wide(Axis axis, int i, double[] row) {
        if (axis.in == axis.out) {
            row[i] = 1;
            return;
        }
        float stretch = Math.max(1, 1 / axis.scale);
        float support = (mode.equals("cubic") ? 2 : 1) * stretch;
        float centre = 0.5f + coordinate(axis, i);
        int from = (int) Math.floor(centre - support + 0.5f);
        int to = (int) Math.floor(centre + support + 0.5f);
        double sum = 0;
        for (int place = from; place < to; place++) {
            boolean inside = place >= 0 && place < axis.in;
            if (inside || !excludeOutside) {
                double x = Math.abs((place - centre + 0.5f) / stretch);
                double weight = mode.equals("cubic") ? cubicKernel(x) : Math.max(0, 1 - x);
                row[clamp(place, axis.in)] += weight;
                sum += weight;
            }
        }
        for (int j = 0; j < row.length; j++) {
            row[j] /= sum == 0 ? 1 : sum;
        }
    }
}
