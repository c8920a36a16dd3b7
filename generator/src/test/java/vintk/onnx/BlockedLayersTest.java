package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.BatchAxis;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;
import vintk.ntk.KernelGraph;

/** Kernels of networks whose hidden layers are in blocks of channels are those of the plain graphs, to the order of float32 sums. */
@EnabledIf(value = "blocksFit", disabledReason = "ONNX Runtime has no blocks of 16 channels on this processor")
class BlockedLayersTest {
    private static final long N = 2;

    /** So many that per-sample gradients are computed, and not products of rows. */
    private static final long ROWS = 160;

    private static final long NARROW = 256;

    /**
     * A network.
     *
     * @param body of rows [N, R, 256], and its weights
     * @param layers how many products are in blocks, gradients by the input included
     */
    private record Case(String name, BiFunction<Value, Weights, Value> body, int layers) {
        @Override
        public String toString() {
            return name;
        }
    }

    static boolean blocksFit() {
        return BlockedConvolutionTest.channels() == BlockedLayers.BLOCK;
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("GELU", (x, w) -> hidden(x, w, 512, Ops::gelu), 4),
                new Case("SiLU", (x, w) -> hidden(x, w, 256, u -> Ops.mul(u, Ops.unary("Sigmoid", u))), 4),
                new Case("ReLU and biases", (x, w) -> biased(x, w, true), 4),
                // What is left is the last product, and the gradient by its input.
                new Case("a bias of all rows", (x, w) -> biased(x, w, false), 2),
                new Case(
                        "windows",
                        (x, w) -> {
                            Value rows = Ops.reshape(Ops.matMul(x, w.get(NARROW, 512)), N, 4, ROWS / 4, 512);
                            Value y = Ops.matMul(Ops.unary("Tanh", rows), w.get(512, NARROW));
                            return Ops.reshape(y, N, ROWS, NARROW);
                        },
                        4),
                new Case(
                        "two hidden layers",
                        (x, w) -> {
                            Value first = Ops.unary("Tanh", Ops.matMul(x, w.get(NARROW, 512)));
                            Value second = Ops.unary("Tanh", Ops.matMul(first, w.get(512, 512)));
                            return Ops.matMul(second, w.get(512, NARROW));
                        },
                        6),
                new Case(
                        "channels first around",
                        (x, w) -> {
                            Value image = Ops.mul(Ops.reshape(x, N, NARROW, 10, ROWS / 10), w.get(NARROW, 1, 1));
                            Value rows = Ops.transpose(image, 0, 2, 3, 1);
                            Value y = Ops.matMul(Ops.gelu(Ops.matMul(rows, w.get(NARROW, 512))), w.get(512, NARROW));
                            Value back = Ops.transpose(y, 0, 3, 1, 2);
                            return Ops.reshape(Ops.unary("Tanh", back), N, ROWS, NARROW);
                        },
                        4),
                new Case("a block that is not full", (x, w) -> hidden(x, w, 520, Ops::gelu), 0),
                new Case("narrower than the rows", (x, w) -> hidden(x, w, 128, Ops::gelu), 4),
                new Case("few channels", (x, w) -> hidden(Indexing.slice(x, 2, 0, 32), w, 512, Ops::gelu), 0),
                // Of images, whose gradient nobody asks for.
                new Case(
                        "rows of no whole blocks",
                        (x, w) -> {
                            Value rows = Indexing.slice(x.node().input(0), 2, 0, 40);
                            Value y = Ops.matMul(Ops.matMul(rows, w.get(40, 512)), w.get(512, NARROW));
                            return Ops.add(y, x);
                        },
                        1),
                new Case(
                        "one of two layers with a block that is not full",
                        (x, w) -> hidden(hidden(x, w, 512, Ops::gelu), w, 520, Ops::gelu),
                        0),
                // The last product, and the gradients by the rows of three.
                new Case("heads", (x, w) -> attention(heads(x, w), heads(x, w), heads(x, w), w), 4),
                new Case(
                        "heads of one layer",
                        (x, w) -> {
                            Value cut = Ops.reshape(Ops.matMul(x, w.get(NARROW, 3 * NARROW)), N, ROWS, 3, 4, 64);
                            Value stacked = Ops.transpose(cut, 2, 0, 3, 1, 4);
                            Value[] parts = new Value[3];
                            for (int i = 0; i < parts.length; i++) {
                                Value part = Indexing.slice(stacked, 0, i, i + 1);
                                parts[i] = Ops.reshape(part, N, 4, ROWS, 64);
                            }
                            return attention(parts[0], parts[1], parts[2], w);
                        },
                        2),
                // The last product, and both gradients by rows; the rows of the last one come in by a Transpose.
                new Case(
                        "heads in another order",
                        (x, w) -> {
                            Value cut = Ops.reshape(Ops.matMul(x, w.get(NARROW, NARROW)), N, ROWS, 2, 2, 64);
                            Value heads = Ops.unary("Tanh", Ops.transpose(cut, 0, 2, 3, 1, 4));
                            Value turned = Ops.reshape(Ops.transpose(heads, 0, 3, 2, 1, 4), N, ROWS, NARROW);
                            return Ops.matMul(turned, w.get(NARROW, NARROW));
                        },
                        3),
                new Case(
                        "rows before the samples",
                        (x, w) -> {
                            Value cut = Ops.reshape(Ops.matMul(x, w.get(NARROW, NARROW)), N, ROWS, 4, 64);
                            Value moved = Ops.unary("Tanh", Ops.transpose(cut, 1, 0, 2, 3));
                            Value back = Ops.reshape(Ops.transpose(moved, 1, 0, 2, 3), N, ROWS, NARROW);
                            return Ops.matMul(back, w.get(NARROW, NARROW));
                        },
                        2),
                new Case(
                        "a sum of sums",
                        (x, w) -> {
                            Value[] hidden = new Value[4];
                            Arrays.setAll(hidden, i -> Ops.gelu(Ops.matMul(x, w.get(NARROW, 256))));
                            Arrays.setAll(hidden, i -> Ops.matMul(hidden[i], w.get(256, 512)));
                            Value sum = Ops.add(Ops.add(hidden[0], hidden[1]), Ops.add(hidden[2], hidden[3]));
                            return Ops.matMul(Ops.unary("Tanh", sum), w.get(512, NARROW));
                        },
                        18),
                new Case(
                        "a sum of all pairs of rows",
                        (x, w) -> {
                            Value left = Ops.matMul(Ops.reshape(x, N, ROWS, 1, NARROW), w.get(NARROW, 64));
                            Value right = Ops.matMul(Ops.reshape(x, N, 1, ROWS, NARROW), w.get(NARROW, 64));
                            Value pairs = Ops.unary("Tanh", Ops.add(left, right));
                            return Ops.reshape(Ops.reduceMean(pairs, 2), N, ROWS, 64);
                        },
                        0),
                new Case(
                        "a sum of layers",
                        (x, w) -> {
                            Value first =
                                    Ops.matMul(Ops.unary("Tanh", Ops.matMul(x, w.get(NARROW, 512))), w.get(512, 512));
                            Value second = Ops.matMul(Ops.gelu(Ops.matMul(x, w.get(NARROW, 256))), w.get(256, 512));
                            return Ops.matMul(Ops.unary("Tanh", Ops.add(first, second)), w.get(512, NARROW));
                        },
                        10),
                new Case("normalised", (x, w) -> hidden(x, w, 512, u -> Ops.softmax(u, -1)), 0));
    }

    /** Two layers, and what they were given. */
    private static Value hidden(Value x, Weights w, long width, Function<Value, Value> activation) {
        long channels = x.shape().dim(-1);
        Value y = Ops.matMul(activation.apply(Ops.matMul(x, w.get(channels, width))), w.get(width, channels));
        return Ops.add(x, y);
    }

    /** [N, 4, R, 64]. */
    private static Value heads(Value x, Weights w) {
        return Ops.transpose(Ops.reshape(Ops.matMul(x, w.get(NARROW, NARROW)), N, ROWS, 4, 64), 0, 2, 1, 3);
    }

    private static Value attention(Value q, Value k, Value v, Weights w) {
        Value scores = Ops.softmax(Ops.matMul(q, Ops.transposeLast(k)), -1);
        Value rows = Ops.reshape(Ops.transpose(Ops.matMul(scores, v), 0, 2, 1, 3), N, ROWS, NARROW);
        return Ops.matMul(rows, w.get(NARROW, NARROW));
    }

    private static Value biased(Value x, Weights w, boolean shared) {
        Value bias = shared ? w.get(512) : w.get(ROWS, 512);
        Value first = Ops.add(Ops.matMul(x, w.get(NARROW, 512)), bias);
        return Ops.add(Ops.matMul(Ops.unary("Relu", first), w.get(512, NARROW)), w.get(NARROW));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void kernelsStay(Case row) {
        Weights weights = new Weights();
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, N, ROWS, NARROW));
        // The first layer's weights make every later one's input depend on weights.
        Value y = row.body.apply(Ops.mul(x, weights.get(NARROW)), weights);
        Value summed = Ops.reduceSum(Ops.square(y), false, 1, 2);
        Graph network = new Graph("network", List.of(x), Map.of("y", summed));
        KernelGraph graph = KernelGraph.batched(network, "y", Map.of(x, BatchAxis.at(0)), N);
        Graph kernel = graph.differentiate(graph.seed().sum(), weights.all(), List.of(KernelGraph.Output.KERNEL))
                .graph();
        Graph blocks = Fusion.apply(kernel, Target.BLOCKS_OF_16);
        assertEquals(row.layers, convolutions(blocks));
        assertEquals(0, convolutions(Fusion.apply(kernel, Target.BLOCKS_OF_8)));
        Map<String, Tensor> inputs = Map.of("x", Sampling.uniform(x.type(), new Random(2)));
        double[] expected = kernel(Fusion.apply(kernel, Target.PROCESSOR), inputs);
        double[] found = kernel(blocks, inputs);
        double scale = Math.max(expected[0], expected[3]);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found[i], 2e-6 * scale);
        }
    }

    private static double[] kernel(Graph graph, Map<String, Tensor> inputs) {
        return Runner.run(graph, inputs).get(KernelGraph.KERNEL).numbers();
    }

    private static long convolutions(Graph graph) {
        return graph.nodes().stream()
                .filter(node ->
                        node.domain().equals(Blocks.DOMAIN) && node.opType().equals("Conv"))
                .count();
    }
}
