package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;

/** Layers by heads give the numbers of layers that are cut into heads. */
class HeadProductsTest {
    private static final long INPUTS = 6;

    /**
     * A layer in heads.
     *
     * @param rows of a sample
     * @param columns of a head, of which there are two
     * @param body of rows [2, R, 6] and weights [6, 2 · columns]
     * @param moved how many Transposes of rows are left
     */
    private record Case(String name, long rows, long columns, Body body, int moved) {
        @Override
        public String toString() {
            return name;
        }
    }

    @FunctionalInterface
    private interface Body {
        Value of(Value x, Value w);
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("plain", 128, 32, (x, w) -> heads(Ops.matMul(x, w)), 0),
                new Case("long", 130, 64, (x, w) -> heads(Ops.matMul(x, w)), 0),
                new Case("scaled", 128, 32, (x, w) -> Ops.mul(heads(Ops.matMul(x, w)), 0.5), 0),
                new Case("a bias", 128, 32, (x, w) -> heads(Ops.add(Ops.matMul(x, w), bias(64))), 0),
                new Case("a bias of the rows", 128, 32, (x, w) -> heads(Ops.add(Ops.matMul(x, w), bias(128, 1))), 1),
                new Case(
                        "by the transpose",
                        128,
                        32,
                        (x, w) -> heads(Ops.matMul(x, Ops.transposeLast(Ops.reshape(w, 64, 6)))),
                        0),
                new Case(
                        "rows that something else reads",
                        128,
                        32,
                        (x, w) -> {
                            Value rows = Ops.matMul(x, w);
                            return Ops.mul(heads(rows), Ops.reduceSum(rows, false, 0, 1, 2));
                        },
                        1),
                new Case("few rows", 127, 32, (x, w) -> heads(Ops.matMul(x, w)), 1),
                new Case("columns that fill no register", 128, 24, (x, w) -> heads(Ops.matMul(x, w)), 1),
                new Case("wide heads", 128, 96, (x, w) -> heads(Ops.matMul(x, w)), 1),
                new Case(
                        "heads last",
                        128,
                        32,
                        (x, w) -> Ops.transpose(Ops.reshape(Ops.matMul(x, w), 2, 128, 2, 32), 0, 3, 1, 2),
                        1),
                new Case("no layer", 128, 3, (x, w) -> heads(Ops.exp(x)), 1));
    }

    /** [2, R, 2 · d] as [2, 2, R, d]. */
    private static Value heads(Value rows) {
        Shape shape = rows.shape();
        return Ops.transpose(Ops.reshape(rows, 2, shape.dim(1), 2, shape.dim(2) / 2), 0, 2, 1, 3);
    }

    private static Value bias(long... dims) {
        return Value.initializer("b", Sampling.uniform(TensorType.of(DataType.FLOAT, dims), new Random(3)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void numbersStay(Case row) {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 2, row.rows, INPUTS));
        Value w = Value.input("w", TensorType.of(DataType.FLOAT, INPUTS, 2 * row.columns));
        Graph plain = new Graph("g", List.of(x, w), Map.of("y", row.body.of(x, w)));
        Graph fused = Fusion.apply(plain, Target.PROCESSOR);
        assertEquals(row.moved, movedRows(fused));
        assertEquals(1, movedRows(Fusion.apply(plain, Target.CUDA)));
        Random random = new Random(1);
        Map<String, Tensor> inputs =
                Map.of("x", Sampling.uniform(x.type(), random), "w", Sampling.uniform(w.type(), random));
        assertArrayEquals(
                Runner.run(plain, inputs).get("y").numbers(),
                Runner.run(fused, inputs).get("y").numbers(),
                1e-5);
    }

    private static long movedRows(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.opType().equals("Transpose"))
                .filter(node -> node.output().shape().rank() == 4)
                .count();
    }
}
