package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Set;
import vintk.onnx.Attributes;

/**
 * Recurrent nodes of {@code layout} 1, which have the batch on axis 0, as nodes of layout 0 with transpositions around
 * them: ONNX Runtime has no kernel for the former, and could not tell the types of a model that holds one.
 */
final class BatchFirst {
    private static final Set<String> RECURRENT = Set.of("RNN", "GRU", "LSTM");

    /** X, the initial states, and those left at the end: the first two axes are exchanged. */
    private static final long[] EXCHANGED = {1, 0, 2};

    /** Y is [T, D, N, H] of layout 0 and [N, T, D, H] of layout 1. */
    private static final long[] SEQUENCE = {2, 0, 1, 3};

    private BatchFirst() {}

    /** The graph without such nodes; the same where it has none. */
    static GraphProto of(GraphProto whole) {
        if (whole.getNodeList().stream().noneMatch(BatchFirst::isBatchFirst)) {
            return whole;
        }
        GraphProto.Builder graph = whole.toBuilder().clearNode();
        for (NodeProto node : whole.getNodeList()) {
            if (isBatchFirst(node)) {
                rewrite(node, graph);
            } else {
                graph.addNode(node);
            }
        }
        return graph.build();
    }

    private static boolean isBatchFirst(NodeProto node) {
        return node.getDomain().isEmpty()
                && RECURRENT.contains(node.getOpType())
                && Attributes.of(node.getAttributeList()).integer("layout", 0) == 1;
    }

    private static void rewrite(NodeProto node, GraphProto.Builder graph) {
        NodeProto.Builder changed = node.toBuilder().clearAttribute();
        changed.addAllAttribute(
                Attributes.of(node.getAttributeList()).without("layout").all());
        // Names that begin with an output's own are free, as that is unique.
        String prefix = String.join("|", node.getOutputList()) + "/layout0/";
        for (int i : List.of(0, 5, 6)) {
            if (i < node.getInputCount() && !node.getInput(i).isEmpty()) {
                changed.setInput(i, prefix + "input" + i);
                graph.addNode(transpose(node.getInput(i), changed.getInput(i), EXCHANGED));
            }
        }
        for (int i = 0; i < node.getOutputCount(); i++) {
            if (!node.getOutput(i).isEmpty()) {
                changed.setOutput(i, prefix + "output" + i);
            }
        }
        graph.addNode(changed);
        for (int i = 0; i < node.getOutputCount(); i++) {
            if (!node.getOutput(i).isEmpty()) {
                graph.addNode(transpose(changed.getOutput(i), node.getOutput(i), i == 0 ? SEQUENCE : EXCHANGED));
            }
        }
    }

    private static NodeProto transpose(String from, String to, long[] permutation) {
        return Body.node("Transpose", Attributes.NONE.with("perm", permutation), to, from);
    }
}
