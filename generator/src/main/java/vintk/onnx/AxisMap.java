package vintk.onnx;

/**
 * A linear map along one axis: resampling, windowed sums, Fourier sums. As one product with a constant matrix it needs no
 * gradient rule of its own, and costs rows × columns operations for each line of the tensor.
 */
public final class AxisMap {
    private AxisMap() {}

    /**
     * y[..., i, ...] = Σ_j matrix[i][j] x[..., j, ...].
     *
     * @param matrix one row an element of the result; as many columns as the axis is long
     */
    public static Value apply(Value x, int axis, double[][] matrix) {
        int at = x.shape().axis(axis);
        int rank = x.shape().rank();
        long extent = x.shape().dim(at);
        double[] elements = new double[Math.multiplyExact(matrix.length, Math.toIntExact(extent))];
        for (int i = 0; i < matrix.length; i++) {
            if (matrix[i].length != extent) {
                throw new IllegalArgumentException(
                        "a matrix of " + extent + " columns is expected for axis " + at + " of " + x);
            }
            System.arraycopy(matrix[i], 0, elements, Math.toIntExact(i * extent), matrix[i].length);
        }
        Shape result = x.shape().with(at, matrix.length);
        if (at == rank - 1 && rank > 1) {
            return Ops.matMul(x, Ops.transposeLast(constant(x, elements, matrix.length, extent)));
        }
        // The axis second from the right: what lies behind it is merged into one.
        Shape flat = Shape.concat(x.shape().slice(0, at + 1), Shape.of(x.shape().product(at + 1, rank)));
        Value product = Ops.matMul(constant(x, elements, matrix.length, extent), Ops.reshape(x, flat));
        return Ops.reshape(product, result);
    }

    private static Value constant(Value x, double[] elements, long rows, long columns) {
        return Ops.constant(Tensor.of(TensorType.of(x.dataType(), rows, columns), elements));
    }
}
