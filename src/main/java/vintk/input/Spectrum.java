package vintk.input;

import java.util.function.DoubleUnaryOperator;
import org.jtransforms.fft.DoubleFFT_1D;

/**
 * The discrete Fourier transform of an image plane, and its multiplication by a gain that depends on the frequency's
 * radius alone.
 *
 * <p>A frequency is f = k / n cycles per pixel with k the centred index, so f lies in [-1/2, 1/2), and 1/2 is Nyquist.
 * Its radius is ρ = sqrt((2 f_x)² + (2 f_y)²): 1 at Nyquist along an axis, √2 in the corner, whatever the image size
 * and aspect. As ρ is even in f_x and in f_y, every gain g(ρ) is conjugate-symmetric and the filtered plane is real.
 *
 * <p>Inside, everything is float64, so a filter's own error (about 1e-15 of the plane's largest value) is far below the
 * float32 rounding of its result. Cost per plane: two transforms, 10·h·w·log2(h·w) operations.
 *
 * <p>The two-dimensional transform is built from JTransforms' one-dimensional one, rows and then columns. The library's
 * own two-dimensional class starts threads for planes over 65536 pixels; this one never does, so the time a caller
 * spends is his own and the bits do not depend on the number of threads. An instance holds a scratch plane: one per
 * thread.
 */
public final class Spectrum {
    private final int height;
    private final int width;
    private final DoubleFFT_1D alongRow;
    private final DoubleFFT_1D alongColumn;
    /** Complex plane, real and imaginary parts interleaved, [height][2·width]. */
    private final double[] plane;

    private final double[] column;

    /** Transforms for planes of this size, in pixels; any size from 1×1, powers of two or not. */
    public Spectrum(int height, int width) {
        this.height = height;
        this.width = width;
        this.alongRow = new DoubleFFT_1D(width);
        this.alongColumn = new DoubleFFT_1D(height);
        this.plane = new double[Math.toIntExact(2L * height * width)];
        this.column = new double[2 * height];
    }

    /**
     * The gain of every frequency of a plane, in the order of the transform: [height][width], frequency 0 first.
     *
     * @param ofRadius the gain as a function of ρ in [0, √2]
     */
    public static double[] gains(int height, int width, DoubleUnaryOperator ofRadius) {
        double[] gains = new double[Math.toIntExact((long) height * width)];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                gains[y * width + x] = ofRadius.applyAsDouble(radius(y, x, height, width));
            }
        }
        return gains;
    }

    /**
     * The radius ρ of the frequency at row y and column x of the transform.
     *
     * <p>2·sqrt((k_y·w)² + (k_x·h)²) / (h·w), with integers under the root: a radius that is a ratio of integers, such
     * as 28/112 along an axis, comes out as the double nearest to it. So a cut written {@code 0.25} falls on the same
     * side for every frequency that has this radius exactly.
     */
    static double radius(int y, int x, int height, int width) {
        long ky = (2 * y < height ? y : y - height) * (long) width;
        long kx = (2 * x < width ? x : x - width) * (long) height;
        return 2 * Math.sqrt((double) (ky * ky + kx * kx)) / ((double) height * width);
    }

    /**
     * Replaces a plane by the one whose transform is multiplied by the gains.
     *
     * @param gains from {@link #gains}, [height][width]
     * @param data holds the plane, height × width values from {@code offset} on; overwritten
     * @return the largest magnitude among the imaginary parts of the inverse: rounding only, for symmetric gains
     */
    public double multiply(double[] gains, float[] data, int offset) {
        for (int i = 0; i < height * width; i++) {
            plane[2 * i] = data[offset + i];
            plane[2 * i + 1] = 0;
        }
        forward();
        for (int i = 0; i < height * width; i++) {
            plane[2 * i] *= gains[i];
            plane[2 * i + 1] *= gains[i];
        }
        inverse();
        double imaginary = 0;
        for (int i = 0; i < height * width; i++) {
            data[offset + i] = (float) plane[2 * i];
            imaginary = Math.max(imaginary, Math.abs(plane[2 * i + 1]));
        }
        return imaginary;
    }

    private void forward() {
        for (int y = 0; y < height; y++) {
            alongRow.complexForward(plane, 2 * width * y);
        }
        for (int x = 0; x < width; x++) {
            takeColumn(x);
            alongColumn.complexForward(column);
            putColumn(x);
        }
    }

    private void inverse() {
        for (int x = 0; x < width; x++) {
            takeColumn(x);
            alongColumn.complexInverse(column, true);
            putColumn(x);
        }
        for (int y = 0; y < height; y++) {
            alongRow.complexInverse(plane, 2 * width * y, true);
        }
    }

    private void takeColumn(int x) {
        for (int y = 0; y < height; y++) {
            column[2 * y] = plane[2 * (y * width + x)];
            column[2 * y + 1] = plane[2 * (y * width + x) + 1];
        }
    }

    private void putColumn(int x) {
        for (int y = 0; y < height; y++) {
            plane[2 * (y * width + x)] = column[2 * y];
            plane[2 * (y * width + x) + 1] = column[2 * y + 1];
        }
    }
}
