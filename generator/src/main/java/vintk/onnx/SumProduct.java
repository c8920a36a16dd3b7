package vintk.onnx;

import java.util.Arrays;
import java.util.List;

/**
 * Sums over the middle axis of [N, T, k], which are gradients of biases, as products with ones: on CUDA devices ONNX Runtime has no
 * kernel of its own for them, and cuDNN's takes several times as long as a product.
 */
final class SumProduct {
    private SumProduct() {}

    static Graph apply(Graph graph) {
        return Rewrite.apply(
                graph,
                (node, inputs) -> isMiddle(node, inputs)
                        ? List.of(product(node, inputs.get(0)))
                        : Rewrite.with(node, inputs).outputs());
    }

    private static boolean isMiddle(Node node, List<Value> inputs) {
        return node.domain().isEmpty()
                && node.opType().equals("ReduceSum")
                && inputs.size() > 1
                && inputs.get(1) != null
                && inputs.get(1).isConstant()
                && Arrays.equals(inputs.get(1).constant().integers(), new long[] {1})
                && inputs.get(0).shape().rank() == 3
                && inputs.get(0).dataType() == DataType.FLOAT;
    }

    private static Value product(Node node, Value x) {
        Shape row = Shape.of(x.shape().dim(0), 1, x.shape().dim(1));
        Value product = Ops.matMul(Ops.constant(Tensor.filled(x.type().withShape(row), 1)), x);
        return Ops.reshape(product, node.output().shape());
    }
}
