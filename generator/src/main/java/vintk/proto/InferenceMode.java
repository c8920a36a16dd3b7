package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Set;

/**
 * A model as it is in inference, whatever it was exported for: BatchNormalization takes its running statistics, Dropout
 * is off. Exports in training mode are welcome, as only they keep all parameters of a network apart.
 */
final class InferenceMode {
    private InferenceMode() {}

    static GraphProto of(GraphProto whole) {
        GraphProto.Builder graph = whole.toBuilder();
        Set<String> used = Declared.outputs(whole);
        graph.getNodeList().forEach(node -> SubGraphs.reads(node).forEach(used::add));
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            boolean own = node.getDomain().isEmpty();
            if (own && node.getOpType().equals("BatchNormalization") && onlyFirst(node, used)) {
                NodeProto.Builder changed = node.toBuilder().clearOutput().addOutput(node.getOutput(0));
                changed.clearAttribute();
                node.getAttributeList().stream()
                        .filter(a -> !a.getName().equals("training_mode"))
                        .forEach(changed::addAttribute);
                graph.setNode(i, changed);
            } else if (own && node.getOpType().equals("Dropout") && node.getInputCount() > 2) {
                graph.setNode(
                        i,
                        node.toBuilder().clearInput().addInput(node.getInput(0)).addInput(node.getInput(1)));
            }
        }
        return graph.build();
    }

    /** Whether nothing reads the further outputs: statistics of the batch, which inference does not compute. */
    private static boolean onlyFirst(NodeProto node, Set<String> used) {
        return node.getOutputList().stream().skip(1).noneMatch(used::contains);
    }
}
