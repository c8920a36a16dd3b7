package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds the node that computed the numbers of a value, behind operators that only move them. */
final class Origin {
    /** Operators that move, select, repeat or convert the numbers of their first input. */
    static final Set<String> LAYOUT = Set.of(
            "Identity",
            "Cast",
            "CastLike",
            "Transpose",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Flatten",
            "Expand",
            "Tile",
            "Slice",
            "Split",
            "DepthToSpace",
            "SpaceToDepth",
            "Dropout",
            "QuantizeLinear",
            "DequantizeLinear",
            "MemcpyFromHost",
            "MemcpyToHost");

    private final ProtoGraph graph;
    private final Map<String, Optional<NodeProto>> known = new HashMap<>();

    Origin(ProtoGraph graph) {
        this.graph = graph;
    }

    /** The node, or null for inputs and initializers. */
    NodeProto of(String value) {
        List<String> walked = new ArrayList<>();
        String at = value;
        // A file may hold a cycle; it is refused later. No chain is longer than the graph.
        while (!known.containsKey(at) && walked.size() <= graph.nodes().size()) {
            walked.add(at);
            NodeProto node = graph.producer(at);
            if (node == null || !LAYOUT.contains(node.getOpType()) || node.getInputCount() == 0) {
                known.put(at, Optional.ofNullable(node));
            } else {
                at = node.getInput(0);
            }
        }
        Optional<NodeProto> found = known.getOrDefault(at, Optional.empty());
        walked.forEach(each -> known.put(each, found));
        return found.orElse(null);
    }
}
