package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashSet;
import java.util.Set;

/**
 * What is said to be learned: parameters that the exporter marked, or that a user named, and what is computed from them without samples.
 * Arithmetic cannot make statistics of these.
 */
final class LearnedValues {
    private LearnedValues() {}

    static Set<String> of(ModelProto model, ProtoGraph graph) {
        Set<String> learned = new HashSet<>(Marks.parameters(model));
        learned.addAll(Marks.included(model));
        for (NodeProto node : graph.nodes()) {
            if (node.getInputList().stream().anyMatch(learned::contains)) {
                node.getOutputList().stream().filter(o -> !graph.isDependent(o)).forEach(learned::add);
            }
        }
        return learned;
    }
}
