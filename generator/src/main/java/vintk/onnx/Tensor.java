package vintk.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.Consumer;
import java.util.function.DoublePredicate;
import java.util.function.IntToDoubleFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * A constant: type, shape and the elements in row-major order, as little-endian bytes (the layout of
 * {@code TensorProto.raw_data}). Immutable: the buffer is handed out read-only. Equal are those of equal type and bytes.
 */
public final class Tensor {
    private static final int HASHED_BYTES = 4096;

    private final TensorType type;
    private final Supplier<ByteBuffer> made;
    private ByteBuffer data;
    private int hash;

    /** {@code data} is taken over, not copied; a size that does not match the type is refused. */
    public Tensor(TensorType type, ByteBuffer data) {
        this.type = type;
        this.made = null;
        this.data = taken(data);
    }

    private Tensor(TensorType type, Supplier<ByteBuffer> made) {
        this.type = type;
        this.made = made;
    }

    /** A tensor whose elements are made when they are asked for first, so that graphs can be built before their weights are drawn. */
    static Tensor pending(TensorType type, Supplier<ByteBuffer> made) {
        return new Tensor(type, made);
    }

    /** The same of FLOAT, from what writes all elements in row-major order. */
    public static Tensor pendingFloats(Shape shape, Consumer<FloatBuffer> fill) {
        TensorType type = new TensorType(DataType.FLOAT, shape);
        return pending(type, () -> {
            ByteBuffer buffer = allocate(type.bytes());
            fill.accept(buffer.asFloatBuffer());
            return buffer;
        });
    }

    private ByteBuffer taken(ByteBuffer given) {
        if (given.remaining() != type.bytes()) {
            throw new IllegalArgumentException(
                    "a tensor of type " + type + " has " + type.bytes() + " bytes, got " + given.remaining());
        }
        return given.slice().asReadOnlyBuffer();
    }

    private synchronized ByteBuffer elements() {
        if (data == null) {
            data = taken(made.get());
        }
        return data;
    }

    /**
     * @param values copied, in row-major order
     * @throws IllegalArgumentException where there are more or fewer than the shape has
     */
    public static Tensor floats(Shape shape, float... values) {
        ByteBuffer buffer = allocate(4L * values.length);
        buffer.asFloatBuffer().put(values);
        return new Tensor(new TensorType(DataType.FLOAT, shape), buffer);
    }

    /** As {@link #floats}. */
    public static Tensor doubles(Shape shape, double... values) {
        ByteBuffer buffer = allocate(8L * values.length);
        buffer.asDoubleBuffer().put(values);
        return new Tensor(new TensorType(DataType.DOUBLE, shape), buffer);
    }

    /** As {@link #floats}, of INT64. */
    public static Tensor longs(Shape shape, long... values) {
        ByteBuffer buffer = allocate(8L * values.length);
        buffer.asLongBuffer().put(values);
        return new Tensor(new TensorType(DataType.INT64, shape), buffer);
    }

    /** A one-dimensional INT64 tensor: the form in which ONNX takes axes and shapes. */
    public static Tensor longs(long... values) {
        return longs(Shape.of(values.length), values);
    }

    /** Numbers rounded to a floating or integer element type. */
    public static Tensor of(TensorType type, double... values) {
        return of(type, values.length, i -> values[i]);
    }

    /** One number everywhere. */
    public static Tensor filled(TensorType type, double value) {
        boolean zero = Double.doubleToRawLongBits(value) == 0;
        return zero
                ? new Tensor(type, allocate(type.bytes()))
                : of(type, Math.toIntExact(type.shape().elements()), i -> value);
    }

    /** Element {@code i} is {@code values(i)}, rounded. */
    public static Tensor of(TensorType type, int elements, IntToDoubleFunction values) {
        ByteBuffer buffer = allocate(type.bytes());
        for (int i = 0; i < elements; i++) {
            double value = values.applyAsDouble(i);
            switch (type.dataType()) {
                case FLOAT -> buffer.putFloat((float) value);
                case DOUBLE -> buffer.putDouble(value);
                case INT64 -> buffer.putLong((long) value);
                case INT32 -> buffer.putInt((int) value);
                case INT16, UINT16 -> buffer.putShort((short) value);
                case INT8, UINT8 -> buffer.put((byte) value);
                case BOOL -> buffer.put((byte) (value != 0 ? 1 : 0));
                default -> throw new IllegalArgumentException("constants of type " + type + " are not written");
            }
        }
        return new Tensor(type, buffer.flip());
    }

    private static ByteBuffer allocate(long bytes) {
        return ByteBuffer.allocate(Math.toIntExact(bytes)).order(ByteOrder.LITTLE_ENDIAN);
    }

    public TensorType type() {
        return type;
    }

    public Shape shape() {
        return type.shape();
    }

    /** The elements as little-endian bytes, read-only, positioned at the start. */
    public ByteBuffer data() {
        return elements().duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof Tensor tensor
                        && type.equals(tensor.type)
                        && elements().equals(tensor.elements());
    }

    /** Of the type and the first elements, which tell weights apart: the rest is looked at where they are equal. Kept. */
    @Override
    public int hashCode() {
        if (hash == 0) {
            ByteBuffer bytes = data();
            bytes.limit(Math.min(bytes.limit(), HASHED_BYTES));
            int sum = type.hashCode();
            while (bytes.remaining() >= Long.BYTES) {
                sum = 31 * sum + Long.hashCode(bytes.getLong());
            }
            while (bytes.hasRemaining()) {
                sum = 31 * sum + bytes.get();
            }
            hash = sum;
        }
        return hash;
    }

    /** Whether all elements are as wanted; looks no further than the first that is not. */
    public boolean allMatch(DoublePredicate wanted) {
        ByteBuffer bytes = data();
        long elements = shape().elements();
        for (long i = 0; i < elements; i++) {
            if (!wanted.test(number(bytes, i))) {
                return false;
            }
        }
        return true;
    }

    /** The number that all elements are; NaN where there is none. */
    public double throughout() {
        double first = shape().elements() == 0 ? Double.NaN : number(0);
        return allMatch(number -> number == first) ? first : Double.NaN;
    }

    /** The first of the rows along axis 0, with an extent of 1 there, where all are the same bytes; null where they are not. */
    public Tensor commonRow() {
        long rows = shape().dim(0);
        int bytes = rows == 0 ? 0 : Math.toIntExact(type.bytes() / rows);
        ByteBuffer all = data();
        ByteBuffer first = all.slice(0, bytes);
        boolean same = LongStream.range(1, rows)
                .allMatch(i -> all.slice(Math.toIntExact(i * bytes), bytes).equals(first));
        return rows > 0 && same ? new Tensor(type.withShape(shape().with(0, 1)), first) : null;
    }

    /** Element {@code i} in row-major order, as a double. */
    public double number(long i) {
        return number(data(), i);
    }

    private double number(ByteBuffer bytes, long i) {
        int at = Math.toIntExact(i * type.dataType().bytes());
        return switch (type.dataType()) {
            case FLOAT -> bytes.getFloat(at);
            case DOUBLE -> bytes.getDouble(at);
            case INT64, UINT64 -> bytes.getLong(at);
            case INT32 -> bytes.getInt(at);
            case UINT32 -> Integer.toUnsignedLong(bytes.getInt(at));
            case INT16 -> bytes.getShort(at);
            case UINT16 -> Short.toUnsignedInt(bytes.getShort(at));
            case INT8 -> bytes.get(at);
            case UINT8, BOOL -> Byte.toUnsignedInt(bytes.get(at));
            case FLOAT16 -> halfToFloat(bytes.getShort(at));
            case BFLOAT16 -> Float.intBitsToFloat(bytes.getShort(at) << 16);
        };
    }

    /** All elements as doubles. */
    public double[] numbers() {
        double[] numbers = new double[Math.toIntExact(shape().elements())];
        ByteBuffer bytes = data();
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(bytes, i);
        }
        return numbers;
    }

    /** All elements of an integer tensor. */
    public long[] integers() {
        if (type.dataType().isFloating()) {
            throw new IllegalArgumentException("expected a tensor of integers, got " + type);
        }
        long[] integers = new long[Math.toIntExact(shape().elements())];
        if (type.dataType() == DataType.INT64) {
            data().asLongBuffer().get(integers);
            return integers;
        }
        ByteBuffer bytes = data();
        for (int i = 0; i < integers.length; i++) {
            integers[i] = (long) number(bytes, i);
        }
        return integers;
    }

    /** The elements of a FLOAT tensor. */
    public float[] toFloats() {
        float[] floats = new float[Math.toIntExact(shape().elements())];
        data().asFloatBuffer().get(floats);
        return floats;
    }

    private static float halfToFloat(short half) {
        int sign = (half & 0x8000) << 16;
        int exponent = (half >>> 10) & 0x1f;
        int fraction = half & 0x3ff;
        if (exponent == 0) {
            return (sign == 0 ? 1 : -1) * fraction * 0x1p-24f;
        }
        int bits = exponent == 31 ? 0x7f800000 : (exponent + 112) << 23;
        return Float.intBitsToFloat(sign | bits | fraction << 13);
    }
}
