package vintk.ntk;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vintk.autodiff.Accumulator;
import vintk.autodiff.BatchAxis;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.Gradients;
import vintk.onnx.CommonNodes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Ops;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * The graph of the empirical neural tangent kernel of a network (METHOD §1), for a fixed number of samples.
 *
 * <p>Outputs, as asked for: {@code kernel} [N, N] float64; {@code kernel/<initializer>} the same of one parameter;
 * {@code grad/<initializer>} [N, ...shape], the rows of the Jacobian.
 */
public final class KernelGraph {
    /** Name of the output that holds the kernel. */
    public static final String KERNEL = "kernel";

    /** Before the name of a parameter: its own kernel. */
    public static final String KERNEL_OF = "kernel/";

    /** Before the name of a parameter: its per-sample gradients. */
    public static final String GRADIENT_OF = "grad/";

    /** What the graph gives out. */
    public enum Output {
        /** Θ_ij = ⟨J_i, J_j⟩, [N, N], over all parameters (Jacot et al. 2018). */
        KERNEL,
        /** The same of each parameter by itself: their sum is the kernel. */
        KERNEL_PER_PARAMETER,
        /** J: gradients of each sample, [N, ...] for each parameter. */
        JACOBIAN
    }

    private final Graph network;
    private final Value output;
    private final BatchFlow batch;

    private KernelGraph(Graph network, Value output, BatchFlow batch) {
        this.network = network;
        this.output = output;
        this.batch = batch;
    }

    /**
     * A network with its batch tracked.
     *
     * @param axes the axis on which each input carries the samples
     * @throws vintk.autodiff.UntrackedBatchException where samples meet or are lost
     */
    public static KernelGraph batched(Graph network, String output, Map<Value, BatchAxis> axes, long samples) {
        Value value = output(network, output);
        BatchFlow flow = BatchFlow.track(axes, List.of(value), samples);
        if (flow.of(value) == null) {
            throw new IllegalArgumentException("output '" + output + "' does not depend on the samples, input '"
                    + network.inputs().get(0).name()
                    + "': choose another output (--output), or input (--samples-input)");
        }
        return new KernelGraph(network, value, flow);
    }

    /** A network for one sample at a time: its whole gradient is that sample's. */
    public static KernelGraph single(Graph network, String output) {
        return new KernelGraph(network, output(network, output), BatchFlow.none());
    }

    private static Value output(Graph network, String name) {
        Value value = network.outputs().get(name);
        if (value == null) {
            throw new IllegalArgumentException("no output '" + name + "'; the outputs are "
                    + network.outputs().keySet());
        }
        return value;
    }

    /** N; of a network for one sample at a time, one. */
    long samples() {
        return batch.samples();
    }

    private List<Contraction.Term> terms(Contraction contraction, Accumulator gradient) {
        return batch.isTracked() ? contraction.terms(gradient, samples()) : List.of(contraction.dense(apart(gradient)));
    }

    /** The gradients [N, ...shape]. */
    private Value apart(Accumulator gradient) {
        return Ops.reshape(
                gradient.full(),
                batch.isTracked() ? gradient.shape() : gradient.shape().prepend(1));
    }

    /** The seeds that fit this network's output. */
    public Seed seed() {
        return new Seed(output, batch.of(output), samples());
    }

    /**
     * Differentiates.
     *
     * @param seed the cotangent of the output, from {@link #seed()}; inputs that it holds are added to the graph's
     * @param parameters the initializers to count, in the order wanted
     * @return the graph, and which of the parameters the output depends on differentiably
     */
    public Differentiated differentiate(Value seed, List<Value> parameters, List<Output> wanted) {
        return differentiate(seed, parameters, wanted, DataType.FLOAT);
    }

    /**
     * The same with products of gradients in a type: in FLOAT they are summed in float64 by blocks, in DOUBLE they are float64
     * throughout, for small eigenvalues.
     */
    public Differentiated differentiate(Value seed, List<Value> parameters, List<Output> wanted, DataType products) {
        Contraction contraction = new Contraction(products);
        Map<Value, Accumulator> gradients = Gradients.of(output, seed, parameters, batch);
        Map<String, Value> outputs = new LinkedHashMap<>();
        if (wanted.contains(Output.KERNEL_PER_PARAMETER)) {
            Map<String, Value> perParameter = new LinkedHashMap<>();
            gradients.forEach((p, g) -> perParameter.put(p.name(), Contraction.sum(terms(contraction, g), samples())));
            if (wanted.contains(Output.KERNEL)) {
                outputs.put(KERNEL, total(perParameter.values(), samples()));
            }
            perParameter.forEach((name, kernel) -> outputs.put(KERNEL_OF + name, kernel));
        } else if (wanted.contains(Output.KERNEL)) {
            List<Contraction.Term> terms = new ArrayList<>();
            gradients.values().forEach(g -> terms.addAll(terms(contraction, g)));
            outputs.put(KERNEL, Contraction.sum(terms, samples()));
        }
        if (wanted.contains(Output.JACOBIAN)) {
            gradients.forEach((p, g) -> outputs.put(GRADIENT_OF + p.name(), apart(g)));
        }
        List<Value> inputs = new ArrayList<>(network.inputs());
        seedInputs(seed, inputs);
        Graph graph = new Graph(network.name(), inputs, outputs, network.metadata());
        return new Differentiated(CommonNodes.apply(graph), List.copyOf(gradients.keySet()));
    }

    private static Value total(Collection<Value> kernels, long samples) {
        return kernels.stream().reduce(Ops::add).orElse(Contraction.sum(List.of(), samples));
    }

    private static void seedInputs(Value seed, List<Value> inputs) {
        Graph.nodes(List.of(seed)).forEach(node -> node.inputs().stream()
                .filter(v -> v != null && v.isInput() && !inputs.contains(v))
                .forEach(inputs::add));
        if (seed.isInput()) {
            inputs.add(seed);
        }
    }

    /**
     * The graph that contracts per-sample gradients computed elsewhere: one input [N, ...shape] a parameter, outputs
     * {@code kernel} and {@code kernel/<name>}.
     */
    public static Graph contraction(Map<String, TensorType> gradients, long samples, DataType products) {
        Contraction contraction = new Contraction(products);
        List<Value> inputs = new ArrayList<>();
        Map<String, Value> outputs = new LinkedHashMap<>();
        gradients.forEach((name, type) -> {
            Value input = Value.input(name, type);
            inputs.add(input);
            outputs.put(KERNEL_OF + name, Contraction.sum(List.of(contraction.dense(input)), samples));
        });
        outputs.put(KERNEL, total(outputs.values(), samples));
        return new Graph("contraction", inputs, outputs);
    }

    /**
     * A differentiated network.
     *
     * @param graph with the outputs asked for
     * @param parameters those that the output depends on, in order
     */
    public record Differentiated(Graph graph, List<Value> parameters) {
        public Differentiated {
            parameters = List.copyOf(parameters);
        }
    }
}
