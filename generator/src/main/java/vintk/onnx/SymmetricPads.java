package vintk.onnx;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Transposed convolutions whose padding is equal on both sides, with a Slice behind for what one side cuts off more than the other.
 * ONNX Runtime's CUDA provider takes no others, and leaves them to the processor: the gradients of strided convolutions that were
 * padded to SAME. For graphs that this program runs itself on CUDA devices.
 */
final class SymmetricPads {
    private SymmetricPads() {}

    static Graph apply(Graph graph) {
        return Rewrite.single(graph, (node, inputs) -> isUneven(node) ? even(node, inputs) : null);
    }

    private static boolean isUneven(Node node) {
        if (!node.is("ConvTranspose")) {
            return false;
        }
        Window window = Window.of(node);
        return IntStream.range(0, window.rank()).anyMatch(i -> window.begin(i) != window.end(i));
    }

    private static Value even(Node node, List<Value> inputs) {
        Window window = Window.of(node);
        int rank = window.rank();
        long[] equal = new long[2 * rank];
        Shape larger = node.output().shape();
        for (int i = 0; i < rank; i++) {
            equal[i] = Math.min(window.begin(i), window.end(i));
            equal[rank + i] = equal[i];
            larger = larger.with(2 + i, larger.dim(2 + i) + window.begin(i) + window.end(i) - 2 * equal[i]);
        }
        Value y = Ops.node(
                "ConvTranspose",
                node.output().type().withShape(larger),
                node.attributes().with("pads", equal),
                inputs.toArray(new Value[0]));
        for (int i = 0; i < rank; i++) {
            long begin = window.begin(i) - equal[i];
            y = Indexing.slice(y, 2 + i, begin, begin + node.output().shape().dim(2 + i));
        }
        return y;
    }
}
