package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How often a model uses an operator, sub-graphs included.
 *
 * @param domain the operator set, {@code ai.onnx} for ONNX' own
 * @param opType its name
 * @param nodes that have it
 * @param constant those of them that compute from shapes and parameters alone, the same for all inputs
 */
public record OperatorUse(String domain, String opType, int nodes, int constant) {
    /** By domain and name. */
    public static List<OperatorUse> of(ModelProto model) {
        ProtoGraph graph = new ProtoGraph(model);
        SortedMap<String, OperatorUse> uses = new TreeMap<>();
        for (NodeProto node : graph.nodes()) {
            String domain = node.getDomain().isEmpty() ? "ai.onnx" : node.getDomain();
            boolean constant = node.getOutputList().stream().noneMatch(graph::isDependent);
            OperatorUse one = new OperatorUse(domain, node.getOpType(), 1, constant ? 1 : 0);
            uses.merge(
                    domain + "." + node.getOpType(),
                    one,
                    (a, b) -> new OperatorUse(a.domain, a.opType, a.nodes + b.nodes, a.constant + b.constant));
        }
        return new ArrayList<>(uses.values());
    }
}
