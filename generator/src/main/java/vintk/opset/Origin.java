package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final Map<String, String> sources = new HashMap<>();

    Origin(ProtoGraph graph) {
        this.graph = graph;
    }

    /** The node, or null for inputs and initializers. */
    NodeProto of(String value) {
        return graph.producer(source(value));
    }

    /** The value that has the numbers first. */
    String source(String value) {
        List<String> walked = new ArrayList<>();
        String at = value;
        // A file may hold a cycle; it is refused later. No chain is longer than the graph.
        while (!sources.containsKey(at) && walked.size() <= graph.nodes().size()) {
            walked.add(at);
            NodeProto node = graph.producer(at);
            if (node == null || !LAYOUT.contains(node.getOpType()) || node.getInputCount() == 0) {
                sources.put(at, at);
            } else {
                at = node.getInput(0);
            }
        }
        String source = sources.getOrDefault(at, at);
        walked.forEach(each -> sources.put(each, source));
        return source;
    }
}
