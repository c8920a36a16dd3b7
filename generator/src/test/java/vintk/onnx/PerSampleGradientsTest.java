package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Only of gradients that nothing but a sum over blocks of columns reads may the columns change places. */
class PerSampleGradientsTest {
    /**
     * What becomes of gradients.
     *
     * @param squared of blocks of columns [3, 2, 8], read as two operands
     * @param summed of the blocks' products [3, 2, 2]
     */
    private record Case(String name, boolean free, BinaryOperator<Value> squared, UnaryOperator<Value> summed) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        BinaryOperator<Value> itself = (a, b) -> Ops.matMul(a, Ops.transposeLast(b));
        return Stream.of(
                new Case("summed", true, itself, PerSampleGradientsTest::sum),
                new Case("with others", true, itself, blocks -> sum(Ops.concat(0, blocks, others()))),
                new Case("side by side with others", false, itself, b -> sum(Ops.concat(1, b, others()))),
                new Case("given out", false, itself, UnaryOperator.identity()),
                new Case("summed over samples", false, itself, b -> Ops.reduceSum(b, false, 1)),
                new Case("summed over all axes", false, itself, PerSampleGradientsTest::total),
                new Case(
                        "of columns with each other",
                        false,
                        (a, b) -> Ops.matMul(Ops.transposeLast(a), b),
                        PerSampleGradientsTest::sum),
                new Case(
                        "of blocks with each other, each sample by itself",
                        false,
                        (a, b) -> itself.apply(Ops.transpose(a, 1, 0, 2), Ops.transpose(b, 1, 0, 2)),
                        PerSampleGradientsTest::sum),
                new Case("through more Casts than a stack holds", true, itself, PerSampleGradientsTest::castAndSum),
                new Case("by others", false, (a, b) -> Ops.matMul(a, weights()), PerSampleGradientsTest::sum),
                new Case(
                        "read beside",
                        false,
                        (a, b) -> Ops.mul(itself.apply(a, b), Ops.reduceSum(b, true, 2)),
                        b -> sum(b)));
    }

    private static Value sum(Value blocks) {
        return Ops.reduceSum(Ops.cast(blocks, DataType.DOUBLE), false, 0);
    }

    private static Value castAndSum(Value blocks) {
        Value cast = blocks;
        for (int i = 0; i < 20_000; i++) {
            cast = Ops.cast(Ops.cast(cast, DataType.DOUBLE), DataType.FLOAT);
        }
        return sum(cast);
    }

    private static Value total(Value blocks) {
        return Ops.node("ReduceSum", TensorType.of(DataType.FLOAT), Attributes.NONE.with("keepdims", 0L), blocks);
    }

    private static Value others() {
        return Value.input("others", TensorType.of(DataType.FLOAT, 3, 2, 2));
    }

    private static Value weights() {
        return Value.input("weights", TensorType.of(DataType.FLOAT, 3, 8, 2));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isRecognised(Case row) {
        Value a = Value.input("a", TensorType.of(DataType.FLOAT, 2, 8, 4));
        Value g = Value.input("g", TensorType.of(DataType.FLOAT, 2, 8, 6));
        Value gradients = Ops.matMul(Ops.transposeLast(a), g);
        Value blocks = Ops.transpose(Ops.reshape(gradients, 2, 3, 8), 1, 0, 2);
        Value kernel = row.summed.apply(row.squared.apply(blocks, blocks));
        Graph graph = Fusion.apply(new Graph("g", List.of(a, g), Map.of("kernel", kernel)), Target.PROCESSOR);
        PerSampleGradients free = new PerSampleGradients(graph, graph.readers());
        assertEquals(
                row.free ? 1 : 0, graph.nodes().stream().filter(free::contains).count());
    }
}
