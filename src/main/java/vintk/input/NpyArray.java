package vintk.input;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * An array as a {@code .npy} file holds it: a shape, and the values in C order (last axis fastest) as Java floats or
 * doubles.
 *
 * <p>{@code f4} and {@code u1}, {@code b1} values are held as floats, {@code f8}, {@code i4} and {@code i8} as doubles;
 * all of them exactly, but for {@code i8} beyond 2<sup>53</sup>, which are rounded to the nearest double. The arrays are
 * not copied, in or out.
 */
public final class NpyArray {

    /** The element types that are read; {@link #F4} and {@link #F8} are also written. */
    public enum DType {
        /** IEEE float32. */
        F4("f4", 4),
        /** IEEE float64. */
        F8("f8", 8),
        /** Signed 32-bit integer. */
        I4("i4", 4),
        /** Signed 64-bit integer. */
        I8("i8", 8),
        /** Unsigned byte. */
        U1("u1", 1),
        /** Boolean, one byte: 0 or 1. */
        B1("b1", 1);

        private final String code;
        private final int bytes;

        DType(String code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        /** NumPy's code for it without the byte order, e.g. {@code f4}. */
        String code() {
            return code;
        }

        /** Bytes per value. */
        int bytes() {
            return bytes;
        }

        boolean fitsFloat() {
            return this == F4 || this == U1 || this == B1;
        }
    }

    private final DType type;
    private final long[] shape;
    /** Exactly one of the two is not null. */
    private final float[] floats;

    private final double[] doubles;

    NpyArray(DType type, long[] shape, float[] floats, double[] doubles) {
        this.type = type;
        this.shape = shape.clone();
        this.floats = floats;
        this.doubles = doubles;
        long values = 1;
        for (long extent : shape) {
            values = Math.multiplyExact(values, extent);
        }
        int length = floats != null ? floats.length : doubles.length;
        if (values != length) {
            throw new IllegalArgumentException(
                    "An array of shape " + shapeText() + " has " + values + " values; got " + length);
        }
    }

    /** A float32 array; {@code new long[0]} is the shape of a scalar. */
    public static NpyArray of(long[] shape, float[] values) {
        return new NpyArray(DType.F4, shape, values, null);
    }

    /** A float64 array; {@code new long[0]} is the shape of a scalar. */
    public static NpyArray of(long[] shape, double[] values) {
        return new NpyArray(DType.F8, shape, null, values);
    }

    /** A batch as a float32 array [samples, channels, height, width]. */
    public static NpyArray of(Batch batch) {
        return of(batch.shape(), batch.data());
    }

    /** The element type in the file. */
    public DType type() {
        return type;
    }

    /** The extents; empty for a scalar. */
    public long[] shape() {
        return shape.clone();
    }

    /** The shape as NumPy prints it, e.g. {@code (3, 4)}. */
    public String shapeText() {
        StringBuilder text = new StringBuilder("(");
        for (int i = 0; i < shape.length; i++) {
            text.append(i > 0 ? ", " : "").append(shape[i]);
        }
        return text.append(shape.length == 1 ? ",)" : ")").toString();
    }

    /** The number of values, at most 2<sup>31</sup> - 1. */
    public int size() {
        return floats != null ? floats.length : doubles.length;
    }

    /** The values as float32: the array itself where they are held so, else rounded into a new one. */
    public float[] floats() {
        if (floats != null) {
            return floats;
        }
        float[] rounded = new float[doubles.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = (float) doubles[i];
        }
        return rounded;
    }

    /** The values as float64: the array itself where they are held so, else widened into a new one. */
    public double[] doubles() {
        if (doubles != null) {
            return doubles;
        }
        double[] widened = new double[floats.length];
        for (int i = 0; i < widened.length; i++) {
            widened[i] = floats[i];
        }
        return widened;
    }

    /** The CRC-32 of its values as float64, in hexadecimal digits: settings of results name arrays by it. */
    public String digest() {
        CRC32 sum = new CRC32();
        ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES);
        for (double value : doubles()) {
            sum.update(bytes.clear().putDouble(value).flip());
        }
        return String.format("%08x", sum.getValue());
    }

    /** The array with an axis brought to the front. */
    public NpyArray withFirst(int axis) {
        if (axis == 0 || axis >= shape.length) {
            return this;
        }
        double[] values = doubles();
        double[] moved = new double[values.length];
        // Without values the other extents may be of any size.
        if (values.length > 0) {
            int before = 1;
            for (int i = 0; i < axis; i++) {
                before *= (int) shape[i];
            }
            int extent = (int) shape[axis];
            int after = values.length / (before * extent);
            for (int b = 0; b < before; b++) {
                for (int n = 0; n < extent; n++) {
                    System.arraycopy(values, (b * extent + n) * after, moved, (n * before + b) * after, after);
                }
            }
        }
        long[] dims = new long[shape.length];
        dims[0] = shape[axis];
        System.arraycopy(shape, 0, dims, 1, axis);
        System.arraycopy(shape, axis + 1, dims, axis + 1, shape.length - axis - 1);
        return of(dims, moved);
    }

    /** Equal shape, type and bits of every value. */
    @Override
    public boolean equals(Object other) {
        return other instanceof NpyArray that
                && type == that.type
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(floats, that.floats)
                && Arrays.equals(doubles, that.doubles);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(shape) + Arrays.hashCode(floats)) + Arrays.hashCode(doubles);
    }

    @Override
    public String toString() {
        return type.code() + shapeText();
    }
}
