package vintk.onnx;

/**
 * Element type and shape of a tensor.
 *
 * @param dataType of the elements
 * @param shape static: every extent is known
 */
public record TensorType(DataType dataType, Shape shape) {
    public static TensorType of(DataType dataType, long... dims) {
        return new TensorType(dataType, Shape.of(dims));
    }

    public TensorType withShape(Shape other) {
        return new TensorType(dataType, other);
    }

    /** Bytes of the tensor. */
    public long bytes() {
        return Math.multiplyExact(shape.elements(), (long) dataType.bytes());
    }

    @Override
    public String toString() {
        return dataType + "" + shape;
    }
}
