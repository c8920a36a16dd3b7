package vintk.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;

/** The element types of ONNX tensors that the program handles, with the codes of {@code TensorProto.DataType}. */
public enum DataType {
    FLOAT(1, 4),
    UINT8(2, 1),
    INT8(3, 1),
    UINT16(4, 2),
    INT16(5, 2),
    INT32(6, 4),
    INT64(7, 8),
    BOOL(9, 1),
    FLOAT16(10, 2),
    DOUBLE(11, 8),
    UINT32(12, 4),
    UINT64(13, 8),
    BFLOAT16(16, 2);

    private final int code;
    private final int bytes;

    DataType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    /** The code of this type in {@code TensorProto.data_type}. */
    public int code() {
        return code;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether values of this type have gradients. */
    public boolean isFloating() {
        return this == FLOAT || this == DOUBLE || this == FLOAT16 || this == BFLOAT16;
    }

    /** The number of this type that is nearest to a value: of those with a fraction, the value itself. */
    public double nearest(double value) {
        return switch (this) {
            case BOOL -> value == 0 ? 0 : 1;
            case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> value;
            default -> {
                boolean signed = this == INT8 || this == INT16 || this == INT32 || this == INT64;
                double size = Math.scalb(1.0, 8 * bytes);
                double lowest = signed ? -size / 2 : 0;
                yield Math.max(lowest, Math.min(lowest + size - 1, Math.rint(value)));
            }
        };
    }

    /** The type with this code; an {@link IllegalArgumentException} names a code that is not handled. */
    public static DataType of(int code) {
        for (DataType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        TensorProto.DataType known = TensorProto.DataType.forNumber(code);
        throw new IllegalArgumentException("tensor element type " + (known == null ? code : known)
                + " is not handled (strings, complex numbers and types of less than a byte are not)");
    }
}
