package vintk.runtime;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vintk.autodiff.BatchAxis;
import vintk.autodiff.UntrackedBatchException;
import vintk.ntk.GraphCost;
import vintk.ntk.KernelGraph;
import vintk.ntk.Seed;
import vintk.onnx.ArithmeticForm;
import vintk.onnx.CommonNodes;
import vintk.onnx.GeluForm;
import vintk.onnx.Graph;
import vintk.onnx.SelectedRows;
import vintk.onnx.Shape;
import vintk.onnx.StandardisationForm;
import vintk.onnx.TensorType;
import vintk.onnx.TransposeSinking;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/**
 * A differentiated network with what is needed to run it, or to write it to a file.
 *
 * @param batched whether one run gives the kernel; otherwise runs give gradients of chunks
 * @param reason why
 * @param chunk samples of one run
 * @param output name of the output that was differentiated
 * @param remark which of several outputs that is, where nobody chose it
 * @param sampleOutput shape of one sample's output
 * @param input name of the input
 * @param forward what the forward graph of a chunk costs
 * @param leftOut initializers that do not count, with the reason
 * @param differentiated the graph
 */
public record Differentiation(
        boolean batched,
        String reason,
        long chunk,
        String output,
        Optional<String> remark,
        Shape sampleOutput,
        String input,
        GraphCost forward,
        List<ParameterFilter.LeftOut> leftOut,
        KernelGraph.Differentiated differentiated) {
    /** Name of the graph input that takes v where a reduction has several. */
    static final String COTANGENT = "cotangent";

    /** The types of the graph's outputs, by name. */
    Map<String, TensorType> gradients() {
        Map<String, TensorType> types = new LinkedHashMap<>();
        differentiated.graph().outputs().forEach((name, value) -> types.put(name, value.type()));
        return types;
    }

    /**
     * The graph of a network for a file: its own outputs, and kernel or Jacobian for N samples, from standard operators. The vectors of the
     * reductions {@code trace} and {@code vector} are an input named {@code cotangent}. One sample's gradient is that of the whole graph
     * where samples cannot be told apart.
     *
     * @throws ModelException where this network cannot be differentiated for so many samples
     * @throws IllegalArgumentException where an option does not go with the model or with N; both messages say what and what to do
     */
    public static Graph graph(
            Network network, int samples, Shape sample, KernelOptions options, List<KernelGraph.Output> wanted) {
        try {
            Graph forward = network.graph(samples, sample);
            Differentiation made = differentiated(network, forward, samples, options, wanted);
            if (options.reduction().kind() == Reduction.Kind.VECTOR) {
                // Of the right length, whoever gives it in the end.
                options.reduction().rounds(made.sampleOutput(), options.seed());
            }
            Graph gradients = made.differentiated().graph();
            Map<String, Value> outputs = new LinkedHashMap<>(forward.outputs());
            gradients.outputs().forEach((name, value) -> {
                if (outputs.put(name, value) != null) {
                    throw new IllegalArgumentException(
                            network.name() + ": the model has an output '" + name + "' of its own");
                }
            });
            return CommonNodes.apply(new Graph(forward.name(), gradients.inputs(), outputs));
        } catch (ModelException | IllegalArgumentException e) {
            long fixed = network.fixedBatch();
            if (fixed > 0 && fixed != samples) {
                throw new ModelException(
                        ModelException.Kind.ERROR,
                        network.name() + ": the model's batch is fixed at " + fixed + "; give --batch " + fixed
                                + ", or export it with a free batch",
                        e);
            }
            throw e;
        } catch (UnsupportedOperatorException e) {
            throw new ModelException(
                    ModelException.Kind.UNSUPPORTED_OPERATOR, network.name() + ": " + e.getMessage(), e);
        } catch (UntrackedBatchException e) {
            throw new ModelException(
                    ModelException.Kind.ERROR,
                    network.name() + ": samples could not be tracked " + e.getMessage() + "; try --batch 1",
                    e);
        }
    }

    private static Differentiation differentiated(
            Network network, Graph forward, int samples, KernelOptions options, List<KernelGraph.Output> wanted) {
        boolean alone = options.engine() == KernelOptions.Engine.PER_SAMPLE || network.batchAxis() < 0;
        if (alone && samples != 1) {
            throw new IllegalArgumentException(
                    network.name() + ": one sample at a time makes a file for one sample: give --batch 1");
        }
        if (!alone) {
            try {
                return batched(network, forward, forward, samples, options, wanted, "");
            } catch (UntrackedBatchException e) {
                if (samples != 1 || options.engine() == KernelOptions.Engine.BATCHED) {
                    throw e;
                }
            }
        }
        KernelGraph single = KernelGraph.single(forward, output(forward, options));
        return finish(forward, single, 1, options, wanted, "");
    }

    static Differentiation plan(Network network, int samples, Shape sample, KernelOptions options) {
        KernelOptions.Engine engine = options.engine();
        String reason = "asked for";
        long fixed = network.fixedBatch();
        if (engine != KernelOptions.Engine.PER_SAMPLE && network.batchAxis() >= 0) {
            try {
                Graph graph = network.graph(samples, sample);
                if (fixed == 0 || fixed == samples || network.takesOtherBatches(sample, output(graph, options))) {
                    String why = fixed == 1 && samples > 1
                            ? "its batch of 1 could be freed, the batch was tracked"
                            : "the batch was tracked";
                    return batched(network, graph, lean(graph), samples, options, kernels(options), why);
                }
                reason = "the model's batch is fixed at " + fixed
                        + (fixed == 1 ? ", and its outputs change with it" : "");
            } catch (UntrackedBatchException e) {
                reason = "samples could not be tracked " + e.getMessage();
            } catch (ModelException | IllegalArgumentException e) {
                if (fixed == 0 || fixed == samples) {
                    throw e;
                }
                reason = "the model's batch is fixed at " + fixed + " (" + firstLine(e) + ")";
            }
            if (engine == KernelOptions.Engine.BATCHED) {
                throw new ModelException(ModelException.Kind.ERROR, network.name() + ": no batched kernel, " + reason);
            }
        }
        if (fixed > 1) {
            Graph graph = network.graph(fixed, sample);
            List<KernelGraph.Output> wanted = List.of(KernelGraph.Output.JACOBIAN);
            return batched(network, graph, lean(graph), fixed, options, wanted, reason);
        }
        Graph graph = network.graph(1, sample);
        KernelGraph single = KernelGraph.single(lean(graph), output(graph, options));
        return finish(graph, single, 1, options, List.of(KernelGraph.Output.JACOBIAN), reason);
    }

    /** A graph of a network in the form whose gradient is shortest, of what its outputs need alone. */
    public static Graph lean(Graph graph) {
        Graph formed = GeluForm.recognise(StandardisationForm.recognise(ArithmeticForm.apply(graph)));
        return SelectedRows.apply(TransposeSinking.apply(formed));
    }

    private static String firstLine(Exception e) {
        String text = String.valueOf(e.getMessage());
        return text.length() > 100 ? text.substring(0, 100) + "..." : text;
    }

    private static Differentiation batched(
            Network network,
            Graph graph,
            Graph lean,
            long samples,
            KernelOptions options,
            List<KernelGraph.Output> wanted,
            String reason) {
        KernelGraph tracked = KernelGraph.batched(lean, output(graph, options), axes(network, graph), samples);
        return finish(graph, tracked, samples, options, wanted, reason);
    }

    /** The axis on which each input of a network's graph carries the samples. */
    static Map<Value, BatchAxis> axes(Network network, Graph graph) {
        Map<Value, BatchAxis> axes = new IdentityHashMap<>();
        for (Value input : graph.inputs()) {
            axes.put(input, BatchAxis.at(axes.isEmpty() ? network.batchAxis() : 0));
        }
        return axes;
    }

    private static Differentiation finish(
            Graph graph,
            KernelGraph kernelGraph,
            long chunk,
            KernelOptions options,
            List<KernelGraph.Output> wanted,
            String reason) {
        Seed seed = kernelGraph.seed();
        ParameterFilter.Selection selection = options.parameters().select(graph);
        List<Value> parameters = selection.counted();
        KernelGraph.Differentiated made =
                kernelGraph.differentiate(seedValue(seed, options.reduction()), parameters, wanted, options.products());
        if (made.parameters().isEmpty()) {
            throw new ModelException(
                    ModelException.Kind.CONSTANT_OUTPUT,
                    "output '" + output(graph, options) + "' depends on no parameter: "
                            + (parameters.isEmpty()
                                    ? "the model has none that counts"
                                    : "of " + parameters.size() + " that count none reaches it differentiably"));
        }
        return new Differentiation(
                !wanted.contains(KernelGraph.Output.JACOBIAN),
                reason,
                chunk,
                output(graph, options),
                choice(graph, options),
                seed.sampleShape(),
                graph.inputs().get(0).name(),
                GraphCost.of(new Graph(
                        graph.name(),
                        graph.inputs(),
                        Map.of("output", graph.outputs().get(output(graph, options))))),
                leftOut(selection, made),
                made);
    }

    /** What the filter left out, and what counts but does not reach the output. */
    private static List<ParameterFilter.LeftOut> leftOut(
            ParameterFilter.Selection selection, KernelGraph.Differentiated made) {
        List<ParameterFilter.LeftOut> leftOut = new ArrayList<>(selection.leftOut());
        for (Value parameter : selection.counted()) {
            if (!made.parameters().contains(parameter)) {
                leftOut.add(new ParameterFilter.LeftOut(
                        parameter.name(), parameter.shape().elements(), "does not reach the output differentiably"));
            }
        }
        return leftOut;
    }

    private static List<KernelGraph.Output> kernels(KernelOptions options) {
        List<KernelGraph.Output> wanted = new ArrayList<>(List.of(KernelGraph.Output.KERNEL));
        if (options.perParameter()) {
            wanted.add(KernelGraph.Output.KERNEL_PER_PARAMETER);
        }
        return wanted;
    }

    private static Value seedValue(Seed seed, Reduction reduction) {
        Shape shape = seed.sampleShape();
        return switch (reduction.kind()) {
            case SUM -> seed.sum();
            case CLASS -> seed.unit(reduction.number());
            case FULL ->
                seed.perSample(Value.input(
                        COTANGENT, new TensorType(seed.output().dataType(), shape.prepend(seed.samples()))));
            default ->
                seed.vector(Value.input(COTANGENT, new TensorType(seed.output().dataType(), shape)));
        };
    }

    /** The output asked for, or the first float one. */
    public static String output(Graph graph, KernelOptions options) {
        if (options.output().isPresent()) {
            return options.output().get();
        }
        return floating(graph).stream()
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no output is of a floating type"));
    }

    private static List<String> floating(Graph graph) {
        return graph.outputs().entrySet().stream()
                .filter(e -> e.getValue().dataType().isFloating())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whoever does not know that a model has several outputs does not know that one was taken. */
    private static Optional<String> choice(Graph graph, KernelOptions options) {
        List<String> outputs = floating(graph);
        return options.output().isPresent() || outputs.size() < 2
                ? Optional.empty()
                : Optional.of("of " + outputs.size() + " outputs (" + SomeNames.of(outputs) + ") '" + outputs.get(0)
                        + "' is scored; --output NAME takes another");
    }
}
