package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The names of values and nodes that a model uses, to which others are added. */
final class Names {
    private final Set<String> taken = new HashSet<>();

    /** The number that was last tried for a name: thousands of calls of one function would try them all again. */
    private final Map<String, Integer> last = new HashMap<>();

    Names(GraphProto graph) {
        collect(graph);
    }

    /** Adds all names of a graph and of those inside it, also those that it reads from around it: a new name must not hide one. */
    private void collect(GraphProto graph) {
        graph.getInputList().forEach(input -> taken.add(input.getName()));
        graph.getInitializerList().forEach(tensor -> taken.add(tensor.getName()));
        graph.getNodeList().forEach(node -> {
            taken.addAll(node.getInputList());
            taken.addAll(node.getOutputList());
            taken.add(node.getName());
            SubGraphs.of(node).forEach(this::collect);
        });
    }

    /** A name that is not taken, which it is from now on. */
    String fresh(String wanted) {
        String name = wanted;
        while (!taken.add(name)) {
            name = wanted + "_" + last.merge(wanted, 1, Integer::sum);
        }
        return name;
    }
}
