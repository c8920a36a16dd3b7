package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;
import vintk.onnx.Value;
import vintk.opset.BlockedLayout;
import vintk.opset.Marks;
import vintk.opset.Resolved;
import vintk.proto.CeilMode;
import vintk.proto.ControlFlow;
import vintk.proto.FreedBatch;
import vintk.proto.Sequences;
import vintk.proto.SubGraphs;

/**
 * Finds out what there is to know of a model for given input shapes: the types of all values and the integers that shapes
 * are computed with. ONNX Runtime knows: values are made outputs, so that the session tells their inferred types; the
 * integers are computed by running the part of the model that computes them, then put in as constants, after which
 * inference knows every shape that is static. What is left (shapes that depend on data) is found by one run.
 */
final class Resolver {
    private final ModelProto model;
    private final Map<String, TensorType> inputs;
    private final Map<String, Tensor> constants;

    private Resolver(ModelProto model, Map<String, TensorType> inputs, Map<String, Tensor> constants) {
        this.model = model;
        this.inputs = inputs;
        this.constants = constants;
    }

    /**
     * Resolves a model for a number of samples.
     *
     * @param model prepared ({@link vintk.proto.Preparation})
     */
    static Resolved resolve(ModelProto model, Signature signature, long samples, Shape sample) {
        ModelProto bound = bound(model, signature, samples, sample);
        Resolver resolver = new Resolver(bound, signature.types(samples, sample), signature.constants());
        return resolver.run(signature.values(samples));
    }

    /** Resolves a model whose inputs are of static types, or constants. */
    static Resolved resolve(ModelProto model, Map<String, TensorType> inputs, Map<String, Tensor> constants) {
        Map<String, Value> given = new LinkedHashMap<>();
        constants.forEach((name, tensor) -> given.put(name, Value.constant(tensor)));
        ModelProto bound = new Resolver(model, inputs, constants).withStaticInputs();
        return new Resolver(bound, inputs, constants).run(given);
    }

    private Resolved run(Map<String, Value> given) {
        ControlFlow control = new ControlFlow();
        ModelProto plain = model;
        while (ControlFlow.isIn(plain)) {
            plain = control.step(plain, look(plain));
        }
        Found found = look(plain);
        for (ModelProto next = Sequences.step(plain, found); next != plain; next = Sequences.step(plain, found)) {
            plain = next;
            found = look(plain);
        }
        for (ModelProto next = CeilMode.step(plain, found); next != plain; next = CeilMode.step(plain, found)) {
            plain = next;
            found = look(plain);
        }
        Map<String, TensorType> types = found.types;
        if (!found.unknown.isEmpty()) {
            ModelProto part = part(fold(plain, found.known), found.unknown);
            ToDoubleFunction<String> bytes =
                    name -> types.containsKey(name) ? types.get(name).bytes() : 0;
            LiveMemory.require(part.getGraph().getNodeList(), bytes, found.unknown, Machine.memory());
            execute(part, false).forEach((name, tensor) -> types.put(name, tensor.type()));
        }
        control.check(found);
        return new Resolved(
                plain, found.types, found.known, given, BlockedLayout.isIn(plain) ? ImageBlocks.channels() : 0);
    }

    /** What inference tells of a model, and the values whose extents it does not. */
    private record Found(Map<String, TensorType> types, Map<String, Tensor> known, Set<String> unknown)
            implements ControlFlow.Knowledge {
        @Override
        public Tensor constant(String name) {
            return known.get(name);
        }

        @Override
        public Shape shape(String name) {
            TensorType type = types.get(name);
            return type == null ? null : type.shape();
        }
    }

    private Found look(ModelProto plain) {
        Sequences.requireParts(plain, Map.of());
        Map<String, NodeInfo> first = types(plain, allOutputs(plain.getGraph()));
        first.forEach(Resolver::requireSize);
        Map<String, Tensor> known = integers(plain, first);
        Sequences.requireParts(plain, known);
        Map<String, TensorType> types = new HashMap<>(inputs);
        for (TensorProto tensor : plain.getGraph().getInitializerList()) {
            types.put(tensor.getName(), TensorReader.type(tensor));
        }
        known.forEach((name, tensor) -> types.put(name, tensor.type()));
        Set<String> unknown = unknown(plain, first, known, types);
        if (!unknown.isEmpty()) {
            // With what is known put in, more can be inferred.
            ModelProto folded = fold(plain, known);
            unknown = unknown(folded, types(folded, allOutputs(folded.getGraph())), known, types);
        }
        return new Found(types, known, unknown);
    }

    /** Adds the static types among those inferred, and returns the names of the others. */
    private static Set<String> unknown(
            ModelProto plain,
            Map<String, NodeInfo> inferred,
            Map<String, Tensor> known,
            Map<String, TensorType> types) {
        Set<String> unknown = new LinkedHashSet<>();
        Map<String, TensorType> numbers = new LinkedHashMap<>();
        inferred.forEach((name, info) -> {
            TensorType type = info.getInfo() instanceof TensorInfo tensor ? Tensors.type(tensor) : null;
            if (type != null && type.shape().rank() > 0) {
                types.put(name, type);
            } else if (!known.containsKey(name)) {
                unknown.add(name);
                numbers.put(name, type);
            }
        });
        // A rank that is not known looks like that of a number.
        for (NodeProto node : plain.getGraph().getNodeList()) {
            TensorType type = node.getOutputCount() == 1 ? numbers.get(node.getOutput(0)) : null;
            if (type != null && Numbers.isNumber(node, types)) {
                types.put(node.getOutput(0), type);
                unknown.remove(node.getOutput(0));
            }
        }
        return unknown;
    }

    /** The model for a number of samples: inputs of static types, what is constant put in. */
    static ModelProto bound(ModelProto model, Signature signature, long samples, Shape sample) {
        ModelProto freed = signature.fixedBatch() == 1 && samples != 1
                ? FreedBatch.of(model, Set.of(signature.main().name()), samples)
                : model;
        return new Resolver(freed, signature.types(samples, sample), signature.constants()).withStaticInputs();
    }

    /** The model with these input types, without what its writer said of shapes (it may hold for another batch only). */
    private ModelProto withStaticInputs() {
        ModelProto.Builder builder = model.toBuilder();
        GraphProto.Builder graph = builder.getGraphBuilder();
        graph.clearValueInfo().clearInput().addAllValueInfo(Marks.of(model));
        for (ValueInfoProto info : model.getGraph().getInputList()) {
            TensorType type = inputs.get(info.getName());
            if (type != null) {
                graph.addInput(TensorWriter.info(info.getName(), type));
            }
        }
        constants.forEach((name, tensor) -> graph.addInitializer(TensorWriter.write(name, tensor)));
        return builder.build();
    }

    private static Set<String> allOutputs(GraphProto graph) {
        Set<String> names = new LinkedHashSet<>();
        graph.getNodeList()
                .forEach(n ->
                        n.getOutputList().stream().filter(o -> !o.isEmpty()).forEach(names::add));
        return names;
    }

    /** The part of a model that computes the wanted values, these being its outputs, of types still to be inferred. */
    static ModelProto part(ModelProto model, Set<String> wanted) {
        GraphProto whole = model.getGraph();
        Set<String> needed = new HashSet<>(wanted);
        List<NodeProto> nodes = whole.getNodeList();
        boolean[] used = new boolean[nodes.size()];
        for (int i = nodes.size() - 1; i >= 0; i--) {
            used[i] = nodes.get(i).getOutputList().stream().anyMatch(needed::contains);
            if (used[i]) {
                SubGraphs.reads(nodes.get(i)).forEach(needed::add);
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

    /** Refuses a model that would fill the machine before a part of it runs. */
    private static void requireSize(String name, NodeInfo info) {
        if (bytes(info) > Machine.memory()) {
            throw new ModelException(
                    ModelException.Kind.OUT_OF_MEMORY,
                    String.format(
                            Locale.ROOT,
                            "value '%s' alone has %.3g GB, more than this machine's memory holds",
                            name,
                            bytes(info) / 1e9));
        }
    }

    /** Of a value whose type has been inferred; an extent that is not known counts once. */
    private static double bytes(NodeInfo info) {
        double bytes = 0;
        if (info != null && info.getInfo() instanceof TensorInfo tensor) {
            bytes = tensor.type.size;
            for (long dim : tensor.getShape()) {
                bytes *= Math.max(1, dim);
            }
        }
        return bytes;
    }

    /** Places that are not 0 may be all of them, with a number for each axis. */
    private static double places(NodeInfo info) {
        return info != null && info.getInfo() instanceof TensorInfo tensor
                ? bytes(info) / tensor.type.size * tensor.getShape().length * Long.BYTES
                : 0;
    }

    static Map<String, NodeInfo> types(ModelProto model, Set<String> wanted) {
        if (wanted.isEmpty()) {
            return Map.of();
        }
        try (Session session = Session.of(WeightsApart.typed(part(model, wanted)), SessionSettings.of(1))) {
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
            // The integers that a weight is rounded to have a gradient, straight through.
            boolean rounded = node.getOpType().equals("QuantizeLinear");
            // How often a loop runs is looked at first.
            boolean loop = node.getOpType().equals("Loop");
            if (loop || random || rounded || !shapeOnly && SubGraphs.reads(node).anyMatch(dependent::contains)) {
                dependent.addAll(node.getOutputList());
                continue;
            }
            node.getOutputList().stream()
                    .filter(o -> !o.isEmpty() && (scales.contains(o) || isInteger(types.get(o))))
                    .forEach(wanted::add);
        }
        if (wanted.isEmpty()) {
            return Map.of();
        }
        ModelProto part = part(plain, wanted);
        List<NodeProto> nodes = part.getGraph().getNodeList();
        Map<String, Double> places = new HashMap<>();
        nodes.stream()
                .filter(node -> node.getOpType().equals("NonZero"))
                .forEach(node -> places.put(node.getOutput(0), places(types.get(node.getInput(0)))));
        // They are read out, too.
        LiveMemory.require(
                nodes, name -> places.getOrDefault(name, bytes(types.get(name))), wanted, Machine.memory() / 2d);
        return execute(part, true);
    }

    private static boolean isInteger(NodeInfo info) {
        try {
            return info != null
                    && info.getInfo() instanceof TensorInfo tensor
                    && !Tensors.dataType(tensor).isFloating();
        } catch (IllegalArgumentException e) {
            // Of a type that is not handled.
            return false;
        }
    }

    /** Runs a part of the model on zeros. Optimised, shapes are folded and the part that computes floats drops out. */
    private Map<String, Tensor> execute(ModelProto part, boolean optimised) {
        Map<String, Tensor> zeros = new LinkedHashMap<>();
        inputs.forEach((name, type) -> zeros.put(name, Tensor.filled(type, 0)));
        try (GraphRun run =
                new GraphRun(part, optimised ? SessionSettings.of(0).withOptimised() : SessionSettings.of(0))) {
            return run.run(zeros);
        }
    }

    /** The model with the known values as initializers in place of the nodes that compute them. */
    private static ModelProto fold(ModelProto model, Map<String, Tensor> known) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
        // Of which some outputs are known, but not all: the places of a TopK of weights, but not its values.
        Set<String> computed = new HashSet<>();
        for (NodeProto node : model.getGraph().getNodeList()) {
            if (!node.getOutputList().stream().allMatch(o -> o.isEmpty() || known.containsKey(o))) {
                graph.addNode(node);
                computed.addAll(node.getOutputList());
            }
        }
        known.forEach((name, tensor) -> {
            if (!computed.contains(name)) {
                graph.addInitializer(TensorWriter.write(name, tensor));
            }
        });
        return model.toBuilder().setGraph(graph).build();
    }
}
