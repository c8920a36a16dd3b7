package vintk.runtime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Tensors to and from ONNX Runtime. */
final class Tensors {
    /** Where ONNX Runtime's own tensors begin: at multiples of so many bytes. */
    static final int CACHE_LINE = 64;

    private Tensors() {}

    /** A float tensor; close it. */
    static OnnxTensor of(long[] shape, float[] data) {
        FloatBuffer buffer = ByteBuffer.allocateDirect(Math.multiplyExact(data.length, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        buffer.put(data).rewind();
        try {
            return OnnxTensor.createTensor(Session.environment(), buffer, shape);
        } catch (OrtException e) {
            throw Session.failure(e);
        }
    }

    /**
     * Samples as an input takes them; close it.
     *
     * @param shape with the samples on {@code axis}, or without samples where that is negative
     * @param data sample after sample
     */
    static OnnxTensor of(DataType type, Shape shape, int axis, float[] data) {
        boolean asIs = type == DataType.FLOAT && axis <= 0;
        return asIs ? of(shape.dims(), data) : of(batch(type, shape, axis, data));
    }

    /** The same as a tensor of this program. */
    static Tensor batch(DataType type, Shape shape, int axis, float[] data) {
        float[] moved = axis > 0 ? moved(shape, axis, data) : data;
        return type == DataType.FLOAT
                ? Tensor.floats(shape, moved)
                : Tensor.of(new TensorType(type, shape), moved.length, i -> type.nearest(moved[i]));
    }

    /** A tensor of any type; close it. */
    static OnnxTensor of(Tensor tensor) {
        int bytes = tensor.data().remaining();
        // An aligned slice is cut at its end too.
        ByteBuffer direct = ByteBuffer.allocateDirect(Math.addExact(bytes, 2 * CACHE_LINE))
                .alignedSlice(CACHE_LINE)
                .slice(0, bytes);
        return in(direct, tensor);
    }

    /** The same in memory of the caller's, as many bytes as the tensor has, which has to last as long. */
    static OnnxTensor in(ByteBuffer direct, Tensor tensor) {
        direct.order(ByteOrder.nativeOrder()).put(tensor.data()).rewind();
        try {
            return OnnxTensor.createTensor(
                    Session.environment(),
                    direct,
                    tensor.shape().dims(),
                    javaType(tensor.type().dataType()));
        } catch (OrtException e) {
            throw Session.failure(e);
        }
    }

    /** A tensor whose elements are those of a direct buffer, as it is at every run; close it. */
    static OnnxTensor over(DoubleBuffer direct, Shape shape) {
        try {
            return OnnxTensor.createTensor(Session.environment(), direct, shape.dims());
        } catch (OrtException e) {
            throw Session.failure(e);
        }
    }

    /** [N, before..., after...] to [before..., N, after...]. */
    private static float[] moved(Shape shape, int axis, float[] data) {
        int samples = Math.toIntExact(shape.dim(axis));
        int before = Math.toIntExact(shape.product(0, axis));
        int after = Math.toIntExact(shape.product(axis + 1, shape.rank()));
        float[] moved = new float[data.length];
        for (int n = 0; n < samples; n++) {
            for (int b = 0; b < before; b++) {
                System.arraycopy(data, (n * before + b) * after, moved, (b * samples + n) * after, after);
            }
        }
        return moved;
    }

    private static OnnxJavaType javaType(DataType type) {
        return switch (type) {
            case FLOAT -> OnnxJavaType.FLOAT;
            case DOUBLE -> OnnxJavaType.DOUBLE;
            case INT8 -> OnnxJavaType.INT8;
            case UINT8 -> OnnxJavaType.UINT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case BOOL -> OnnxJavaType.BOOL;
            case FLOAT16 -> OnnxJavaType.FLOAT16;
            case BFLOAT16 -> OnnxJavaType.BFLOAT16;
            default ->
                throw new ModelException(
                        ModelException.Kind.UNSUPPORTED_OPERATOR, "inputs of type " + type + " are not handled");
        };
    }

    /** The type ONNX Runtime inferred, or null where an extent is not known. */
    static TensorType type(TensorInfo info) {
        for (long dim : info.getShape()) {
            if (dim < 0) {
                return null;
            }
        }
        return new TensorType(dataType(info), Shape.of(info.getShape()));
    }

    static DataType dataType(TensorInfo info) {
        String name = info.onnxType.name().replace("ONNX_TENSOR_ELEMENT_DATA_TYPE_", "");
        try {
            return DataType.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tensors of type " + name + " are not handled", e);
        }
    }

    /** An output of a run, which is closed with the result. */
    static OnnxTensor output(OrtSession.Result result, String name) {
        return (OnnxTensor) result.get(name).orElseThrow();
    }

    /** The numbers of an output of float64. */
    static double[] doubles(OrtSession.Result result, String name) {
        DoubleBuffer buffer = output(result, name).getDoubleBuffer();
        double[] numbers = new double[buffer.remaining()];
        buffer.get(numbers);
        return numbers;
    }

    /** A copy of a result. */
    static Tensor copy(OnnxTensor tensor) {
        TensorType type = type(tensor.getInfo());
        ByteBuffer source = type.shape().elements() == 0 ? ByteBuffer.allocate(0) : tensor.getByteBuffer();
        ByteBuffer copy = ByteBuffer.allocate(Math.toIntExact(type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        copy.put(source).flip();
        return new Tensor(type, copy);
    }
}
