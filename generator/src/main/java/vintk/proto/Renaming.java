package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * New names for the values of nodes that move to another graph, in their sub-graphs too (which may read the values of the
 * graphs around them; ONNX forbids that they hide one).
 */
final class Renaming {
    private final Map<String, String> names;

    Renaming() {
        this.names = new HashMap<>();
    }

    private Renaming(Map<String, String> names) {
        this.names = names;
    }

    void put(String from, String to) {
        names.put(from, to);
    }

    boolean has(String name) {
        return names.containsKey(name);
    }

    /** The name by which a value goes now: its own where it was not renamed. */
    String of(String name) {
        return names.getOrDefault(name, name);
    }

    /** The node with its values renamed; its own name with a prefix. */
    NodeProto apply(NodeProto node, String prefix) {
        NodeProto.Builder renamed = SubGraphs.inside(node, (attribute, graph) -> inside(graph)).toBuilder()
                .clearInput()
                .clearOutput();
        if (!node.getName().isEmpty()) {
            renamed.setName(prefix + node.getName());
        }
        node.getInputList().forEach(input -> renamed.addInput(of(input)));
        node.getOutputList().forEach(output -> renamed.addOutput(of(output)));
        return renamed.build();
    }

    /** What a sub-graph reads from around it; its own values keep their names. */
    private GraphProto inside(GraphProto graph) {
        Set<String> own = new HashSet<>();
        graph.getInputList().forEach(input -> own.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> own.add(tensor.getName()));
        graph.getNodeList().forEach(node -> own.addAll(node.getOutputList()));
        Renaming outer = new Renaming(new HashMap<>(names));
        outer.names.keySet().removeAll(own);
        GraphProto.Builder renamed = graph.toBuilder().clearNode().clearOutput();
        graph.getNodeList().forEach(node -> renamed.addNode(outer.apply(node, "")));
        graph.getOutputList()
                .forEach(output -> renamed.addOutput(output.toBuilder().setName(outer.of(output.getName()))));
        return renamed.build();
    }
}
