package vintk.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads a {@link TensorProto}: raw data, or the typed fields that older writers use. */
public final class TensorReader {
    private TensorReader() {}

    /** The tensor; an {@link IllegalArgumentException} says what does not fit (extents, bytes, element type). */
    public static Tensor read(TensorProto proto) {
        DataType dataType;
        Shape shape;
        long elements;
        try {
            dataType = DataType.of(proto.getDataType());
            shape = Shape.of(
                    proto.getDimsList().stream().mapToLong(Long::longValue).toArray());
            elements = shape.elements();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new IllegalArgumentException("tensor '" + proto.getName() + "': " + e.getMessage(), e);
        }
        if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            throw new IllegalArgumentException("tensor '" + proto.getName() + "': its external data was not loaded");
        }
        if (proto.hasRawData()) {
            long bytes = proto.getRawData().size();
            if (elements > Integer.MAX_VALUE || bytes != elements * dataType.bytes()) {
                throw new IllegalArgumentException("tensor '" + proto.getName() + "' of type " + dataType + shape
                        + " has " + bytes + " bytes of data");
            }
            return new Tensor(
                    new TensorType(dataType, shape), proto.getRawData().asReadOnlyByteBuffer());
        }
        return fromFields(proto, new TensorType(dataType, shape), elements);
    }

    private static Tensor fromFields(TensorProto proto, TensorType type, long elements) {
        long given =
                switch (type.dataType()) {
                    case FLOAT -> proto.getFloatDataCount();
                    case DOUBLE -> proto.getDoubleDataCount();
                    case INT64 -> proto.getInt64DataCount();
                    case UINT32, UINT64 -> proto.getUint64DataCount();
                    default -> proto.getInt32DataCount();
                };
        if (given != elements) {
            throw new IllegalArgumentException(
                    "tensor '" + proto.getName() + "' of type " + type + " has " + given + " elements of data");
        }
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            switch (type.dataType()) {
                case FLOAT -> buffer.putFloat(proto.getFloatData(i));
                case DOUBLE -> buffer.putDouble(proto.getDoubleData(i));
                case INT64 -> buffer.putLong(proto.getInt64Data(i));
                case UINT64 -> buffer.putLong(proto.getUint64Data(i));
                case UINT32 -> buffer.putInt((int) proto.getUint64Data(i));
                case INT32 -> buffer.putInt(proto.getInt32Data(i));
                case INT16, UINT16, FLOAT16, BFLOAT16 -> buffer.putShort((short) proto.getInt32Data(i));
                case INT8, UINT8, BOOL -> buffer.put((byte) proto.getInt32Data(i));
            }
        }
        return new Tensor(type, buffer.flip());
    }
}
