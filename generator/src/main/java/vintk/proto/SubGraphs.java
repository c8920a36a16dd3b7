package vintk.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The graphs inside the nodes of a graph. */
public final class SubGraphs {
    private SubGraphs() {}

    /** The graphs that a node holds directly. */
    public static Stream<GraphProto> of(NodeProto node) {
        return node.getAttributeList().stream()
                .flatMap(a ->
                        Stream.concat(a.hasG() ? Stream.of(a.getG()) : Stream.empty(), a.getGraphsList().stream()));
    }

    /** What a node reads: its inputs, and what its sub-graphs, at any depth, may take from the graphs around them. */
    public static Stream<String> reads(NodeProto node) {
        Stream<String> inside = of(node).flatMap(g -> Stream.concat(
                g.getNodeList().stream().flatMap(SubGraphs::reads),
                g.getOutputList().stream().map(o -> o.getName())));
        return Stream.concat(node.getInputList().stream(), inside);
    }

    /** Whether a graph holds others. */
    static boolean any(GraphProto graph) {
        return graph.getNodeList().stream().anyMatch(SubGraphs::any);
    }

    /** Whether a node holds any. */
    static boolean any(NodeProto node) {
        return of(node).findAny().isPresent();
    }

    /** A model with every graph changed, the inner ones first. */
    static ModelProto map(ModelProto model, UnaryOperator<GraphProto> change) {
        GraphProto changed = map(model.getGraph(), change);
        return changed == model.getGraph()
                ? model
                : model.toBuilder().setGraph(changed).build();
    }

    private static GraphProto map(GraphProto graph, UnaryOperator<GraphProto> change) {
        if (!any(graph)) {
            return change.apply(graph);
        }
        List<NodeProto> nodes = graph.getNodeList().stream()
                .map(node -> inside(node, (attribute, inner) -> map(inner, change)))
                .toList();
        return change.apply(graph.toBuilder().clearNode().addAllNode(nodes).build());
    }

    /**
     * A node with every graph that it holds changed.
     *
     * @param change of a graph, given the name of its attribute first
     */
    static NodeProto inside(NodeProto node, BiFunction<String, GraphProto, GraphProto> change) {
        if (!any(node)) {
            return node;
        }
        NodeProto.Builder changed = node.toBuilder();
        for (AttributeProto.Builder attribute : changed.getAttributeBuilderList()) {
            if (attribute.hasG()) {
                attribute.setG(change.apply(attribute.getName(), attribute.getG()));
            }
            for (int i = 0; i < attribute.getGraphsCount(); i++) {
                attribute.setGraphs(i, change.apply(attribute.getName(), attribute.getGraphs(i)));
            }
        }
        return changed.build();
    }
}
