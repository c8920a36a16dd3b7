package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.DataType;
import vintk.onnx.TensorReader;

/**
 * Initializers of one number throughout that several nodes read, as one for each. PyTorch's exporters write equal tensors once, so that
 * all scales of 1 and biases of 0 of one width are one parameter in the file of an untrained network. The older exporter leaves an
 * Identity for each of the others, which has its name; the newer one leaves nothing.
 */
public final class Untying {
    /** Of all that is added: the kernel's memory grows with it. */
    private static final long MOST_ELEMENTS = 1L << 28;

    private final GraphProto graph;

    /** Of each initializer the nodes that read it, as often as they do. */
    private final Map<String, List<Integer>> readers = new LinkedHashMap<>();

    private Untying(ModelProto model) {
        this.graph = model.getGraph();
        Set<String> elsewhere = Declared.outputs(graph);
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            for (String input : node.getInputList()) {
                readers.computeIfAbsent(input, name -> new ArrayList<>()).add(i);
            }
            if (SubGraphs.any(node)) {
                SubGraphs.reads(node).forEach(elsewhere::add);
            }
        }
        Map<String, TensorProto> stored = Declared.initializers(graph);
        readers.entrySet()
                .removeIf(e -> e.getValue().size() < 2
                        || elsewhere.contains(e.getKey())
                        || !isOfOneNumber(stored.get(e.getKey())));
    }

    private static boolean isOfOneNumber(TensorProto tensor) {
        return tensor != null
                && tensor.getDataType() == DataType.FLOAT.code()
                && tensor.getDimsCount() > 0
                && !Double.isNaN(TensorReader.read(tensor).throughout());
    }

    /** The initializers that would be several. */
    public static Set<String> shared(ModelProto model) {
        return Set.copyOf(new Untying(model).readers.keySet());
    }

    /**
     * The model with an initializer for each reader: under the name of its Identity, or a new one.
     *
     * @throws IllegalArgumentException where it would have too many numbers
     */
    public static ModelProto of(ModelProto model) {
        Untying untying = new Untying(model);
        return untying.readers.isEmpty()
                ? model
                : model.toBuilder().setGraph(untying.apart()).build();
    }

    private GraphProto apart() {
        GraphProto.Builder changed = graph.toBuilder().clearNode();
        List<NodeProto.Builder> nodes = new ArrayList<>();
        graph.getNodeList().forEach(node -> nodes.add(node.toBuilder()));
        Names names = new Names(graph);
        Set<String> outputs = Declared.outputs(graph);
        long added = 0;
        for (TensorProto tensor : graph.getInitializerList()) {
            List<Integer> places = readers.getOrDefault(tensor.getName(), List.of());
            List<Integer> identities = places.stream()
                    .filter(i -> nodes.get(i).getOpType().equals("Identity"))
                    .filter(i -> !outputs.contains(nodes.get(i).getOutput(0)))
                    .toList();
            List<Integer> others = identities.isEmpty() ? places : identities;
            for (int i = identities.isEmpty() ? 1 : 0; i < others.size(); i++) {
                NodeProto.Builder reader = nodes.get(others.get(i));
                added += TensorReader.type(tensor).shape().elements();
                requireFew(added);
                String name =
                        identities.isEmpty() ? names.fresh(tensor.getName() + "/" + (i + 1)) : reader.getOutput(0);
                changed.addInitializer(tensor.toBuilder().setName(name));
                if (identities.isEmpty()) {
                    reader.setInput(reader.getInputList().lastIndexOf(tensor.getName()), name);
                } else {
                    reader.clearOutput();
                }
            }
        }
        nodes.stream().filter(node -> node.getOutputCount() > 0).forEach(changed::addNode);
        return changed.build();
    }

    private static void requireFew(long elements) {
        if (elements > MOST_ELEMENTS) {
            throw new IllegalArgumentException(
                    "--untie: what the file shares would be more than " + MOST_ELEMENTS + " numbers");
        }
    }
}
