package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
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

    Origin(ProtoGraph graph) {
        this.graph = graph;
    }

    /** The node, or null for inputs and initializers. */
    NodeProto of(String value) {
        NodeProto node = graph.producer(value);
        // A file may hold a cycle; it is refused later. No chain is longer than the graph.
        for (int i = 0; node != null && i < graph.nodes().size(); i++) {
            if (!LAYOUT.contains(node.getOpType()) || node.getInputCount() == 0) {
                return node;
            }
            node = graph.producer(node.getInput(0));
        }
        return node;
    }
}
