package vintk.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.Exporter;

/**
 * Puts the bodies of model-local functions in the place of the nodes that call them. A Constant of a body is one value for
 * all calls: a weight that a function holds is one parameter, however often the function is called. Bodies have no initializers,
 * so those of exporters that do not hand weights in, as PyTorch's do, are initializers of the graph then.
 */
final class Functions {
    private static final String EXPANDED = "its functions, expanded, have";

    private final ModelProto model;
    private final Map<String, FunctionProto> byKey = new LinkedHashMap<>();
    private final Map<String, String> hoisted = new HashMap<>();
    private final List<NodeProto> constants = new ArrayList<>();
    private final List<TensorProto> initializers = new ArrayList<>();
    private final boolean holdWeights;
    /** Calls inside calls; real ones nest a few levels. */
    private static final int DEPTH = 64;

    private final Names taken;
    private final Deque<String> calls = new ArrayDeque<>();
    private long expanded;
    private final Map<String, Long> sizes = new HashMap<>();

    private Functions(ModelProto model) {
        this.model = model;
        this.taken = new Names(model.getGraph());
        this.holdWeights = !new Exporter(model).isPyTorch();
        model.getFunctionsList().forEach(f -> byKey.put(key(f.getDomain(), f.getName(), f.getOverload()), f));
    }

    /** The model without functions; an {@link IllegalArgumentException} names a function that calls itself. */
    static ModelProto expand(ModelProto model) {
        return model.getFunctionsCount() == 0 ? model : new Functions(model).run();
    }

    private ModelProto run() {
        ModelProto flat = SubGraphs.map(model, this::expand);
        GraphProto.Builder graph = flat.getGraph().toBuilder().clearNode();
        graph.addAllInitializer(initializers)
                .addAllNode(constants)
                .addAllNode(flat.getGraph().getNodeList());
        ModelProto.Builder result = flat.toBuilder().setGraph(graph).clearFunctions();
        Set<String> imported = new HashSet<>();
        model.getOpsetImportList().forEach(opset -> imported.add(opset.getDomain()));
        for (FunctionProto function : byKey.values()) {
            for (OperatorSetIdProto opset : function.getOpsetImportList()) {
                if (imported.add(opset.getDomain())) {
                    result.addOpsetImport(opset);
                }
            }
        }
        return result.build();
    }

    private static String key(String domain, String name, String overload) {
        return domain + "." + name + (overload.isEmpty() ? "" : ":" + overload);
    }

    private GraphProto expand(GraphProto graph) {
        List<NodeProto> nodes = new ArrayList<>();
        graph.getNodeList().forEach(node -> expand(node, nodes));
        return graph.toBuilder().clearNode().addAllNode(nodes).build();
    }

    private void expand(NodeProto node, List<NodeProto> nodes) {
        FunctionProto function = byKey.get(key(node.getDomain(), node.getOpType(), node.getOverload()));
        if (function == null) {
            nodes.add(node);
            return;
        }
        String key = key(function.getDomain(), function.getName(), function.getOverload());
        if (calls.contains(key)) {
            throw new IllegalArgumentException("function '" + key + "' calls itself");
        }
        if (calls.size() == DEPTH) {
            throw new IllegalArgumentException("its functions call each other deeper than " + DEPTH + " levels");
        }
        Bounds.requireNodes(expanded += sizes.computeIfAbsent(key, k -> Bounds.nodes(function)), EXPANDED);
        calls.push(key);
        String prefix = taken.fresh(node.getName().isEmpty() ? function.getName() : node.getName()) + "/";
        Renaming names = arguments(function, node, nodes, prefix);
        for (NodeProto each : function.getNodeList()) {
            NodeProto inner = hoistInside(key + "/" + String.join(",", each.getOutputList()), each);
            NodeProto bound = bind(function, node, inner);
            boolean constant =
                    inner.getOpType().equals("Constant") && inner.getDomain().isEmpty() && bound.equals(inner);
            if (constant && !names.has(inner.getOutput(0))) {
                names.put(inner.getOutput(0), hoist(key, inner));
                continue;
            }
            for (String output : inner.getOutputList()) {
                if (!output.isEmpty() && !names.has(output)) {
                    names.put(output, prefix + output);
                }
            }
            NodeProto renamed = names.apply(bound, prefix);
            // Functions that sub-graphs call were expanded with the graph around them only where they stand in it.
            ModelProto alone = ModelProto.newBuilder()
                    .setGraph(GraphProto.newBuilder().addNode(renamed))
                    .build();
            nodes.addAll(SubGraphs.map(alone, this::expand).getGraph().getNodeList());
        }
        calls.pop();
    }

    /** Formal names to actual ones. An output that is an input as well becomes an Identity. */
    private Renaming arguments(FunctionProto function, NodeProto call, List<NodeProto> nodes, String prefix) {
        Renaming names = new Renaming();
        for (int i = 0; i < function.getInputCount(); i++) {
            names.put(function.getInput(i), i < call.getInputCount() ? call.getInput(i) : "");
        }
        for (int i = 0; i < function.getOutputCount(); i++) {
            String formal = function.getOutput(i);
            String actual = i < call.getOutputCount() ? call.getOutput(i) : "";
            if (function.getInputList().contains(formal) && !actual.isEmpty()) {
                nodes.add(NodeProto.newBuilder()
                        .setOpType("Identity")
                        .setName(prefix + formal)
                        .addInput(names.of(formal))
                        .addOutput(actual)
                        .build());
            } else if (!function.getInputList().contains(formal)) {
                names.put(formal, actual.isEmpty() ? prefix + formal : actual);
            }
        }
        return names;
    }

    private String hoist(String function, NodeProto constant) {
        return hoisted.computeIfAbsent(function + "\n" + constant.getOutput(0), key -> {
            String name = taken.fresh(function + "/" + constant.getOutput(0));
            TensorProto stored =
                    constant.getAttributeCount() == 1 ? constant.getAttribute(0).getT() : null;
            if (holdWeights && stored != null && stored.getDimsCount() > 0) {
                initializers.add(stored.toBuilder().setName(name).build());
            } else {
                constants.add(constant.toBuilder().setOutput(0, name).build());
            }
            return name;
        });
    }

    /** A node of a body without the constants in its sub-graphs, but for those that a sub-graph gives out. */
    private NodeProto hoistInside(String path, NodeProto node) {
        return SubGraphs.inside(node, (attribute, graph) -> hoistInside(path + "/" + attribute, graph));
    }

    private GraphProto hoistInside(String path, GraphProto graph) {
        Set<String> given = Declared.outputs(graph);
        Renaming names = new Renaming();
        GraphProto.Builder rest = graph.toBuilder().clearNode();
        for (NodeProto node : graph.getNodeList()) {
            boolean constant = node.getOpType().equals("Constant")
                    && node.getDomain().isEmpty()
                    && node.getAttributeList().stream()
                            .allMatch(a -> a.getRefAttrName().isEmpty());
            if (constant && !given.contains(node.getOutput(0))) {
                names.put(node.getOutput(0), hoist(path, node));
            } else {
                String inner = path + "/" + String.join(",", node.getOutputList());
                rest.addNode(names.apply(hoistInside(inner, node), ""));
            }
        }
        return rest.build();
    }

    /** Attributes of a body's node that stand for attributes of the call: given there, or by the function's default. */
    private static NodeProto bind(FunctionProto function, NodeProto call, NodeProto inner) {
        NodeProto.Builder bound = inner.toBuilder().clearAttribute();
        for (AttributeProto attribute : inner.getAttributeList()) {
            String reference = attribute.getRefAttrName();
            AttributeProto given = reference.isEmpty() ? attribute : attribute(function, call, reference);
            if (given != null) {
                bound.addAttribute(given.toBuilder().setName(attribute.getName()));
            }
        }
        return SubGraphs.inside(bound.build(), (attribute, graph) -> bind(function, call, graph));
    }

    private static GraphProto bind(FunctionProto function, NodeProto call, GraphProto graph) {
        GraphProto.Builder bound = graph.toBuilder().clearNode();
        graph.getNodeList().forEach(node -> bound.addNode(bind(function, call, node)));
        return bound.build();
    }

    private static AttributeProto attribute(FunctionProto function, NodeProto call, String name) {
        for (AttributeProto given : call.getAttributeList()) {
            if (given.getName().equals(name)) {
                return given;
            }
        }
        for (AttributeProto given : function.getAttributeProtoList()) {
            if (given.getName().equals(name)) {
                return given;
            }
        }
        return null;
    }
}
