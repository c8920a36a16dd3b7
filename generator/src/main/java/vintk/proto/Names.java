package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.Set;

/** The names of values that a model uses. */
final class Names {
    private Names() {}

    /** Adds all names of a graph and of those inside it. */
    static void collect(GraphProto graph, Set<String> names) {
        graph.getInputList().forEach(input -> names.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> names.add(tensor.getName()));
        graph.getNodeList().forEach(node -> {
            names.addAll(node.getOutputList());
            names.add(node.getName());
            SubGraphs.of(node).forEach(inner -> collect(inner, names));
        });
    }

    /** A name that is not taken, which it is from now on. */
    static String fresh(String wanted, Set<String> taken) {
        String name = wanted;
        for (int i = 1; !taken.add(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }
}
