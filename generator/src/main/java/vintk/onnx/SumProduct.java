package vintk.onnx;

import java.util.Arrays;

/**
 * Sums over the middle axis of [N, T, k], which are gradients of biases, as products with ones: on CUDA devices ONNX Runtime has no
 * kernel of its own for them, and cuDNN's takes several times as long as a product.
 */
final class SumProduct {
    private SumProduct() {}

    static Graph apply(Graph graph) {
        return Rewrite.single(graph, (node, inputs) -> isMiddle(node) ? product(node, inputs.get(0)) : null);
    }

    private static boolean isMiddle(Node node) {
        return node.is("ReduceSum")
                && Arrays.equals(Reduce.axes(node), new int[] {1})
                && node.input(0).shape().rank() == 3
                && node.output().dataType() == DataType.FLOAT;
    }

    private static Value product(Node node, Value x) {
        Shape row = Shape.of(x.shape().dim(0), 1, x.shape().dim(1));
        Value product = Ops.matMul(Ops.constant(Tensor.filled(x.type().withShape(row), 1)), x);
        return Ops.reshape(product, node.output().shape());
    }
}
