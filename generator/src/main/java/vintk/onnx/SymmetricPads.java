package vintk.onnx;

import java.util.List;

/**
 * Transposed convolutions whose padding is equal on both sides, with a Slice behind for what one side cuts off more than the other.
 * ONNX Runtime's CUDA provider takes no others, and leaves them to the processor: the gradients of strided convolutions that were
 * padded to SAME. For graphs that this program runs itself on CUDA devices.
 */
final class SymmetricPads {
    private SymmetricPads() {}

    static Graph apply(Graph graph) {
        return Rewrite.apply(
                graph,
                (node, inputs) -> isUneven(node)
                        ? List.of(even(node, inputs))
                        : Rewrite.with(node, inputs).outputs());
    }

    private static boolean isUneven(Node node) {
        if (!node.is("ConvTranspose")) {
            return false;
        }
        long[] pads = pads(node);
        for (int i = 0; i < pads.length / 2; i++) {
            if (pads[i] != pads[pads.length / 2 + i]) {
                return true;
            }
        }
        return false;
    }

    private static long[] pads(Node node) {
        return node.attributes()
                .integers("pads", new long[2 * (node.output().shape().rank() - 2)]);
    }

    private static Value even(Node node, List<Value> inputs) {
        long[] pads = pads(node);
        int rank = pads.length / 2;
        long[] equal = new long[2 * rank];
        Shape larger = node.output().shape();
        for (int i = 0; i < rank; i++) {
            equal[i] = Math.min(pads[i], pads[rank + i]);
            equal[rank + i] = equal[i];
            larger = larger.with(2 + i, larger.dim(2 + i) + pads[i] + pads[rank + i] - 2 * equal[i]);
        }
        Value y = Ops.node(
                "ConvTranspose",
                node.output().type().withShape(larger),
                node.attributes().with("pads", equal),
                inputs.toArray(new Value[0]));
        for (int i = 0; i < rank; i++) {
            long begin = pads[i] - equal[i];
            y = Indexing.slice(y, 2 + i, begin, begin + node.output().shape().dim(2 + i));
        }
        return y;
    }
}
