package vintk.runtime;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.Attributes;
import vintk.onnx.CanonicalOpset;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Rewrite;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;
import vintk.onnx.Value;

/**
 * A float32 graph in float64, as far as ONNX Runtime has kernels: asked for by trying. Where it has none, a form of
 * operators that it has ({@link DoubleForms}), else the node in float32 between Casts.
 */
final class DoubleGraph {
    /** What is known of ONNX Runtime's kernels by now, for the whole program. */
    private static final Map<List<Object>, Boolean> KERNELS = new HashMap<>();

    private final Map<Value, Value> replaced = new IdentityHashMap<>();
    /** Whose kernels for float64 compute in float32, in part at least: statistics, thresholds. */
    private static final Set<String> ROUNDING = Set.of("LayerNormalization", "Shrink");

    private final Set<String> single = new LinkedHashSet<>();
    private final long opset;
    private final Graph graph;

    /**
     * @param source in float32
     * @param free constants that become inputs, of their names
     */
    DoubleGraph(Graph source, Collection<Value> free) {
        this.opset = source.nodes().stream().mapToLong(Node::opset).max().orElse(CanonicalOpset.BASE);
        List<Value> inputs = new ArrayList<>();
        for (Value input : source.inputs()) {
            inputs.add(wideInput(input));
        }
        for (Value constant : free) {
            inputs.add(wideInput(constant));
        }
        source.nodes().forEach(this::add);
        Map<String, Value> outputs = new LinkedHashMap<>();
        source.outputs().forEach((name, value) -> outputs.put(name, wide(value)));
        this.graph = new Graph(source.name(), inputs, outputs);
    }

    Graph graph() {
        return graph;
    }

    /** The operators that stayed in float32. */
    Set<String> single() {
        return single;
    }

    /** A tensor in the precision of this graph. */
    static Tensor wide(Tensor tensor) {
        return tensor.type().dataType() == DataType.FLOAT ? Tensor.doubles(tensor.shape(), tensor.numbers()) : tensor;
    }

    private Value wideInput(Value value) {
        Value input = Value.input(value.name(), wide(value.type()));
        replaced.put(value, input);
        return input;
    }

    private static TensorType wide(TensorType type) {
        return type.dataType() == DataType.FLOAT ? new TensorType(DataType.DOUBLE, type.shape()) : type;
    }

    private Value wide(Value value) {
        if (value == null) {
            return null;
        }
        return replaced.computeIfAbsent(value, v -> {
            if (!v.isConstant() || v.dataType() != DataType.FLOAT) {
                return v;
            }
            Tensor tensor = wide(v.constant());
            return v.name() == null ? Value.constant(tensor) : Value.initializer(v.name(), tensor);
        });
    }

    private void add(Node node) {
        List<Value> inputs = new ArrayList<>();
        node.inputs().forEach(input -> inputs.add(wide(input)));
        Node wide = widened(node, inputs);
        if (!isSingle(node) || !ROUNDING.contains(node.opType()) && hasKernel(wide)) {
            replace(node, wide.outputs());
            return;
        }
        List<Value> form = DoubleForms.of(node, inputs);
        if (form != null) {
            replace(node, form);
            return;
        }
        single.add(node.opType());
        List<Value> cast = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Value input = inputs.get(i);
            boolean widenedInput = input != null && node.input(i).dataType() == DataType.FLOAT;
            cast.add(widenedInput ? Ops.cast(input, DataType.FLOAT) : input);
        }
        List<TensorType> types = node.outputs().stream().map(Value::type).toList();
        Node narrow = Rewrite.with(node, cast, types);
        replace(
                node,
                narrow.outputs().stream()
                        .map(y -> y.dataType() == DataType.FLOAT ? Ops.cast(y, DataType.DOUBLE) : y)
                        .toList());
    }

    private void replace(Node node, List<Value> outputs) {
        for (int i = 0; i < outputs.size(); i++) {
            replaced.put(node.outputs().get(i), outputs.get(i));
        }
    }

    private static boolean isSingle(Node node) {
        return node.outputs().stream().anyMatch(y -> y.dataType() == DataType.FLOAT)
                || node.inputs().stream().anyMatch(x -> x != null && x.dataType() == DataType.FLOAT);
    }

    private Node widened(Node node, List<Value> inputs) {
        List<AttributeProto> attributes = new ArrayList<>();
        for (AttributeProto attribute : node.attributes().all()) {
            attributes.add(wide(attribute));
        }
        if (node.opType().equals("ConstantOfShape") && attributes.isEmpty()) {
            attributes.add(wide(AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeProto.AttributeType.TENSOR)
                    .setT(TensorProto.newBuilder()
                            .setDataType(DataType.FLOAT.code())
                            .addDims(1)
                            .addFloatData(0))
                    .build()));
        }
        List<TensorType> types =
                node.outputs().stream().map(y -> wide(y.type())).toList();
        return new Node(
                node.domain(), node.opType(), null, inputs, Attributes.of(attributes), types, null, node.opset());
    }

    /** Types that attributes name, and tensors that they hold. */
    static AttributeProto wide(AttributeProto attribute) {
        boolean type = attribute.getName().equals("to")
                || attribute.getName().equals("dtype")
                || attribute.getName().equals("output_datatype");
        if (type && attribute.getI() == DataType.FLOAT.code()) {
            return attribute.toBuilder().setI(DataType.DOUBLE.code()).build();
        }
        if (attribute.hasT() && attribute.getT().getDataType() == DataType.FLOAT.code()) {
            Tensor tensor = wide(TensorReader.read(attribute.getT()));
            return attribute.toBuilder().setT(TensorWriter.write("", tensor)).build();
        }
        return attribute;
    }

    /** Tried with a session of this node alone. */
    private boolean hasKernel(Node node) {
        List<Object> key = new ArrayList<>(List.of(node.domain(), node.opType(), opset));
        node.inputs().forEach(x -> key.add(x == null ? "" : x.dataType()));
        node.outputs().forEach(y -> key.add(y.dataType()));
        synchronized (KERNELS) {
            return KERNELS.computeIfAbsent(key, k -> isRun(node));
        }
    }

    private boolean isRun(Node node) {
        List<Value> inputs = new ArrayList<>();
        List<Value> operands = new ArrayList<>();
        for (Value input : node.inputs()) {
            if (input == null || input.isConstant()) {
                operands.add(input);
            } else {
                inputs.add(Value.input("x" + inputs.size(), input.type()));
                operands.add(inputs.get(inputs.size() - 1));
            }
        }
        List<TensorType> types = node.outputs().stream().map(Value::type).toList();
        Node alone = new Node(node.domain(), node.opType(), null, operands, node.attributes(), types, null, opset);
        Graph graph = new Graph("kernel", inputs, Map.of("y", alone.output()));
        try (Session session = Session.of(ModelWriter.model(graph), SessionSettings.of(1))) {
            return !session.outputNames().isEmpty();
        } catch (ModelException e) {
            return false;
        }
    }
}
