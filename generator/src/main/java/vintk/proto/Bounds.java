package vintk.proto;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;

/**
 * How large a model may be. A model file is input: what is far above real networks is refused before it costs minutes.
 * An {@link IllegalArgumentException} says what was found and what is allowed.
 */
public final class Bounds {
    /** Beyond it the runtime takes minutes to look at a graph; expanded functions and unrolled loops count. */
    public static final int NODES = 50_000;

    /** Sub-graphs in sub-graphs. */
    private static final int DEPTH = 8;

    private Bounds() {}

    /** Counts the nodes of graph, sub-graphs and functions, and the nesting. */
    public static void require(ModelProto model) {
        long nodes = count(model.getGraph().getNodeList(), 0);
        for (FunctionProto function : model.getFunctionsList()) {
            nodes += count(function.getNodeList(), 0);
        }
        requireNodes(nodes, "it has");
    }

    static void requireNodes(long nodes, String what) {
        if (nodes > NODES) {
            throw new IllegalArgumentException(what + " " + nodes + " nodes; at most " + NODES + " are read");
        }
    }

    private static long count(List<NodeProto> nodes, int depth) {
        if (depth > DEPTH) {
            throw new IllegalArgumentException("its sub-graphs are nested deeper than " + DEPTH + " levels");
        }
        long count = nodes.size();
        for (NodeProto node : nodes) {
            for (GraphProto graph : SubGraphs.of(node).toList()) {
                count += count(graph.getNodeList(), depth + 1);
            }
        }
        return count;
    }
}
