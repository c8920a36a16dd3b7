package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.UnsafeByteOperations;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.opset.Resolved;

/**
 * Finds out what there is to know of a model for given input shapes: the types of all values and the integers that shapes
 * are computed with. ONNX Runtime knows: values are made outputs, so that the session tells their inferred types; the
 * integers are computed by running the part of the model that computes them, then put in as constants, after which
 * inference knows every shape that is static. What is left (shapes that depend on data) is found by one run.
 */
final class Resolver {
    private final ModelProto model;
    private final Map<String, TensorType> inputs;

    private Resolver(ModelProto model, Map<String, TensorType> inputs) {
        this.model = model;
        this.inputs = inputs;
    }

    /** Resolves a model for inputs of these static types (all inputs that are no initializers). */
    static Resolved resolve(ModelProto model, Map<String, TensorType> inputs) {
        return new Resolver(model, inputs).run();
    }

    private Resolved run() {
        ModelProto plain = withStaticInputs();
        Map<String, NodeInfo> first = types(plain, allOutputs(plain.getGraph()));
        Map<String, Tensor> known = integers(plain, first);
        ModelProto folded = fold(plain, known);
        Map<String, TensorType> types = new HashMap<>(inputs);
        for (TensorProto tensor : plain.getGraph().getInitializerList()) {
            types.put(tensor.getName(), TensorReader.read(tensor).type());
        }
        known.forEach((name, tensor) -> types.put(name, tensor.type()));
        Set<String> unknown = new LinkedHashSet<>();
        types(folded, allOutputs(folded.getGraph())).forEach((name, info) -> {
            TensorType type = info.getInfo() instanceof TensorInfo tensor ? Tensors.type(tensor) : null;
            if (type != null) {
                types.put(name, type);
            } else {
                unknown.add(name);
            }
        });
        if (!unknown.isEmpty()) {
            execute(folded, unknown, false).forEach((name, tensor) -> types.put(name, tensor.type()));
        }
        return new Resolved(plain, types, known);
    }

    /** The model with these input types, without what its writer said of shapes (it may hold for another batch only). */
    private ModelProto withStaticInputs() {
        ModelProto.Builder builder = model.toBuilder();
        GraphProto.Builder graph = builder.getGraphBuilder();
        graph.clearValueInfo().clearInput();
        for (ValueInfoProto info : model.getGraph().getInputList()) {
            TensorType type = inputs.get(info.getName());
            if (type != null) {
                graph.addInput(valueInfo(info.getName(), type));
            }
        }
        return builder.build();
    }

    static ValueInfoProto valueInfo(String name, TensorType type) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long dim : type.shape().dims()) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.dataType().code())
                                .setShape(shape)))
                .build();
    }

    private static Set<String> allOutputs(GraphProto graph) {
        Set<String> names = new LinkedHashSet<>();
        graph.getNodeList()
                .forEach(n ->
                        n.getOutputList().stream().filter(o -> !o.isEmpty()).forEach(names::add));
        return names;
    }

    /** The part of a model that computes the wanted values, these being its outputs, of types still to be inferred. */
    private static ModelProto part(ModelProto model, Set<String> wanted) {
        GraphProto whole = model.getGraph();
        Set<String> needed = new HashSet<>(wanted);
        List<NodeProto> nodes = whole.getNodeList();
        boolean[] used = new boolean[nodes.size()];
        for (int i = nodes.size() - 1; i >= 0; i--) {
            used[i] = nodes.get(i).getOutputList().stream().anyMatch(needed::contains);
            if (used[i]) {
                reads(nodes.get(i)).forEach(needed::add);
            }
        }
        GraphProto.Builder graph = whole.toBuilder().clearNode().clearOutput().clearInitializer();
        whole.getInitializerList().stream()
                .filter(t -> needed.contains(t.getName()))
                .forEach(graph::addInitializer);
        for (int i = 0; i < used.length; i++) {
            if (used[i]) {
                graph.addNode(nodes.get(i));
            }
        }
        wanted.forEach(name -> graph.addOutput(ValueInfoProto.newBuilder().setName(name)));
        return model.toBuilder().setGraph(graph).build();
    }

    /** What a node reads: its inputs, and what its sub-graphs, at any depth, may take from the graphs around them. */
    private static Stream<String> reads(NodeProto node) {
        Stream<String> inside = node.getAttributeList().stream()
                .flatMap(
                        a -> Stream.concat(a.hasG() ? Stream.of(a.getG()) : Stream.empty(), a.getGraphsList().stream()))
                .flatMap(g -> g.getNodeList().stream())
                .flatMap(Resolver::reads);
        return Stream.concat(node.getInputList().stream(), inside);
    }

    private static Map<String, NodeInfo> types(ModelProto model, Set<String> wanted) {
        if (wanted.isEmpty()) {
            return Map.of();
        }
        try (Session session = new Session(part(model, wanted).toByteArray(), SessionSettings.of(1))) {
            return session.outputInfo();
        }
    }

    /**
     * The integer and boolean values that do not depend on the numbers in the model's inputs, only on their shapes; and
     * the scales by which images are resized, which some exporters compute from shapes.
     */
    private Map<String, Tensor> integers(ModelProto plain, Map<String, NodeInfo> types) {
        Set<String> scales = plain.getGraph().getNodeList().stream()
                .filter(n -> n.getOpType().equals("Resize") || n.getOpType().equals("Upsample"))
                .flatMap(n -> n.getInputList().stream().skip(1))
                .collect(Collectors.toSet());
        Set<String> dependent = new HashSet<>(inputs.keySet());
        Set<String> wanted = new LinkedHashSet<>();
        for (NodeProto node : plain.getGraph().getNodeList()) {
            boolean shapeOnly =
                    node.getOpType().equals("Shape") || node.getOpType().equals("Size");
            boolean random =
                    node.getOpType().startsWith("Random") || node.getOpType().equals("Multinomial");
            if (random || !shapeOnly && reads(node).anyMatch(dependent::contains)) {
                dependent.addAll(node.getOutputList());
                continue;
            }
            node.getOutputList().stream()
                    .filter(o -> !o.isEmpty() && (scales.contains(o) || isInteger(types.get(o))))
                    .forEach(wanted::add);
        }
        return wanted.isEmpty() ? Map.of() : execute(plain, wanted, true);
    }

    private static boolean isInteger(NodeInfo info) {
        Predicate<TensorInfo> integer = t -> {
            try {
                return !Tensors.dataType(t).isFloating();
            } catch (IllegalArgumentException e) {
                return false;
            }
        };
        return info != null && info.getInfo() instanceof TensorInfo tensor && integer.test(tensor);
    }

    /** Runs a part of the model on zeros. Optimised, shapes are folded and the part that computes floats drops out. */
    private Map<String, Tensor> execute(ModelProto whole, Set<String> wanted, boolean optimised) {
        byte[] bytes = part(whole, wanted).toByteArray();
        Map<String, OnnxTensor> feeds = new LinkedHashMap<>();
        Map<String, Tensor> values = new LinkedHashMap<>();
        try (Session session = new Session(bytes, new SessionSettings(0, optimised))) {
            for (String name : session.inputInfo().keySet()) {
                feeds.put(name, Tensors.zeros(inputs.get(name)));
            }
            try (OrtSession.Result result = session.run(feeds)) {
                for (Map.Entry<String, OnnxValue> entry : result) {
                    if (entry.getValue() instanceof OnnxTensor tensor) {
                        values.put(entry.getKey(), Tensors.copy(tensor));
                    }
                }
            }
        } finally {
            feeds.values().forEach(OnnxTensor::close);
        }
        return values;
    }

    /** The model with the known values as initializers in place of the nodes that compute them. */
    private static ModelProto fold(ModelProto model, Map<String, Tensor> known) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
        for (NodeProto node : model.getGraph().getNodeList()) {
            if (!node.getOutputList().stream().allMatch(o -> o.isEmpty() || known.containsKey(o))) {
                graph.addNode(node);
            }
        }
        known.forEach((name, tensor) -> {
            TensorProto.Builder proto = TensorProto.newBuilder()
                    .setName(name)
                    .setDataType(tensor.type().dataType().code())
                    .setRawData(UnsafeByteOperations.unsafeWrap(tensor.data()));
            for (long dim : tensor.shape().dims()) {
                proto.addDims(dim);
            }
            graph.addInitializer(proto);
        });
        return model.toBuilder().setGraph(graph).build();
    }

    /** The types that a model declares for its inputs, extents -1 where they are free. */
    static Map<String, DeclaredInput> declared(ModelProto model) {
        Set<String> initializers = new HashSet<>();
        model.getGraph().getInitializerList().forEach(t -> initializers.add(t.getName()));
        Map<String, DeclaredInput> declared = new LinkedHashMap<>();
        for (ValueInfoProto info : model.getGraph().getInputList()) {
            if (!initializers.contains(info.getName())) {
                declared.put(info.getName(), DeclaredInput.of(info));
            }
        }
        return declared;
    }

    /** An input as declared: -1 for an extent that is free or symbolic. */
    record DeclaredInput(String name, DataType dataType, List<Long> dims) {
        static DeclaredInput of(ValueInfoProto info) {
            TypeProto.Tensor tensor = info.getType().getTensorType();
            List<Long> dims = tensor.getShape().getDimList().stream()
                    .map(d -> d.hasDimValue() && d.getDimValue() > 0 ? d.getDimValue() : -1L)
                    .toList();
            return new DeclaredInput(info.getName(), DataType.of(tensor.getElemType()), dims);
        }

        /** Whether a tensor of this shape may be given. */
        boolean accepts(Shape shape, int freeAxis) {
            if (dims.size() != shape.rank()) {
                return false;
            }
            for (int i = 0; i < dims.size(); i++) {
                if (i != freeAxis && dims.get(i) >= 0 && dims.get(i) != shape.dim(i)) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public String toString() {
            return "'" + name + "' "
                    + dims.stream().map(d -> d < 0 ? "?" : d.toString()).toList();
        }
    }
}
