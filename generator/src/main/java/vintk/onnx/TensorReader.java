package vintk.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads a {@link TensorProto}: raw data, or the typed fields that older writers use. */
public final class TensorReader {
    private TensorReader() {}

    /** Type and shape, without looking at the elements. */
    public static TensorType type(TensorProto proto) {
        try {
            return new TensorType(
                    DataType.of(proto.getDataType()),
                    Shape.of(proto.getDimsList().stream()
                            .mapToLong(Long::longValue)
                            .toArray()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tensor '" + proto.getName() + "': " + e.getMessage(), e);
        }
    }

    /**
     * Whether a tensor's data fits its shape: an {@link IllegalArgumentException} says what does not (extents, bytes,
     * element type).
     */
    public static void check(TensorProto proto) {
        TensorType type = type(proto);
        long elements;
        long bytes;
        try {
            elements = type.shape().elements();
            bytes = type.bytes();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "tensor '" + proto.getName() + "' of type " + type + " has more elements than can be counted", e);
        }
        if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            throw new IllegalArgumentException("tensor '" + proto.getName() + "': its external data was not loaded");
        }
        if (proto.hasRawData()) {
            if (bytes > Integer.MAX_VALUE || proto.getRawData().size() != bytes) {
                throw new IllegalArgumentException("tensor '" + proto.getName() + "' of type " + type + " has "
                        + proto.getRawData().size() + " bytes of data");
            }
            return;
        }
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
    }

    /** The tensor; refused as {@link #check} says. */
    public static Tensor read(TensorProto proto) {
        check(proto);
        TensorType type = type(proto);
        if (proto.hasRawData()) {
            return new Tensor(type, proto.getRawData().asReadOnlyByteBuffer());
        }
        long elements = type.shape().elements();
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

    /** What a Constant node holds, under the name of its output; null where that is no tensor of numbers. */
    public static TensorProto constant(NodeProto node) {
        for (AttributeProto attribute : node.getAttributeList()) {
            TensorProto.Builder tensor =
                    switch (attribute.getName()) {
                        case "value" -> attribute.getT().toBuilder();
                        case "value_float" -> numbers(DataType.FLOAT).addFloatData(attribute.getF());
                        case "value_floats" ->
                            numbers(DataType.FLOAT)
                                    .addDims(attribute.getFloatsCount())
                                    .addAllFloatData(attribute.getFloatsList());
                        case "value_int" -> numbers(DataType.INT64).addInt64Data(attribute.getI());
                        case "value_ints" ->
                            numbers(DataType.INT64)
                                    .addDims(attribute.getIntsCount())
                                    .addAllInt64Data(attribute.getIntsList());
                        default -> null;
                    };
            if (tensor != null) {
                return tensor.setName(node.getOutput(0)).build();
            }
        }
        return null;
    }

    private static TensorProto.Builder numbers(DataType type) {
        return TensorProto.newBuilder().setDataType(type.code());
    }
}
