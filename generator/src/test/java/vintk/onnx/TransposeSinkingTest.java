package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.BatchAxis;
import vintk.autodiff.UntrackedBatchException;
import vintk.ntk.KernelGraph;

/** Networks whose Transposes are moved have the outputs and kernels that they had. */
class TransposeSinkingTest {
    private static final long ROWS = 16;
    private static final long WIDTH = 12;
    private static final long HEADS = 3;

    /**
     * A network.
     *
     * @param body of rows [N, R, C], and its weights
     * @param before Transposes of samples
     * @param after those that are left
     */
    private record Case(String name, BiFunction<Value, Weights, Value> body, int before, int after) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                // Of queries, keys (which a product reads as columns), values and what attention makes: what the same
                // takes with samples first.
                new Case("MultiheadAttention", (x, w) -> first(attention(first(x), w)), 8, 5),
                new Case("tokens first", (x, w) -> first(block(block(first(x), w), w)), 14, 10),
                new Case(
                        "tokens first, and a sum of them", (x, w) -> Ops.reduceSum(block(first(x), w), false, 0), 7, 6),
                new Case(
                        "a table of positions",
                        (x, w) -> first(layer(Ops.add(first(x), w.get(ROWS, 1, WIDTH)), w)),
                        2,
                        0),
                new Case(
                        "a table that starts with samples",
                        (x, w) -> first(layer(Ops.add(first(x), w.get(WIDTH)), w)),
                        2,
                        0),
                new Case(
                        "positions of an image",
                        (x, w) -> {
                            Value image = Ops.reshape(Ops.transposeLast(x), samples(x), WIDTH, 4, 4);
                            Value tokens = Ops.transpose(Ops.reshape(image, samples(x), WIDTH, ROWS), 2, 0, 1);
                            return first(block(Ops.add(tokens, w.get(ROWS, 1, WIDTH)), w));
                        },
                        8,
                        5),
                new Case(
                        "positions of columns",
                        (x, w) -> {
                            Value image = Ops.matMul(w.get(WIDTH, WIDTH), Ops.transposeLast(x));
                            Value tokens = Ops.add(Ops.transposeLast(image), w.get(1, ROWS, WIDTH));
                            return first(block(first(tokens), w));
                        },
                        10,
                        7),
                new Case(
                        "positions of columns, moved",
                        (x, w) -> Ops.add(Ops.transpose(layer(first(x), w), 1, 2, 0), w.get(ROWS)),
                        2,
                        1),
                new Case(
                        "a normalisation over tokens",
                        (x, w) -> {
                            Value cut = Ops.reshape(x, samples(x), ROWS, HEADS, WIDTH / HEADS);
                            Value tokens = Ops.transpose(cut, 0, 2, 3, 1);
                            return Ops.transpose(Ops.standardise(tokens, 1e-5).output(), 0, 3, 1, 2);
                        },
                        2,
                        2),
                // The windows stay where they are, what goes back to the image goes all the way.
                new Case(
                        "windows of two kinds",
                        (x, w) -> {
                            Value cut = Ops.reshape(x, samples(x), 2, 2, 2, 2, WIDTH);
                            Value other = Ops.reshape(Ops.transpose(cut, 0, 2, 1, 4, 3, 5), samples(x) * 4, 4, WIDTH);
                            Value sum = Ops.add(layer(windows(x), w), layer(other, w));
                            return Ops.add(Ops.reshape(sum, x.shape()), first(layer(first(x), w)));
                        },
                        4,
                        2),
                // The table is not the same for all rows of the image.
                new Case(
                        "a table of a window",
                        (x, w) -> heads(layer(Ops.add(normal(windows(x), w), w.get(4, WIDTH)), w)),
                        2,
                        2),
                new Case(
                        "a part of each head",
                        (x, w) -> Ops.transpose(Indexing.slice(heads(layer(x, w)), 3, 0, 2), 0, 2, 1, 3),
                        2,
                        2),
                // The layer reads the image; heads are taken of it at once.
                new Case("heads of windows", (x, w) -> heads(layer(windows(x), w)), 2, 1),
                new Case(
                        "windows and back",
                        (x, w) -> {
                            Value y = Ops.gelu(layer(windows(x), w));
                            Value cut = Ops.reshape(y, samples(y) / 4, 2, 2, 2, 2, WIDTH);
                            return Ops.reshape(Ops.transpose(cut, 0, 1, 3, 2, 4, 5), x.shape());
                        },
                        2,
                        0),
                new Case(
                        "columns that a product reads as rows",
                        (x, w) -> Ops.matMul(x, Ops.mul(Ops.transposeLast(x), 0.5)),
                        1,
                        1),
                new Case("the first third", (x, w) -> heads(part(first(layer(x, w)), 0, 1)), 2, 1),
                new Case("a part from the middle", (x, w) -> heads(part(first(layer(x, w)), 3, 6)), 2, 1),
                new Case(
                        "every other channel",
                        (x, w) -> heads(Indexing.slice(first(layer(x, w)), 2, 0, WIDTH, 2)),
                        2,
                        2),
                new Case("samples first", (x, w) -> ofThreeLayers(x, w), 4, 4),
                new Case("one layer of all heads", (x, w) -> ofOneLayer(x, w), 3, 3),
                new Case("tokens as columns", (x, w) -> mixer(x, w), 2, 2),
                new Case(
                        "rows that are read as they lie, too",
                        (x, w) -> {
                            Value y = first(x);
                            return Ops.mul(Ops.reduceMean(y, 0), Ops.matMul(y, w.get(WIDTH, WIDTH)));
                        },
                        1,
                        1),
                new Case(
                        "an axis that is cut otherwise",
                        (x, w) -> {
                            Value y = Ops.transpose(Ops.reshape(layer(x, w), samples(x), 2, 8, WIDTH), 0, 2, 1, 3);
                            Value cut = Ops.reshape(y, samples(x), 4, 4, WIDTH);
                            return Ops.transpose(Ops.reshape(cut, samples(x), 16, 3, 4), 0, 2, 1, 3);
                        },
                        2,
                        1),
                new Case(
                        "an axis that is cut across",
                        (x, w) -> {
                            Value y = Ops.transpose(Ops.reshape(layer(x, w), samples(x), 4, 4, WIDTH), 0, 2, 3, 1);
                            return Ops.transpose(Ops.reshape(y, samples(x), 4, 8, 6), 0, 2, 1, 3);
                        },
                        2,
                        2));
    }

    private static long samples(Value x) {
        return x.shape().dim(0);
    }

    /** [R, N, C] of [N, R, C], and back. */
    private static Value first(Value x) {
        return Ops.node(
                "Transpose",
                x.type()
                        .withShape(Shape.of(
                                x.shape().dim(1), x.shape().dim(0), x.shape().dim(2))),
                Attributes.NONE.with("perm", new long[] {1, 0, 2}),
                x);
    }

    private static Value layer(Value x, Weights w) {
        return Ops.add(Ops.matMul(x, w.get(WIDTH, WIDTH)), w.get(WIDTH));
    }

    /** Of tokens first, as PyTorch's MultiheadAttention does it: [R, N, C]. */
    private static Value attention(Value x, Weights w) {
        long rows = x.shape().dim(0);
        long samples = x.shape().dim(1);
        Value all = Ops.add(Ops.matMul(x, w.get(WIDTH, 3 * WIDTH)), w.get(3 * WIDTH));
        Value cut = Ops.reshape(all, 1, rows, samples, 3, WIDTH);
        Value moved = Ops.reshape(Ops.transpose(cut, 3, 1, 2, 0, 4), 3, rows, samples, WIDTH);
        Value[] qkv = new Value[3];
        Arrays.setAll(qkv, i -> {
            Value one = Indexing.gather(moved, 0, Tensor.longs(Shape.SCALAR, i));
            Value flat = Ops.reshape(one, rows, samples * HEADS, WIDTH / HEADS);
            return Ops.reshape(Ops.transpose(flat, 1, 0, 2), samples, HEADS, rows, WIDTH / HEADS);
        });
        Value scores = Ops.matMul(Ops.mul(qkv[0], 0.5), Ops.mul(Ops.transposeLast(qkv[1]), 0.5));
        Value taken = Ops.transpose(Ops.matMul(Ops.softmax(scores, -1), qkv[2]), 2, 0, 1, 3);
        Value out = Ops.matMul(Ops.reshape(taken, rows * samples, WIDTH), w.get(WIDTH, WIDTH));
        return Ops.reshape(Ops.add(out, w.get(WIDTH)), rows, samples, WIDTH);
    }

    private static Value block(Value x, Weights w) {
        Value y = Ops.add(x, attention(normal(x, w), w));
        return Ops.add(y, layer(Ops.gelu(layer(normal(y, w), w)), w));
    }

    private static Value normal(Value x, Weights w) {
        return Ops.add(Ops.mul(Ops.standardise(x, 1e-5).output(), w.get(WIDTH)), w.get(WIDTH));
    }

    /** [N · 4, 4, C] of [N, 16, C], an image of 4 × 4. */
    private static Value windows(Value x) {
        Value cut = Ops.reshape(x, samples(x), 2, 2, 2, 2, WIDTH);
        return Ops.reshape(Ops.transpose(cut, 0, 1, 3, 2, 4, 5), samples(x) * 4, 4, WIDTH);
    }

    /** [N, h, R, d] of [N, R, C]. */
    private static Value heads(Value x) {
        long width = x.shape().dim(-1);
        Value cut = Ops.reshape(x, x.shape().dim(0), x.shape().dim(1), 3, width / 3);
        return Ops.transpose(cut, 0, 2, 1, 3);
    }

    private static Value part(Value x, long start, long parts) {
        return Indexing.slice(x, 2, start, start + 3 * Math.max(1, parts / 3));
    }

    /** A ViT's of timm: queries, keys and values by one layer, moved at once. */
    private static Value ofOneLayer(Value x, Weights w) {
        Value all = Ops.matMul(x, w.get(WIDTH, 3 * WIDTH));
        Value cut = Ops.reshape(all, samples(x), ROWS, 3, HEADS, WIDTH / HEADS);
        Value moved = Ops.transpose(cut, 2, 0, 3, 1, 4);
        Value[] qkv = new Value[3];
        Arrays.setAll(qkv, i -> Indexing.gather(moved, 0, Tensor.longs(Shape.SCALAR, i)));
        Value scores = Ops.softmax(Ops.matMul(Ops.mul(qkv[0], 0.5), Ops.transposeLast(qkv[1])), -1);
        return Ops.transpose(Ops.matMul(scores, qkv[2]), 0, 2, 1, 3);
    }

    private static Value ofThreeLayers(Value x, Weights w) {
        Value scores = Ops.matMul(heads(layer(x, w)), Ops.transposeLast(heads(layer(x, w))));
        return heads(Ops.reshape(Ops.matMul(Ops.softmax(scores, -1), heads(layer(x, w))), x.shape()));
    }

    private static Value mixer(Value x, Weights w) {
        Value tokens = Ops.gelu(Ops.matMul(Ops.transposeLast(x), w.get(ROWS, ROWS)));
        return Ops.add(x, Ops.transposeLast(Ops.matMul(tokens, w.get(ROWS, ROWS))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void outputsAndKernelsStay(Case row) {
        for (long samples : new long[] {1, 3}) {
            Weights weights = new Weights();
            Value x = Value.input("x", TensorType.of(DataType.FLOAT, samples, ROWS, WIDTH));
            Value y = row.body.apply(Ops.mul(x, weights.get(WIDTH)), weights);
            Graph network = new Graph("network", List.of(x), Map.of("y", y));
            Graph sunk = TransposeSinking.apply(network);
            weights.assertSame(network, sunk);
            if (isTracked(network)) {
                assertTrue(isTracked(sunk));
            }
            if (samples > 1) {
                assertEquals(row.before, transposes(network), "before");
                assertEquals(row.after, transposes(sunk), "after");
                if (row.before == row.after && !row.name.startsWith("columns")) {
                    assertSame(network, sunk);
                }
            }
        }
    }

    private static boolean isTracked(Graph network) {
        Value x = network.inputs().get(0);
        try {
            KernelGraph.batched(network, "y", Map.of(x, BatchAxis.at(0)), samples(x));
            return true;
        } catch (UntrackedBatchException e) {
            return false;
        }
    }

    private static long transposes(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.opType().equals("Transpose"))
                .count();
    }
}
