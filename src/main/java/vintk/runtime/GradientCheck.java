package vintk.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import vintk.autodiff.Gradients;
import vintk.autodiff.UntrackedBatchException;
import vintk.ntk.KernelGraph;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/**
 * Verifies the gradient of one model: the imported graph computes what the model does ({@link GradientReport.Imported}),
 * its gradient by all parameters is that of differences ({@link WholeCheck}), and so is that of every operator by itself
 * on the activations it sees ({@link OperatorCheck}). The first and last name where a fault lies, the second finds what
 * lies between operators: sums over several uses, broadcasting, the tracking of samples.
 */
public final class GradientCheck {
    /** Imported and original graph in float32, relative to the largest element: other operators, another rounding. */
    static final double IMPORT_TOLERANCE = 1e-4;

    /** Is told how many of the checks are done. */
    public interface Watch {
        void done(int count, int all);
    }

    private final OnnxNetwork network;
    private final KernelOptions options;
    private final SessionSettings settings;
    private final UnaryOperator<Graph> gradients;

    /** @param gradients applied to gradient graphs before they run: for tests of the check itself */
    GradientCheck(OnnxNetwork network, KernelOptions options, UnaryOperator<Graph> gradients) {
        this.network = network;
        this.options = options;
        this.settings = options.session();
        this.gradients = gradients;
    }

    /**
     * Checks a model.
     *
     * @param options of which output, parameters, threads and seed count
     */
    public GradientCheck(OnnxNetwork network, KernelOptions options) {
        this(network, options, UnaryOperator.identity());
    }

    /**
     * Runs all checks.
     *
     * @param data [N, ...sample]
     * @param samples N, 1 or more
     * @param directions along which the whole gradient is measured, 1 or more
     * @param watch is told how far it is: large models take minutes
     * @throws ModelException where the model cannot be differentiated
     */
    public GradientReport run(float[] data, int samples, Shape sample, int directions, Watch watch) {
        if (samples < 1 || directions < 1) {
            throw new IllegalArgumentException(
                    "expected 1 or more samples and directions, got " + samples + " and " + directions);
        }
        try {
            return checked(data, samples, sample, directions, watch);
        } catch (UnsupportedOperatorException e) {
            throw new ModelException(
                    ModelException.Kind.UNSUPPORTED_OPERATOR, network.name() + ": " + e.getMessage(), e);
        }
    }

    private GradientReport checked(float[] data, int samples, Shape sample, int directions, Watch watch) {
        Graph graph = network.graph(samples, sample);
        String output = Differentiation.output(graph, options);
        List<Value> counted = options.parameters().select(graph).counted();
        // First, as it says so where there is no such output.
        KernelGraph kernel = kernelGraph(graph, output, samples);
        Map<String, Tensor> inputs = network.feeds(data, samples, sample);
        GradientReport.Imported imported = imported(graph, output, counted, inputs, samples, sample);
        WholeCheck whole;
        try {
            whole = new WholeCheck(kernel, counted, inputs, settings, gradients, options.seed());
        } catch (UntrackedBatchException e) {
            // On the way back: a factor of which all samples have a part.
            KernelGraph single = KernelGraph.single(graph, output);
            whole = new WholeCheck(single, counted, inputs, settings, gradients, options.seed());
        }
        if (whole.parameters().isEmpty()) {
            throw new ModelException(
                    ModelException.Kind.CONSTANT_OUTPUT,
                    network.name() + ": output '" + output + "' depends on no parameter that counts");
        }
        ParameterFilter.notFinite(whole.parameters()).ifPresent(which -> {
            throw new ModelException(
                    ModelException.Kind.INVALID_MODEL,
                    network.name() + ": " + which + ": no difference is a number then");
        });
        List<GradientReport.Operator> operators =
                operators(graph, graph.outputs().get(output), whole.parameters(), inputs, watch);
        boolean steps = GradientReport.steps(operators).isPresent();
        return new GradientReport(
                output,
                samples,
                whole.parameters().size(),
                whole.parameters().stream().mapToLong(p -> p.shape().elements()).sum(),
                imported,
                whole.run(steps ? 0 : directions),
                operators);
    }

    /** Samples tracked where they can be, as for kernels; otherwise the gradient of the whole batch. */
    private KernelGraph kernelGraph(Graph graph, String output, int samples) {
        if (network.batchAxis() >= 0) {
            try {
                return KernelGraph.batched(graph, output, Differentiation.axes(network, graph), samples);
            } catch (UntrackedBatchException e) {
                return KernelGraph.single(graph, output);
            }
        }
        return KernelGraph.single(graph, output);
    }

    private GradientReport.Imported imported(
            Graph graph, String output, List<Value> counted, Map<String, Tensor> inputs, int samples, Shape sample) {
        double[] found = GraphRun.run(graph, inputs, settings).get(output).numbers();
        double[] expected = network.original(Set.of(output), inputs, samples, sample, settings)
                .get(output)
                .numbers();
        if (!Arrays.stream(found).allMatch(Double::isFinite)) {
            Graph alone = new Graph(
                    graph.name(), graph.inputs(), Map.of(output, graph.outputs().get(output)));
            String why = ParameterFilter.notFinite(counted)
                    .or(() -> NotFinite.origin(alone, counts -> GraphRun.run(counts, inputs, settings)))
                    .orElse("its numbers are not finite");
            throw new ModelException(
                    ModelException.Kind.NON_FINITE,
                    network.name() + ": output '" + output + "' is no number for these samples: " + why);
        }
        double error = OperatorCheck.difference(found, expected);
        String at = error <= IMPORT_TOLERANCE ? "" : firstDifference(graph, inputs, samples, sample);
        return new GradientReport.Imported(error, IMPORT_TOLERANCE, at);
    }

    /** The first node whose output has the name of one of the model's, and other numbers. */
    private String firstDifference(Graph graph, Map<String, Tensor> inputs, int samples, Shape sample) {
        Set<String> original = network.valueNames();
        Map<String, Value> named = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            for (Value value : node.outputs()) {
                if (value.name() != null && original.contains(value.name())) {
                    named.put(value.name(), value);
                }
            }
        }
        Map<String, Tensor> found = GraphRun.run(new Graph("values", graph.inputs(), named), inputs, settings);
        Map<String, Tensor> expected = network.original(named.keySet(), inputs, samples, sample, settings);
        for (Map.Entry<String, Value> entry : named.entrySet()) {
            double[] a = found.get(entry.getKey()).numbers();
            double[] b = expected.get(entry.getKey()).numbers();
            if (a.length != b.length || OperatorCheck.difference(a, b) > IMPORT_TOLERANCE) {
                return entry.getValue().node().toString();
            }
        }
        return "";
    }

    private List<GradientReport.Operator> operators(
            Graph graph, Value output, List<Value> parameters, Map<String, Tensor> inputs, Watch watch) {
        Map<List<Object>, Node> forms = new LinkedHashMap<>();
        Map<List<Object>, Integer> counts = new HashMap<>();
        Map<Node, List<Value>> path = Gradients.path(output, parameters);
        path.forEach((node, by) -> {
            List<Object> form = form(node, by);
            forms.putIfAbsent(form, node);
            counts.merge(form, 1, Integer::sum);
        });
        Map<Value, Tensor> activations = activations(graph, forms.values(), inputs);
        OperatorCheck check = new OperatorCheck(settings, gradients, options.seed());
        List<GradientReport.Operator> operators = new ArrayList<>();
        // The whole gradient is one check more.
        int all = forms.size() + 1;
        watch.done(0, all);
        forms.forEach((form, node) -> {
            operators.add(check.check(node, path.get(node), activations, counts.get(form)));
            watch.done(operators.size(), all);
        });
        operators.sort(GradientReport.Operator.WORST_FIRST);
        return operators;
    }

    /** Equal for nodes that differ in the numbers of their float operands only. */
    private static List<Object> form(Node node, List<Value> by) {
        List<Object> form = new ArrayList<>(List.of(node.domain(), node.opType(), node.attributes()));
        for (Value input : node.inputs()) {
            if (input == null) {
                form.add("");
                continue;
            }
            form.add(input.type());
            form.add(by.indexOf(input));
            boolean setting = input.isConstant()
                    && (!input.dataType().isFloating() || input.shape().rank() == 0);
            form.add(setting ? Arrays.hashCode(input.constant().numbers()) : 0);
        }
        node.outputs().forEach(y -> form.add(y.type()));
        return form;
    }

    /** What the nodes read and give, in float32: one run. */
    private Map<Value, Tensor> activations(Graph graph, Iterable<Node> nodes, Map<String, Tensor> inputs) {
        Set<Value> wanted = new LinkedHashSet<>();
        for (Node node : nodes) {
            node.inputs().stream().filter(x -> x != null && !x.isConstant()).forEach(wanted::add);
            wanted.add(node.output());
        }
        Map<String, Value> outputs = new LinkedHashMap<>();
        wanted.forEach(value -> outputs.put("vintk/activation/" + outputs.size(), value));
        Map<String, Tensor> results = GraphRun.run(new Graph("activations", graph.inputs(), outputs), inputs, settings);
        Map<Value, Tensor> activations = new IdentityHashMap<>();
        outputs.forEach((name, value) -> activations.put(value, results.get(name)));
        return activations;
    }
}
