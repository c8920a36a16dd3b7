package vintk.ntk;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import vintk.autodiff.BatchAxis;
import vintk.autodiff.Sampling;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * A small network that can be built for any number of samples, with the same weights.
 *
 * @param type DOUBLE wherever ONNX Runtime has all kernels in double
 * @param sample shape of one sample, without the batch
 * @param axis where the input carries the batch
 * @param least number of samples for which the batch is tracked: a batch of 1 can be lost among other axes of extent 1
 */
record SampleNetwork(String name, DataType type, Shape sample, int axis, Body body, long least) {
    /** From the input to the output; weights are made as they are asked for. */
    interface Body {
        Value output(Value x, Weights weights, long samples);
    }

    static SampleNetwork of(String name, Shape sample, Body body) {
        return new SampleNetwork(name, DataType.DOUBLE, sample, 0, body, 1);
    }

    SampleNetwork inFloat() {
        return new SampleNetwork(name, DataType.FLOAT, sample, axis, body, least);
    }

    SampleNetwork onAxis(int other) {
        return new SampleNetwork(name, type, sample, other, body, least);
    }

    SampleNetwork fromTwoSamples() {
        return new SampleNetwork(name, type, sample, axis, body, 2);
    }

    Shape batch(long samples) {
        return sample.replaced(axis, axis, Shape.of(samples));
    }

    Built build(long samples) {
        Value x = Value.input("x", new TensorType(type, batch(samples)));
        Weights weights = new Weights(type);
        Value y = body.output(x, weights, samples);
        return new Built(new Graph(name, List.of(x), Map.of("y", y)), x, weights.all());
    }

    /** A network for one number of samples. */
    record Built(Graph graph, Value x, List<Value> weights) {
        KernelGraph batched(int axis, long samples) {
            return KernelGraph.batched(graph, "y", Map.of(x, BatchAxis.at(axis)), samples);
        }

        KernelGraph single() {
            return KernelGraph.single(graph, "y");
        }
    }

    /** Weights by name, the same whenever they are asked for. */
    static final class Weights {
        private final DataType type;
        private final Map<String, Value> made = new LinkedHashMap<>();

        Weights(DataType type) {
            this.type = type;
        }

        Value get(String name, long... dims) {
            return made.computeIfAbsent(name, n -> {
                Tensor numbers = Sampling.uniform(TensorType.of(type, dims), new Random(n.hashCode()));
                return Value.initializer(n, numbers);
            });
        }

        List<Value> all() {
            return List.copyOf(made.values());
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
