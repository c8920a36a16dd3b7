package vintk.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.NodeLabel;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;

/** A graph under construction, in which sub-graphs are put. */
final class Body {
    private final ModelProto model;
    private final GraphProto.Builder graph;
    private final Names names;
    private final Set<String> nodes = new HashSet<>();
    private final long opset;

    Body(ModelProto model) {
        this.model = model;
        this.graph = model.getGraph().toBuilder().clearNode();
        this.names = new Names(model.getGraph());
        model.getGraph().getNodeList().forEach(node -> nodes.add(node.getName()));
        this.opset = model.getOpsetImportList().stream()
                .filter(o -> o.getDomain().isEmpty())
                .mapToLong(o -> o.getVersion())
                .max()
                .orElse(1);
    }

    ModelProto model() {
        return model.toBuilder().setGraph(graph).build();
    }

    long opset() {
        return opset;
    }

    static GraphProto graph(NodeProto node, String attribute) {
        return node.getAttributeList().stream()
                .filter(a -> a.getName().equals(attribute) && a.hasG())
                .map(AttributeProto::getG)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        NodeLabel.of(node) + ": its sub-graph '" + attribute + "' is missing"));
    }

    void add(NodeProto node) {
        graph.addNode(node);
    }

    String fresh(String wanted) {
        return names.fresh(wanted);
    }

    /**
     * A sub-graph without its initializers and Constant nodes, which come here, once: what a loop holds is one parameter
     * for all iterations. That holds for the graphs inside it too.
     */
    GraphProto bare(GraphProto inner, NodeProto node) {
        return bare(inner, node, Set.of());
    }

    /** @param kept values that stay where they are: what a graph inside gives out must be its own */
    private GraphProto bare(GraphProto inner, NodeProto node, Set<String> kept) {
        Renaming names = new Renaming();
        GraphProto.Builder rest =
                inner.toBuilder().clearNode().clearInitializer().clearOutput();
        for (TensorProto tensor : inner.getInitializerList()) {
            if (kept.contains(tensor.getName())) {
                rest.addInitializer(tensor);
                continue;
            }
            String name = fresh(base(node) + tensor.getName());
            names.put(tensor.getName(), name);
            graph.addInitializer(tensor.toBuilder().setName(name));
        }
        for (NodeProto each : inner.getNodeList()) {
            if (isConstant(each) && !kept.contains(each.getOutput(0))) {
                String name = fresh(base(node) + each.getOutput(0));
                names.put(each.getOutput(0), name);
                graph.addNode(each.toBuilder().setOutput(0, name));
            } else {
                NodeProto changed = SubGraphs.inside(each, (name, graph) -> bare(graph, each, Declared.outputs(graph)));
                rest.addNode(names.apply(changed, ""));
            }
        }
        inner.getOutputList().forEach(o -> rest.addOutput(o.toBuilder().setName(names.of(o.getName()))));
        return rest.build();
    }

    private static String base(NodeProto node) {
        return (node.getName().isEmpty() ? node.getOutput(0) : node.getName()) + "/";
    }

    private static boolean isConstant(NodeProto node) {
        return node.getOpType().equals("Constant") && node.getDomain().isEmpty();
    }

    /**
     * Puts a copy of a {@linkplain #bare bare} sub-graph here.
     *
     * @param arguments names in this graph for the sub-graph's inputs
     * @param node that holds the sub-graph
     * @param part added to the names of the copy
     * @return the names of its outputs here
     */
    List<String> inline(GraphProto inner, List<String> arguments, NodeProto node, String part) {
        if (arguments.size() != inner.getInputCount()) {
            throw new IllegalArgumentException(NodeLabel.of(node) + ": its sub-graph takes " + inner.getInputCount()
                    + " inputs, it is given " + arguments.size());
        }
        Bounds.requireNodes((long) graph.getNodeCount() + inner.getNodeCount(), "its sub-graphs, put in place, give");
        Renaming names = new Renaming();
        for (int i = 0; i < arguments.size(); i++) {
            names.put(inner.getInput(i).getName(), arguments.get(i));
        }
        for (NodeProto each : inner.getNodeList()) {
            for (String output : each.getOutputList()) {
                if (!output.isEmpty()) {
                    names.put(output, fresh(base(node) + part + output));
                }
            }
            NodeProto copy = names.apply(each, base(node) + part);
            // ONNX Runtime takes no two nodes of one name; a loop that is peeled comes here again and again.
            boolean again = !copy.getName().isEmpty() && !nodes.add(copy.getName());
            graph.addNode(
                    again ? copy.toBuilder().setName(fresh(copy.getName())).build() : copy);
        }
        return inner.getOutputList().stream().map(o -> names.of(o.getName())).toList();
    }

    void identity(String from, String to) {
        if (!to.isEmpty()) {
            add(node("Identity", to, from));
        }
    }

    void where(String condition, String yes, String no, String to) {
        add(node("Where", to, condition, yes, no));
    }

    static NodeProto node(String opType, Attributes attributes, String output, String... inputs) {
        return node(opType, output, inputs).toBuilder()
                .addAllAttribute(attributes.all())
                .build();
    }

    static NodeProto node(String opType, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(opType)
                .setName(output)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build();
    }

    /** A new INT64 initializer: a scalar where {@code vector} is false. */
    String constant(String wanted, long value, boolean vector) {
        String name = fresh(wanted);
        graph.addInitializer(
                TensorWriter.write(name, vector ? Tensor.longs(value) : Tensor.longs(Shape.SCALAR, value)));
        return name;
    }

    /** A new INT64 vector of one element. */
    String vector(String wanted, long value) {
        return constant(wanted, value, true);
    }

    /** A new boolean scalar. */
    String truth(String wanted, boolean value) {
        String name = fresh(wanted);
        graph.addInitializer(TensorWriter.write(name, Tensor.of(TensorType.of(DataType.BOOL), value ? 1 : 0)));
        return name;
    }

    /** Values of one shape put together along a new axis. */
    void stack(List<String> values, int axis, String to) {
        List<String> rows = new ArrayList<>();
        for (String value : values) {
            String row = fresh(to + "/row");
            rows.add(row);
            add(withAxis("Unsqueeze", value, axis, row));
        }
        add(concat(rows, axis, to));
    }

    static NodeProto concat(List<String> values, long axis, String to) {
        return node("Concat", Attributes.NONE.with("axis", axis), to, values.toArray(new String[0]));
    }

    /** Squeeze or Unsqueeze: axes are an input since opset 13, and were an attribute before. */
    NodeProto withAxis(String opType, String value, long axis, String to) {
        if (opset >= 13) {
            return node(opType, to, value, vector(to + "/axes", axis));
        }
        return node(opType, Attributes.NONE.with("axes", new long[] {axis}), to, value);
    }
}
