package vintk.runtime;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.autodiff.Accumulator;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.Gradients;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Ops;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;
import vintk.opset.Importer;
import vintk.proto.Preparation;

/** Imports a model of ONNX' suite and compares outputs and gradients. */
final class BackendCheck {
    /** Outputs against the standard's, relative to the largest element: float32. */
    private static final double TOLERANCE = 1e-4;

    /** The same for tests whose numbers are of half precision. */
    private static final double HALF_TOLERANCE = 5e-3;

    private static final String TRAINING = "ai.onnx.preview.training";

    private final BackendModel test;
    private final List<String> remarks = new ArrayList<>();

    private BackendCheck(BackendModel test) {
        this.test = test;
    }

    static BackendOutcome of(BackendModel test) {
        BackendCheck check = new BackendCheck(test);
        try {
            return check.run();
        } catch (UnsupportedOperatorException | ModelException e) {
            return check.outcome(BackendOutcome.Kind.REFUSED, e.getMessage());
        } catch (RuntimeException e) {
            String message = String.valueOf(e.getMessage());
            boolean named = e instanceof IllegalArgumentException
                    && test.model().getGraph().getNodeList().stream()
                            .anyMatch(n -> message.startsWith(n.getOpType() + " '"));
            return check.outcome(
                    named ? BackendOutcome.Kind.REFUSED : BackendOutcome.Kind.FAILED, named ? message : e.toString());
        }
    }

    private BackendOutcome outcome(BackendOutcome.Kind kind, String reason) {
        return new BackendOutcome(test.name(), test.operators(), kind, reason, String.join("; ", remarks));
    }

    private BackendOutcome run() {
        long given = test.model().getGraph().getInputList().stream()
                .filter(i -> test.model().getGraph().getInitializerList().stream()
                        .noneMatch(t -> t.getName().equals(i.getName())))
                .count();
        if (given > test.inputs().size()) {
            return outcome(BackendOutcome.Kind.REFUSED, "inputs that are strings, or no tensors");
        }
        if (test.model().getGraph().getNodeList().stream().anyMatch(BackendCheck::isGradient)) {
            return storedGradients();
        }
        ModelProto lifted = test.lifted();
        ModelProto prepared = Preparation.of(lifted);
        Map<String, Tensor> floats = new LinkedHashMap<>();
        Map<String, Tensor> others = new LinkedHashMap<>();
        test.inputs().forEach((name, tensor) -> {
            boolean floating = tensor.type().dataType().isFloating();
            (floating ? floats : others).put(name, floating ? single(tensor) : tensor);
            if (floating && isBeyondFloat(tensor)) {
                remarks.add("numbers beyond float32 replaced");
            }
        });
        boolean replaced = !remarks.isEmpty();
        Graph graph = imported(prepared, floats, others);
        others.putAll(floats);
        // What inference mode changes, on purpose, is compared with the model in that mode.
        boolean training =
                !prepared.getGraph().getNodeList().equals(lifted.getGraph().getNodeList())
                        && prepared.getGraph().getNodeCount()
                                == lifted.getGraph().getNodeCount()
                        && test.operators().matches(".*(BatchNormalization|Dropout).*");
        if (training) {
            remarks.add("in inference mode");
        }
        List<Value> targets = new ArrayList<>(graph.inputs());
        Map<String, Tensor> at = new LinkedHashMap<>(floats);
        for (Value constant : graph.constants()) {
            if (constant.name() != null && constant.dataType() == DataType.FLOAT) {
                targets.add(constant);
                at.put(constant.name(), constant.constant());
            }
        }
        String refusal = refusal(graph, targets);
        String wrong;
        try {
            wrong = forward(graph, prepared, at, others, training || replaced);
        } catch (ModelException e) {
            // A graph that cannot be run is no harm where it is refused anyway.
            wrong = refusal == null ? "imported: " + e.getMessage() : null;
        }
        if (wrong != null) {
            return outcome(BackendOutcome.Kind.FAILED, wrong);
        }
        return refusal != null
                ? outcome(BackendOutcome.Kind.REFUSED, refusal)
                : gradient(reference(prepared, training), graph, targets, at, others);
    }

    /** Why no output has a gradient; null where one has. */
    private static String refusal(Graph graph, List<Value> targets) {
        String refusal = "no output of type FLOAT";
        for (Value output : graph.outputs().values()) {
            if (output.dataType() == DataType.FLOAT) {
                try {
                    Gradients.of(output, Value.input("vintk/seed", output.type()), targets, BatchFlow.none());
                    return null;
                } catch (UnsupportedOperatorException e) {
                    refusal = e.getMessage();
                }
            }
        }
        return refusal;
    }

    /** The model that was not imported: as in the file where it is of float32, and ONNX Runtime runs it. */
    private ModelProto reference(ModelProto prepared, boolean training) {
        boolean single = test.inputs().values().stream()
                .map(t -> t.type().dataType())
                .allMatch(t -> !t.isFloating() || t == DataType.FLOAT);
        // Rounded to half, outputs are a staircase, of which differences say nothing: it is computed in float32.
        boolean half = test.model().getGraph().getOutputList().stream()
                .map(o -> o.getType().getTensorType().getElemType())
                .anyMatch(t -> t == DataType.FLOAT16.code() || t == DataType.BFLOAT16.code());
        if (!single || half || training) {
            return prepared;
        }
        try (Session session = new Session(test.model().toByteArray(), SessionSettings.of(1))) {
            return session.outputNames().isEmpty() ? prepared : test.model();
        } catch (ModelException e) {
            return prepared;
        }
    }

    private BackendOutcome gradient(
            ModelProto reference,
            Graph graph,
            List<Value> targets,
            Map<String, Tensor> at,
            Map<String, Tensor> others) {
        try (OriginalModel original = OriginalModel.open(reference, targets, others)) {
            BackendGradient.Found found = new BackendGradient(graph, targets, original).run(at);
            if (!original.isDouble()) {
                remarks.add("differences in float32");
            }
            remarks.addAll(found.refused());
            if (!found.wrong().isEmpty()) {
                return outcome(BackendOutcome.Kind.FAILED, String.join("; ", found.wrong()));
            }
            return outcome(
                    found.compared() > 0 ? BackendOutcome.Kind.PASSED : BackendOutcome.Kind.NON_DIFFERENTIABLE, "");
        } catch (ModelException e) {
            return outcome(BackendOutcome.Kind.FAILED, "imported: " + e.getMessage());
        }
    }

    /** In float32; numbers that are too large for it (memory that a test forgot to fill) become their sign. */
    private static Tensor single(Tensor tensor) {
        double[] numbers = tensor.numbers();
        for (int i = 0; i < numbers.length; i++) {
            boolean beyond = Double.isFinite(numbers[i]) && !Float.isFinite((float) numbers[i]);
            numbers[i] = beyond ? Math.signum(numbers[i]) : numbers[i];
        }
        return Tensor.of(new TensorType(DataType.FLOAT, tensor.shape()), numbers);
    }

    private static boolean isBeyondFloat(Tensor tensor) {
        return Arrays.stream(tensor.numbers()).anyMatch(x -> Double.isFinite(x) && !Float.isFinite((float) x));
    }

    /** With all float inputs free; where some must be known for the import, with as many as can be. */
    private Graph imported(ModelProto model, Map<String, Tensor> floats, Map<String, Tensor> integers) {
        RuntimeException refusal;
        try {
            return imported(model, floats, integers, floats.keySet());
        } catch (UnsupportedOperatorException | ModelException | IllegalArgumentException e) {
            refusal = e;
        }
        Graph found = null;
        Set<String> free = new LinkedHashSet<>();
        for (String name : floats.keySet()) {
            free.add(name);
            try {
                found = imported(model, floats, integers, free);
            } catch (UnsupportedOperatorException | ModelException | IllegalArgumentException e) {
                free.remove(name);
            }
        }
        if (found == null) {
            throw refusal;
        }
        remarks.add("by " + free + " only");
        return found;
    }

    private static Graph imported(
            ModelProto model, Map<String, Tensor> floats, Map<String, Tensor> integers, Set<String> free) {
        Map<String, TensorType> types = new LinkedHashMap<>();
        Map<String, Tensor> constants = new LinkedHashMap<>(integers);
        floats.forEach((name, tensor) -> {
            if (free.contains(name)) {
                types.put(name, tensor.type());
            } else {
                constants.put(name, tensor);
            }
        });
        return Importer.graph(Resolver.resolve(model, types, constants));
    }

    /** What differs between the imported graph and the standard's outputs, or null. */
    private String forward(
            Graph graph, ModelProto prepared, Map<String, Tensor> at, Map<String, Tensor> inputs, boolean own) {
        Map<String, Tensor> found = GraphRun.run(graph, at, SessionSettings.of(1));
        Map<String, Tensor> expected = test.outputs();
        if (own) {
            try (GraphRun run = new GraphRun(prepared, SessionSettings.of(1))) {
                expected = run.run(inputs);
            }
        }
        boolean half = test.inputs().values().stream()
                        .anyMatch(t -> t.type().dataType().bytes() == 2)
                || test.outputs().values().stream()
                        .anyMatch(t -> t.type().dataType().isFloating()
                                && t.type().dataType().bytes() == 2);
        for (Map.Entry<String, Tensor> entry : expected.entrySet()) {
            Tensor output = found.get(entry.getKey());
            if (output == null) {
                continue;
            }
            if (!output.shape().equals(entry.getValue().shape())) {
                return "output " + entry.getKey() + " has shape " + output.shape() + ", expected "
                        + entry.getValue().shape();
            }
            double error =
                    OperatorCheck.difference(output.numbers(), entry.getValue().numbers());
            if (!(error <= (half ? HALF_TOLERANCE : TOLERANCE)) && !isRuntimes(entry.getKey(), output)) {
                return "output " + entry.getKey() + " differs by " + error + " of its largest element";
            }
        }
        return null;
    }

    /** Whether ONNX Runtime itself gives an output of ours rather than the test's, which then is remarked. */
    private boolean isRuntimes(String name, Tensor output) {
        try (GraphRun run = new GraphRun(test.model(), SessionSettings.of(1))) {
            Tensor own = run.run(test.inputs()).get(name);
            boolean same = OperatorCheck.difference(output.numbers(), own.numbers()) <= TOLERANCE;
            if (same) {
                remarks.add("output " + name + " is ONNX Runtime's, not the test's");
            }
            return same;
        } catch (ModelException e) {
            return false;
        }
    }

    // ---- ai.onnx.preview.training.Gradient

    private static boolean isGradient(NodeProto node) {
        return node.getDomain().equals(TRAINING) && node.getOpType().equals("Gradient");
    }

    /** The node Gradient is left out, its y differentiated by its xs, and the result compared with the test's outputs. */
    private BackendOutcome storedGradients() {
        ModelProto.Builder builder = test.model().toBuilder();
        NodeProto gradient = test.model().getGraph().getNodeList().stream()
                .filter(BackendCheck::isGradient)
                .findFirst()
                .orElseThrow();
        builder.getGraphBuilder().clearNode().clearOutput();
        test.model().getGraph().getNodeList().stream()
                .filter(n -> !isGradient(n))
                .forEach(builder.getGraphBuilder()::addNode);
        AttributeProto y = attribute(gradient, "y");
        builder.getGraphBuilder().addOutputBuilder().setName(y.getS().toStringUtf8());
        for (int i = 0; i < builder.getOpsetImportCount(); i++) {
            if (builder.getOpsetImport(i).getDomain().equals(TRAINING)) {
                builder.removeOpsetImport(i--);
            }
        }
        Map<String, TensorType> types = new LinkedHashMap<>();
        test.inputs().forEach((name, tensor) -> types.put(name, tensor.type()));
        Graph graph = Importer.graph(Resolver.resolve(Preparation.of(builder.build()), types, Map.of()));
        Value output = graph.outputs().get(y.getS().toStringUtf8());
        List<Value> xs = attribute(gradient, "xs").getStringsList().stream()
                .map(ByteString::toStringUtf8)
                .map(graph::input)
                .toList();
        double[] ones = new double[Math.toIntExact(output.shape().elements())];
        Arrays.fill(ones, 1);
        Map<Value, Accumulator> found =
                Gradients.of(output, Ops.constant(Tensor.of(output.type(), ones)), xs, BatchFlow.none());
        Map<String, Value> outputs = new LinkedHashMap<>();
        for (int i = 0; i < xs.size(); i++) {
            outputs.put(gradient.getOutput(i), found.get(xs.get(i)).full());
        }
        Map<String, Tensor> results =
                GraphRun.run(new Graph("gradient", graph.inputs(), outputs), test.inputs(), SessionSettings.of(1));
        for (String name : outputs.keySet()) {
            Tensor expected = test.outputs().get(name);
            double error = OperatorCheck.difference(results.get(name).numbers(), expected.numbers());
            if (!results.get(name).shape().equals(expected.shape()) || error > TOLERANCE) {
                return outcome(
                        BackendOutcome.Kind.FAILED, name + " differs by " + error + " from the test's own gradient");
            }
        }
        remarks.add("against the test's own gradients " + outputs.keySet());
        return outcome(BackendOutcome.Kind.PASSED, "");
    }

    private static AttributeProto attribute(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(a -> a.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
