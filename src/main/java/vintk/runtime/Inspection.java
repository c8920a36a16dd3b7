package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import vintk.ntk.GraphCost;
import vintk.onnx.Fusion;
import vintk.onnx.Graph;
import vintk.onnx.Shape;
import vintk.onnx.Target;
import vintk.onnx.Value;
import vintk.opset.Marks;
import vintk.opset.OperatorUse;
import vintk.opset.Parameter;
import vintk.opset.Role;
import vintk.opset.Roles;

/**
 * What can be known of a model before its kernel is computed. It is differentiated, but the gradients are not run: what a
 * model that is refused would have told stays empty, all else is there.
 *
 * @param file the model as its file has it
 * @param network the model as it is taken, where it can be
 * @param sample shape of a sample, where the model takes samples
 * @param taken the output that is differentiated
 * @param plan how, where that is possible
 * @param peakBytes estimated memory of a kernel run
 * @param counted parameters that count; where the model is refused, those that might
 * @param leftOut the others
 * @param operators of the file
 * @param refusal why it cannot be scored
 */
public record Inspection(
        ModelProto file,
        Optional<OnnxNetwork> network,
        Optional<Shape> sample,
        Optional<String> taken,
        Optional<Differentiation> plan,
        long peakBytes,
        List<Listed> counted,
        List<Listed> leftOut,
        List<OperatorUse> operators,
        Optional<String> refusal) {

    public Inspection {
        counted = List.copyOf(counted);
        leftOut = List.copyOf(leftOut);
        operators = List.copyOf(operators);
    }

    /**
     * A float tensor of the model.
     *
     * @param name of the tensor
     * @param role by its reader, as {@link vintk.opset.Role} names it
     * @param shape as the file has it
     * @param reason why it does not count; empty where it does
     */
    public record Listed(String name, String role, Shape shape, String reason) {}

    /**
     * Inspects a file.
     *
     * @param samples of the kernel, 1 or more
     * @param wanted shape of a sample where the model leaves it free
     * @throws ModelException where there is no model to say anything about
     */
    public static Inspection of(Path path, ModelInputs inputs, int samples, Shape wanted, KernelOptions options) {
        if (samples < 1) {
            throw new IllegalArgumentException("expected 1 or more samples, got " + samples);
        }
        ModelProto file = ModelFile.parse(path);
        Work work = new Work(file);
        try {
            work.run(path, inputs, samples, wanted, options);
        } catch (ModelException | IllegalArgumentException e) {
            work.refusal = e.getMessage();
        }
        return work.result();
    }

    /** Multiply-adds for a sample. */
    public Optional<Long> macs() {
        return plan.map(p -> p.forward().macs() / p.chunk());
    }

    /** Collects what is found until something is refused. */
    private static final class Work {
        private final ModelProto file;
        private OnnxNetwork network;
        private Shape sample;
        private String taken;
        private Graph graph;
        private Differentiation plan;
        private ParameterFilter.Selection selection;
        private long peakBytes;
        private String refusal;

        Work(ModelProto file) {
            this.file = file;
        }

        void run(Path path, ModelInputs inputs, int samples, Shape wanted, KernelOptions options) {
            network = OnnxNetwork.read(path, inputs);
            sample = network.sampleShape(wanted);
            graph = ModelException.explained(network, () -> network.graph(Math.max(1, network.fixedBatch()), sample));
            selection = options.parameters().select(graph);
            taken = ModelException.explained(network, () -> Differentiation.output(graph, options));
            plan = ModelException.explained(network, () -> {
                int rows = Rows.of(network, samples, sample, options);
                return Differentiation.plan(network, rows, sample, options);
            });
            peakBytes = GraphCost.of(Fusion.apply(plan.differentiated().graph(), Target.PROCESSOR))
                    .peakBytes();
            String shortage = Machine.shortage(peakBytes, plan.chunk());
            if (shortage != null) {
                refusal = shortage;
            } else if (options.reduction().kind() == Reduction.Kind.SUM
                    && isSoftmax(graph.outputs().get(taken))) {
                refusal = "the sum of output '" + taken
                        + "' is constant, it is a Softmax: use --reduction class:C or trace:K, or --output";
            }
        }

        /** Whether a value is a Softmax, moved at most. */
        private static boolean isSoftmax(Value output) {
            Value at = output;
            while (at != null
                    && at.node() != null
                    && Set.of("Reshape", "Transpose").contains(at.node().opType())) {
                at = at.node().input(0);
            }
            return at != null && at.node() != null && at.node().opType().equals("Softmax");
        }

        Inspection result() {
            ModelProto model = network == null ? file : network.model();
            Map<String, Parameter> stored = new HashMap<>();
            List<Parameter> parameters = Roles.parameters(model);
            parameters.forEach(p -> stored.put(p.name(), p));
            List<Listed> counted = new ArrayList<>();
            List<Listed> leftOut = new ArrayList<>();
            Set<String> named = new HashSet<>();
            if (selection != null) {
                List<ParameterFilter.LeftOut> others = plan == null ? selection.leftOut() : plan.leftOut();
                List<Value> count = plan == null
                        ? selection.counted()
                        : plan.differentiated().parameters();
                count.forEach(v -> counted.add(new Listed(v.name(), role(stored, v.name()), v.shape(), "")));
                Map<String, Shape> shapes = new HashMap<>();
                graph.constants().forEach(v -> shapes.put(v.name(), v.shape()));
                others.forEach(o -> leftOut.add(new Listed(
                        o.name(),
                        role(stored, o.name()),
                        shapes.getOrDefault(o.name(), Shape.of(o.elements())),
                        o.reason())));
                counted.forEach(t -> named.add(t.name()));
                leftOut.forEach(t -> named.add(t.name()));
            }
            Set<String> buffers = Marks.buffers(model);
            for (Parameter parameter : parameters) {
                if (parameter.source() == Parameter.Source.INITIALIZER && named.add(parameter.name())) {
                    String reason = reason(parameter, buffers);
                    Listed tensor = new Listed(
                            parameter.name(),
                            parameter.role().id(),
                            parameter.type().shape(),
                            reason);
                    (reason.isEmpty() ? counted : leftOut).add(tensor);
                }
            }
            return new Inspection(
                    file,
                    Optional.ofNullable(network),
                    Optional.ofNullable(sample),
                    Optional.ofNullable(taken),
                    Optional.ofNullable(plan),
                    peakBytes,
                    counted,
                    leftOut,
                    OperatorUse.of(file),
                    Optional.ofNullable(refusal));
        }

        /** Of an initializer that did not come as far as the filter. */
        private String reason(Parameter parameter, Set<String> buffers) {
            if (parameter.role().isFixed()) {
                return parameter.role().fixed();
            }
            if (buffers.contains(parameter.name())) {
                return "no parameter of the module, as the file says";
            }
            if (parameter.type().shape().rank() == 0) {
                return "a scalar";
            }
            if (selection == null) {
                return "";
            }
            if (parameter.use().reader().equals("InstanceNormalization")) {
                return "a number of the exporter's";
            }
            boolean single =
                    parameter.role() == Role.OTHER && parameter.type().shape().elements() == 1;
            return single ? "a number of the exporter's, unless --include names it" : "not on the way to an output";
        }

        private static String role(Map<String, Parameter> stored, String name) {
            Parameter parameter = stored.get(name);
            return parameter == null ? "-" : parameter.role().id();
        }
    }
}
