package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import vintk.autodiff.BatchAxis;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;
import vintk.ntk.KernelGraph;

/** Draws and names the weights of a network while a test builds it. */
final class Weights {
    private final List<Value> all = new ArrayList<>();
    private final Random random = new Random(1);

    Value get(long... dims) {
        Value weight =
                Value.initializer("w" + all.size(), Sampling.uniform(TensorType.of(DataType.FLOAT, dims), random));
        all.add(weight);
        return weight;
    }

    List<Value> all() {
        return List.copyOf(all);
    }

    /** The kernel of a network of these, [N, N]: samples are on axis 0 of its one input, one is the whole of it. */
    double[] kernel(Graph network, Map<String, Tensor> inputs) {
        Value x = network.inputs().get(0);
        long samples = x.shape().dim(0);
        KernelGraph graph = samples == 1
                ? KernelGraph.single(network, "y")
                : KernelGraph.batched(network, "y", Map.of(x, BatchAxis.at(0)), samples);
        Graph kernel = graph.differentiate(graph.seed().sum(), all, List.of(KernelGraph.Output.KERNEL))
                .graph();
        return Runner.run(kernel, inputs).get(KernelGraph.KERNEL).numbers();
    }

    /** Outputs and kernels of a network in another form are what they were. */
    void assertSame(Graph network, Graph other) {
        Value x = network.inputs().get(0);
        Map<String, Tensor> inputs = Map.of(x.name(), Sampling.uniform(x.type(), new Random(2)));
        double[] expected = Runner.run(network, inputs).get("y").numbers();
        assertArrayEquals(expected, Runner.run(other, inputs).get("y").numbers(), 1e-5);
        double[] kernel = kernel(network, inputs);
        double scale = Arrays.stream(kernel).max().orElseThrow();
        assertArrayEquals(kernel, kernel(other, inputs), 2e-6 * scale);
    }
}
