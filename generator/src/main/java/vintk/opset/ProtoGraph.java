package vintk.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.DataType;
import vintk.onnx.TensorReader;

/**
 * A model as its file has it, with what is asked of it again and again: who makes a value, who reads it, whether it depends
 * on the model's inputs. Nodes of sub-graphs stand in front of the node that holds them, as if they were the graph's own.
 */
final class ProtoGraph {
    /** Outputs that tell of shapes only: the same for all inputs of a shape. */
    private static final Set<String> SHAPES = Set.of("Shape", "Size");

    private final List<NodeProto> nodes = new ArrayList<>();
    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Map<String, List<Reader>> readers = new HashMap<>();
    private final Map<String, TensorProto> constants = new LinkedHashMap<>();
    private final Map<String, Filled> filled = new LinkedHashMap<>();
    private final Set<String> initializers = new HashSet<>();
    private final Set<String> dependent = new HashSet<>();
    private final Set<String> beforeProducts = new HashSet<>();

    /** An input of a node. */
    record Reader(NodeProto node, int input) {}

    /** What a ConstantOfShape node of known shape makes: one number everywhere. */
    record Filled(int dataType, long[] dims, boolean zero) {}

    ProtoGraph(ModelProto model) {
        GraphProto graph = model.getGraph();
        for (TensorProto tensor : graph.getInitializerList()) {
            initializers.add(tensor.getName());
            constants.put(tensor.getName(), tensor);
        }
        for (ValueInfoProto input : graph.getInputList()) {
            if (!initializers.contains(input.getName())) {
                dependent.add(input.getName());
            }
        }
        collect(graph);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            NodeProto node = nodes.get(i);
            if (InputRoles.isProduct(node) || node.getOutputList().stream().anyMatch(beforeProducts::contains)) {
                beforeProducts.addAll(node.getInputList());
            }
        }
    }

    private void collect(GraphProto graph) {
        for (NodeProto node : graph.getNodeList()) {
            boolean depends = node.getInputList().stream().anyMatch(dependent::contains);
            for (AttributeProto attribute : node.getAttributeList()) {
                List<GraphProto> bodies = new ArrayList<>(attribute.getGraphsList());
                if (attribute.hasG()) {
                    bodies.add(attribute.getG());
                }
                for (GraphProto body : bodies) {
                    body.getInputList().forEach(i -> dependent.add(i.getName()));
                    collect(body);
                    depends |= body.getOutputList().stream().anyMatch(o -> dependent.contains(o.getName()));
                }
            }
            add(node, depends);
        }
    }

    private void add(NodeProto node, boolean depends) {
        nodes.add(node);
        for (int i = 0; i < node.getInputCount(); i++) {
            readers.computeIfAbsent(node.getInput(i), n -> new ArrayList<>()).add(new Reader(node, i));
        }
        for (String output : node.getOutputList()) {
            producers.put(output, node);
        }
        if (depends && !SHAPES.contains(node.getOpType())) {
            dependent.addAll(node.getOutputList());
        }
        if (node.getOutputCount() == 0) {
            return;
        }
        TensorProto held = node.getOpType().equals("Constant") ? TensorReader.constant(node) : null;
        if (held != null) {
            constants.put(node.getOutput(0), held);
        }
        if (node.getOpType().equals("ConstantOfShape") && node.getInputCount() == 1) {
            long[] dims = integers(node.getInput(0));
            if (dims != null) {
                filled.put(node.getOutput(0), filled(node, dims));
            }
        }
    }

    private static Filled filled(NodeProto node, long[] dims) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (attribute.getName().equals("value")) {
                TensorProto value = attribute.getT();
                boolean zero = false;
                try {
                    zero = TensorReader.read(value).number(0) == 0;
                } catch (IllegalArgumentException e) {
                    // Malformed: whoever runs the model says so.
                    zero = false;
                }
                return new Filled(value.getDataType(), dims, zero);
            }
        }
        return new Filled(DataType.FLOAT.code(), dims, true);
    }

    List<NodeProto> nodes() {
        return nodes;
    }

    /** The node that computes a value, or null. */
    NodeProto producer(String value) {
        return producers.get(value);
    }

    List<Reader> readers(String value) {
        return readers.getOrDefault(value, List.of());
    }

    /** Initializers and values of Constant nodes, by name. */
    Map<String, TensorProto> constants() {
        return constants;
    }

    /** Values of ConstantOfShape nodes of known shape, by name. */
    Map<String, Filled> filled() {
        return filled;
    }

    boolean isInitializer(String value) {
        return initializers.contains(value);
    }

    /** Whether a value differs with the model's inputs (and not with their shapes alone). */
    boolean isDependent(String value) {
        return dependent.contains(value);
    }

    /** Whether a product or convolution follows on a value. */
    boolean isBeforeProduct(String value) {
        return beforeProducts.contains(value);
    }

    /** The integers of a constant, or null where the value is none. */
    long[] integers(String value) {
        TensorProto tensor = constants.get(value);
        if (tensor == null) {
            return null;
        }
        try {
            return TensorReader.read(tensor).integers();
        } catch (IllegalArgumentException e) {
            // Malformed, or not of integers: whoever runs the model says so.
            return null;
        }
    }
}
