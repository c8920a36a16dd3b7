package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a graph names besides its nodes. Sets and maps are the caller's to change. */
public final class Declared {
    private Declared() {}

    /** The inputs that are no initializers (which files of IR 3 repeat among them). */
    public static List<ValueInfoProto> inputs(GraphProto graph) {
        Set<String> stored = initializers(graph).keySet();
        return graph.getInputList().stream()
                .filter(input -> !stored.contains(input.getName()))
                .toList();
    }

    static Set<String> outputs(GraphProto graph) {
        Set<String> names = new HashSet<>();
        graph.getOutputList().forEach(output -> names.add(output.getName()));
        return names;
    }

    static Map<String, TensorProto> initializers(GraphProto graph) {
        Map<String, TensorProto> byName = new LinkedHashMap<>();
        graph.getInitializerList().forEach(tensor -> byName.put(tensor.getName(), tensor));
        return byName;
    }

    /** Initializers, and the tensors of Constant nodes. */
    public static Map<String, TensorProto> constants(GraphProto graph) {
        Map<String, TensorProto> byName = initializers(graph);
        for (NodeProto node : graph.getNodeList()) {
            if (node.getOpType().equals("Constant")
                    && node.getAttributeCount() > 0
                    && node.getAttribute(0).hasT()) {
                byName.put(node.getOutput(0), node.getAttribute(0).getT());
            }
        }
        return byName;
    }
}
