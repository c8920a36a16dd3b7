package vintk.input;

import java.util.Arrays;
import java.util.List;

/**
 * A batch of images in NCHW order: {@code samples} × {@code channels} × {@code height} × {@code width} float32 values,
 * contiguous, the width fastest.
 *
 * <p>The array is not copied, in or out: a batch of 64 images of 224×224 is 38 MB, and nobody writes to it after it was
 * made. Equality is that of the contents.
 *
 * @param samples N, 0 or more
 * @param channels C
 * @param height H, in pixels
 * @param width W, in pixels
 * @param data [N, C, H, W]
 */
public record Batch(int samples, int channels, int height, int width, float[] data) {

    public Batch {
        requireExtents(samples, channels, height, width);
        if (data.length != length(samples, channels, height, width)) {
            throw new IllegalArgumentException("A batch of shape " + shapeText(samples, channels, height, width)
                    + " has " + length(samples, channels, height, width) + " values; got an array of " + data.length);
        }
    }

    private static void requireExtents(int samples, int channels, int height, int width) {
        if (samples < 0 || channels < 1 || height < 1 || width < 1) {
            throw new IllegalArgumentException("A batch needs samples >= 0 and channels, height, width >= 1; got "
                    + shapeText(samples, channels, height, width));
        }
    }

    /** A batch of zeros, to be filled by its maker; refuses what is none before memory is taken. */
    static Batch zeros(int samples, int channels, int height, int width) {
        requireExtents(samples, channels, height, width);
        return new Batch(samples, channels, height, width, new float[Batch.length(samples, channels, height, width)]);
    }

    /**
     * The number of values in a batch of this shape.
     *
     * @throws IllegalArgumentException when a Java array cannot hold them (2^31 - 1 values, 8 GB)
     */
    private static int length(int samples, int channels, int height, int width) {
        try {
            return Math.multiplyExact(Math.multiplyExact(samples, channels), Math.multiplyExact(height, width));
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("A batch of shape " + shapeText(samples, channels, height, width)
                    + " has more than 2^31 values; ask for fewer samples or smaller images");
        }
    }

    private static String shapeText(int samples, int channels, int height, int width) {
        return "[" + samples + ", " + channels + ", " + height + ", " + width + "]";
    }

    /** The shape as ONNX Runtime wants it: {@code {samples, channels, height, width}}. */
    public long[] shape() {
        return new long[] {samples, channels, height, width};
    }

    /** Values per channel: height × width. */
    public int planeSize() {
        return height * width;
    }

    /** Values per sample: channels × height × width. */
    public int sampleSize() {
        return channels * height * width;
    }

    /** Where the plane of this sample and channel begins in {@link #data}. */
    public int offset(int sample, int channel) {
        return (sample * channels + channel) * planeSize();
    }

    /** A batch of the same shape around other values. */
    public Batch with(float[] values) {
        return new Batch(samples, channels, height, width, values);
    }

    /** Samples {@code from} (inclusive) to {@code to} (exclusive), copied. */
    public Batch slice(int from, int to) {
        if (from < 0 || to < from || to > samples) {
            throw new IllegalArgumentException(
                    "Samples " + from + " to " + to + " asked of a batch that has " + samples);
        }
        float[] part = Arrays.copyOfRange(data, from * sampleSize(), to * sampleSize());
        return new Batch(to - from, channels, height, width, part);
    }

    /** The samples of all parts, one after the other; the parts must agree in channels, height and width. */
    public static Batch concatenate(List<Batch> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("Nothing to concatenate: expected one batch at least");
        }
        Batch first = parts.get(0);
        int samples = 0;
        for (Batch part : parts) {
            if (part.channels != first.channels || part.height != first.height || part.width != first.width) {
                throw new IllegalArgumentException("Batches of different image shapes cannot be concatenated: "
                        + Arrays.toString(first.shape()) + " and " + Arrays.toString(part.shape()));
            }
            samples = Math.addExact(samples, part.samples);
        }
        Batch whole = zeros(samples, first.channels, first.height, first.width);
        int at = 0;
        for (Batch part : parts) {
            System.arraycopy(part.data, 0, whole.data, at, part.data.length);
            at += part.data.length;
        }
        return whole;
    }

    /**
     * This batch, unless it holds a NaN or an infinity: one such value would turn the whole kernel into NaN.
     *
     * @param where what the values are, for the message, e.g. {@code "x.npy"}
     * @throws IllegalArgumentException with the number of bad values and the place of the first
     */
    public Batch requireFinite(String where) {
        int bad = 0;
        int first = -1;
        for (int i = 0; i < data.length; i++) {
            if (!Float.isFinite(data[i])) {
                bad++;
                first = first < 0 ? i : first;
            }
        }
        if (bad > 0) {
            throw new IllegalArgumentException(where + ": expected finite values, got " + bad + " of " + data.length
                    + " that are NaN or infinite; the first is " + data[first] + " at sample " + first / sampleSize()
                    + ", channel " + first / planeSize() % channels + ", row " + first / width % height + ", column "
                    + first % width);
        }
        return this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Batch that && Arrays.equals(shape(), that.shape()) && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape()) + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
        return "Batch" + shapeText(samples, channels, height, width);
    }
}
