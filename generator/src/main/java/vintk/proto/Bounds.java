package vintk.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Set;
import vintk.onnx.NodeLabel;

/**
 * How large a model may be. A model file is input: what is far above real networks is refused before it costs minutes.
 * An {@link IllegalArgumentException} says what was found and what is allowed.
 */
final class Bounds {
    /** Beyond it the runtime takes minutes to look at a graph; expanded functions and unrolled loops count. */
    static final int NODES = 50_000;

    /** Sub-graphs in sub-graphs. */
    private static final int DEPTH = 8;

    /** Characters of a name. Expansion puts names together: long ones would fill the memory. */
    private static final int NAME = 2_000;

    /** Operators without inputs; Constant and those that draw numbers. */
    private static final Set<String> SOURCES =
            Set.of("Optional", "SequenceEmpty", "Constant", "RandomNormal", "RandomUniform");

    /** Operators that are looked at before the runtime checks them, and need two inputs. */
    private static final Set<String> BINARY =
            Set.of("Add", "Sub", "Mul", "Div", "Pow", "MatMul", "Gemm", "Gather", "Conv", "ConvTranspose", "Loop");

    private static final Set<String> DIVISORS = Set.of("group", "q_num_heads", "kv_num_heads");

    /** So many operands of a node count as one more node. */
    private static final int OPERANDS = 16;

    private Bounds() {}

    /** Counts the nodes of graph, sub-graphs and functions, and the nesting; each node has what its kind must have. */
    static void require(ModelProto model) {
        long nodes = count(model.getGraph().getNodeList(), 0);
        for (FunctionProto function : model.getFunctionsList()) {
            nodes += nodes(function);
        }
        requireNodes(nodes, "it has");
    }

    /** The nodes of a function, with those of its sub-graphs. */
    static long nodes(FunctionProto function) {
        return count(function.getNodeList(), 0);
    }

    /** Before a loop is unrolled: its trips may be any number. */
    static void requireNodes(long trips, int nodes, String what) {
        if (trips > NODES) {
            throw new IllegalArgumentException(
                    what + " " + trips + " times " + nodes + " nodes; at most " + NODES + " are read");
        }
        requireNodes(trips * Math.max(1, nodes), what);
    }

    static void requireNodes(long nodes, String what) {
        if (nodes > NODES) {
            throw new IllegalArgumentException(what + " " + nodes + " nodes; at most " + NODES + " are read");
        }
    }

    /** Operands that an operator of ONNX' own must have are there, so that nobody has to ask for each; names are names. */
    private static void requireForm(NodeProto node) {
        int inputs = 0;
        if (node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx")) {
            inputs = BINARY.contains(node.getOpType()) ? 2 : SOURCES.contains(node.getOpType()) ? 0 : 1;
            if (node.getOutputCount() == 0) {
                throw new IllegalArgumentException(label(node) + " has no output");
            }
        }
        if (node.getInputCount() < inputs) {
            throw new IllegalArgumentException(
                    label(node) + " has " + node.getInputCount() + " inputs, at least " + inputs + " are needed");
        }
        requireName(node.getName());
        node.getOutputList().forEach(Bounds::requireName);
    }

    /** By these ONNX Runtime divides before it checks them, which ends the process. */
    private static void requireDivisors(NodeProto node) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (DIVISORS.contains(attribute.getName()) && attribute.hasI() && attribute.getI() < 1) {
                throw new IllegalArgumentException(
                        label(node) + ": " + attribute.getName() + " is " + attribute.getI() + ", expected 1 or more");
            }
        }
    }

    private static String label(NodeProto node) {
        requireName(node.getName());
        return NodeLabel.of(node);
    }

    private static void requireName(String name) {
        if (name.length() > NAME) {
            throw new IllegalArgumentException("the name '" + name.substring(0, 40) + "...' has " + name.length()
                    + " characters; at most " + NAME + " are read");
        }
    }

    private static long count(List<NodeProto> nodes, int depth) {
        if (depth > DEPTH) {
            throw new IllegalArgumentException("its sub-graphs are nested deeper than " + DEPTH + " levels");
        }
        long count = nodes.size();
        for (NodeProto node : nodes) {
            requireForm(node);
            requireDivisors(node);
            count += node.getInputCount() / OPERANDS;
            for (GraphProto graph : SubGraphs.of(node).toList()) {
                count += count(graph.getNodeList(), depth + 1);
            }
        }
        return count;
    }
}
