package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.ntk.GraphCost;

/** Networks of which some rows are read have the outputs and kernels that they have with all of them computed. */
class SelectedRowsTest {
    private static final long N = 3;
    private static final long ROWS = 8;
    private static final long WIDTH = 12;
    private static final long HEADS = 2;

    /** Multiplications and additions of all rows by a matrix of WIDTH × WIDTH. */
    private static final double LAYER = N * ROWS * WIDTH * WIDTH;

    /**
     * A network.
     *
     * @param body of rows [N, R, C], and its weights
     * @param before multiplications and additions of all rows, in those of a layer of all rows
     * @param after what is left of them
     */
    private record Case(String name, BiFunction<Value, Weights, Value> body, double before, double after) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        double one = 1.0 / ROWS;
        double attention = 2.0 * ROWS / WIDTH;
        return Stream.of(
                new Case("the first row", (x, w) -> token(mlp(x, w), 0), 2, 2 * one),
                new Case("the last row, counted from behind", (x, w) -> token(mlp(x, w), -1), 2, 2 * one),
                new Case("a row by a Slice", (x, w) -> Indexing.slice(mlp(x, w), 1, 3, 4), 2, 2 * one),
                new Case(
                        "two rows, one each",
                        (x, w) -> {
                            Value y = mlp(x, w);
                            return Ops.add(Ops.matMul(token(y, 5), w.get(WIDTH, WIDTH)), token(y, 1));
                        },
                        2 + one,
                        5 * one),
                new Case("every fourth row", (x, w) -> Indexing.slice(mlp(x, w), 1, 1, ROWS, 4), 2, 4 * one),
                new Case(
                        "three rows unevenly",
                        (x, w) -> Indexing.gather(mlp(x, w), 1, Tensor.longs(Shape.of(3), 0, 1, 6)),
                        2,
                        6 * one),
                new Case("more than half of the rows", (x, w) -> Indexing.slice(mlp(x, w), 1, 1, ROWS), 2, 2),
                new Case(
                        "rows in another order",
                        (x, w) -> Indexing.gather(mlp(x, w), 1, Tensor.longs(Shape.of(2), 6, 1)),
                        2,
                        2),
                new Case(
                        "all rows are read elsewhere",
                        (x, w) -> {
                            Value y = mlp(x, w);
                            return Ops.add(token(y, 0), row(y));
                        },
                        2,
                        2),
                new Case(
                        "columns of a product",
                        (x, w) -> Indexing.slice(Ops.matMul(x, w.get(WIDTH, WIDTH)), 2, 0, 3),
                        1,
                        1),
                // Queries, scores, what is taken of values, and the layer behind: of one row. Keys and values of all.
                new Case(
                        "attention", (x, w) -> token(attention(x, w), 0), 4 + attention, 2 + 2 * one + attention * one),
                // Of the products of queries by keys, and of scores by values, half.
                new Case("a head", (x, w) -> Indexing.slice(heads(x, w), 1, 1, 2), 3 + attention, 3 + attention / 2),
                new Case(
                        "a block",
                        (x, w) -> token(mlp(attention(x, w), w), 0),
                        6 + attention,
                        2 + 4 * one + attention * one),
                // Of the first block the rows are all read, by the keys and values of the second.
                new Case(
                        "two blocks",
                        (x, w) -> token(mlp(attention(mlp(attention(x, w), w), w), w), 0),
                        12 + 2 * attention,
                        8 + 4 * one + attention * (1 + one)),
                new Case(
                        "a number a sample",
                        (x, w) -> token(mlp(Ops.mul(x, Ops.reduceMean(x, 1, 2)), w), 2),
                        2,
                        2 * one),
                new Case(
                        "a table of positions", (x, w) -> token(mlp(Ops.add(x, w.get(ROWS, WIDTH)), w), 2), 2, 2 * one),
                new Case(
                        "a row beside others",
                        (x, w) -> token(
                                mlp(Ops.concat(1, Indexing.slice(x, 1, 0, 4), Indexing.slice(x, 1, 4, ROWS)), w), 2),
                        2,
                        2 * one),
                new Case(
                        "channels beside others", (x, w) -> token(Ops.concat(2, mlp(x, w), mlp(x, w)), 2), 4, 4 * one));
    }

    private static Value token(Value x, long place) {
        return Indexing.gather(x, 1, Tensor.longs(Shape.SCALAR, place));
    }

    /** The mean of all rows, [N, C]. */
    private static Value row(Value x) {
        return Ops.reshape(Ops.reduceMean(x, 1), N, WIDTH);
    }

    private static Value mlp(Value x, Weights w) {
        Value normal = Ops.mul(Ops.standardise(x, 1e-5).output(), w.get(WIDTH));
        Value hidden = Ops.gelu(Ops.add(Ops.matMul(normal, w.get(WIDTH, WIDTH)), w.get(WIDTH)));
        return Ops.add(x, Ops.matMul(hidden, w.get(WIDTH, WIDTH)));
    }

    private static Value attention(Value x, Weights w) {
        Value rows = Ops.reshape(Ops.transpose(heads(x, w), 0, 2, 1, 3), N, ROWS, WIDTH);
        return Ops.add(x, Ops.matMul(rows, w.get(WIDTH, WIDTH)));
    }

    /** What attention's heads take of their values, [N, h, R, d]. */
    private static Value heads(Value x, Weights w) {
        Value[] qkv = new Value[3];
        Arrays.setAll(qkv, i -> {
            Value rows = Ops.matMul(x, w.get(WIDTH, WIDTH));
            return Ops.transpose(Ops.reshape(rows, N, ROWS, HEADS, WIDTH / HEADS), 0, 2, 1, 3);
        });
        Value scores = Ops.softmax(Ops.matMul(qkv[0], Ops.transposeLast(qkv[1])), -1);
        return Ops.matMul(scores, qkv[2]);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void outputsAndKernelsStay(Case row) {
        Weights weights = new Weights();
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, N, ROWS, WIDTH));
        Value y = row.body.apply(Ops.mul(x, weights.get(WIDTH)), weights);
        Graph whole = new Graph("network", List.of(x), Map.of("y", y));
        Graph lean = SelectedRows.apply(whole);
        assertEquals(row.before * LAYER, GraphCost.of(whole).macs(), 1);
        assertEquals(row.after * LAYER, GraphCost.of(lean).macs(), 1);
        if (row.before == row.after) {
            assertSame(whole, lean);
        }
        weights.assertSame(whole, lean);
    }
}
