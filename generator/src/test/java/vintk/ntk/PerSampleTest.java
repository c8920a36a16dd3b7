package vintk.ntk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.FiniteDifferences;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;
import vintk.autodiff.UntrackedBatchException;
import vintk.ntk.KernelGraph.Output;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * The engine that tracks the batch against the one that takes a sample at a time: the same Jacobian, hence the same
 * kernel, by every route of contraction. Both differ by rounding only: 1e-10 of the largest element in double; in
 * float32, 2e-5 (some thousand roundings of 6e-8 that mostly cancel).
 */
class PerSampleTest {
    /** Also numbers of heads, tokens and channels; those of the other tests are not. */
    private static final long[] COINCIDENCES = {2, 5, 6};

    private static final List<Output> ALL = List.of(Output.KERNEL, Output.KERNEL_PER_PARAMETER, Output.JACOBIAN);

    /** How the backward pass starts, for the whole batch and for a sample of it. */
    private enum Start {
        SUM {
            @Override
            Value of(Seed seed, Value v) {
                return seed.sum();
            }
        },
        UNIT {
            @Override
            Value of(Seed seed, Value v) {
                return seed.unit(seed.sampleShape().elements() - 1);
            }
        },
        VECTOR {
            @Override
            Value of(Seed seed, Value v) {
                return seed.vector(v);
            }
        },
        PER_SAMPLE {
            @Override
            Value of(Seed seed, Value v) {
                return seed.perSample(v);
            }
        };

        abstract Value of(Seed seed, Value v);

        boolean fits(Seed seed) {
            return this != PER_SAMPLE || seed.axis().isPlain() && seed.axis().axis() == 0;
        }
    }

    static Stream<SampleNetwork> networks() {
        return SampleNetworks.all().stream();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void batchedIsOneSampleAtATime(SampleNetwork network) {
        for (Start start : Start.values()) {
            if (start.fits(network.build(3).batched(network.axis(), 3).seed())) {
                new Comparison(network, 3, start).run();
            }
        }
        new Comparison(network, 4, Start.VECTOR).run();
        if (network.least() == 1) {
            new Comparison(network, 1, Start.VECTOR).run();
        }
    }

    /** An extent that happens to be N may make the batched engine give up, never give another kernel. */
    @ParameterizedTest
    @MethodSource("networks")
    void coincidencesAreNotTakenForTheBatch(SampleNetwork network) {
        for (long samples : COINCIDENCES) {
            try {
                new Comparison(network, samples, Start.VECTOR).run();
            } catch (UntrackedBatchException e) {
                assertTrue(e.getMessage().startsWith("at "), e.getMessage());
            }
        }
    }

    private record Comparison(SampleNetwork network, long samples, Start start) {
        void run() {
            Random random = new Random(network.name().hashCode() + samples);
            Tensor x = Sampling.uniform(new TensorType(network.type(), network.batch(samples)), random);
            SampleNetwork.Built many = network.build(samples);
            KernelGraph batched = many.batched(network.axis(), samples);
            Shape sampleShape = batched.seed().sampleShape();
            Shape seedShape = start == Start.PER_SAMPLE ? sampleShape.prepend(samples) : sampleShape;
            Tensor v = Sampling.uniform(new TensorType(network.type(), seedShape), random);

            Map<String, Tensor> found = evaluate(batched, many, x, v);
            Map<String, double[][]> rows = rows(x, v, found.keySet());
            double[] kernel = new double[(int) (samples * samples)];
            rows.forEach((name, row) -> {
                compare(found.get(KernelGraph.GRADIENT_OF + name), flat(row), "gradients of " + name);
                double[] gram = gram(row);
                compare(found.get(KernelGraph.KERNEL_OF + name), gram, "kernel of " + name);
                for (int i = 0; i < gram.length; i++) {
                    kernel[i] += gram[i];
                }
            });
            compare(found.get(KernelGraph.KERNEL), kernel, "kernel");
            assertEquals(
                    TensorType.of(DataType.DOUBLE, samples, samples),
                    found.get(KernelGraph.KERNEL).type());
        }

        /** The Jacobian's rows by parameter, a run of the single-sample graph each. */
        private Map<String, double[][]> rows(Tensor x, Tensor v, Iterable<String> outputs) {
            SampleNetwork.Built one = network.build(1);
            Map<String, double[][]> rows = new LinkedHashMap<>();
            for (int i = 0; i < samples; i++) {
                Tensor sample = part(x, network.axis(), i, network.batch(1));
                Tensor seed = v;
                if (start == Start.PER_SAMPLE) {
                    seed = part(v, 0, i, v.shape().slice(1, v.shape().rank()));
                }
                Map<String, Tensor> single = evaluate(one.single(), one, sample, seed);
                double own = 0;
                for (Map.Entry<String, Tensor> output : single.entrySet()) {
                    if (output.getKey().startsWith(KernelGraph.GRADIENT_OF)) {
                        String name = output.getKey().substring(KernelGraph.GRADIENT_OF.length());
                        double[] row = output.getValue().numbers();
                        rows.computeIfAbsent(name, n -> new double[(int) samples][])[i] = row;
                        own += gram(new double[][] {row})[0];
                    }
                }
                compare(single.get(KernelGraph.KERNEL), new double[] {own}, "kernel of sample " + i + " alone");
            }
            for (String output : outputs) {
                if (output.startsWith(KernelGraph.GRADIENT_OF)
                        && !rows.containsKey(output.substring(KernelGraph.GRADIENT_OF.length()))) {
                    fail(this + ": only the batched graph has " + output);
                }
            }
            return rows;
        }

        private Map<String, Tensor> evaluate(KernelGraph kernel, SampleNetwork.Built built, Tensor x, Tensor v) {
            Value seed = Value.input("v", v.type());
            Graph graph = kernel.differentiate(start.of(kernel.seed(), seed), built.weights(), ALL)
                    .graph();
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            inputs.put("x", x);
            if (graph.inputs().contains(seed)) {
                inputs.put("v", v);
            }
            return Runner.run(graph, inputs);
        }

        private void compare(Tensor found, double[] expected, String what) {
            if (found == null) {
                fail(this + ": no " + what);
            }
            double tolerance = network.type() == DataType.DOUBLE ? 1e-10 : 2e-5;
            String worst = FiniteDifferences.worst(found.numbers(), expected, tolerance);
            if (worst != null) {
                fail(this + ", " + what + ": " + worst);
            }
        }
    }

    /** Sample {@code index} of a tensor that carries samples at an axis, in another shape. */
    private static Tensor part(Tensor batch, int axis, int index, Shape shape) {
        Shape full = batch.shape();
        long inner = full.product(axis + 1, full.rank());
        double[] values = new double[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            long outer = i / inner;
            values[i] = batch.number((outer * full.dim(axis) + index) * inner + i % inner);
        }
        return Tensor.of(new TensorType(batch.type().dataType(), shape), values);
    }

    private static double[] flat(double[][] rows) {
        List<Double> all = new ArrayList<>();
        for (double[] row : rows) {
            for (double value : row) {
                all.add(value);
            }
        }
        return all.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double[] gram(double[][] rows) {
        double[] gram = new double[rows.length * rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows.length; j++) {
                for (int k = 0; k < rows[i].length; k++) {
                    gram[i * rows.length + j] += rows[i][k] * rows[j][k];
                }
            }
        }
        return gram;
    }
}
