package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;

/** Fused products give the numbers of the plain ones, to the rounding of sums of a few float32 products. */
class TransposeFusionTest {
    /**
     * @param fused how many FusedMatMul the graph is to hold
     * @param transposes how many Transpose it keeps
     */
    private record Case(String name, Shape a, Shape b, Product product, int fused, int transposes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private interface Product {
        Value of(Value a, Value b);
    }

    private static Case of(String name, Shape a, Shape b, int fused, int transposes, Product product) {
        return new Case(name, a, b, product, fused, transposes);
    }

    static Stream<Case> cases() {
        return Stream.of(
                of("left rows", Shape.of(3, 2), Shape.of(3, 4), 1, 0, (a, b) -> Ops.matMul(Ops.transposeLast(a), b)),
                of("right rows", Shape.of(2, 3), Shape.of(4, 3), 1, 0, (a, b) -> Ops.matMul(a, Ops.transposeLast(b))),
                of(
                        "both rows",
                        Shape.of(3, 2),
                        Shape.of(4, 3),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transposeLast(a), Ops.transposeLast(b))),
                of("rank 3", Shape.of(2, 3, 4), Shape.of(2, 5, 4), 1, 0, (a, b) -> Ops.matMul(a, Ops.transposeLast(b))),
                of(
                        "rank 3, left",
                        Shape.of(2, 3, 4),
                        Shape.of(2, 3, 5),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transposeLast(a), b)),
                of(
                        "rank 3 by a matrix",
                        Shape.of(2, 3, 4),
                        Shape.of(5, 4),
                        1,
                        0,
                        (a, b) -> Ops.matMul(a, Ops.transposeLast(b))),
                of(
                        "transposed rank 3 by a matrix",
                        Shape.of(2, 4, 3),
                        Shape.of(4, 5),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transposeLast(a), b)),
                of(
                        "matrix by rank 3",
                        Shape.of(4, 3),
                        Shape.of(2, 4, 5),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transposeLast(a), b)),
                of(
                        "broadcast batch",
                        Shape.of(1, 3, 2),
                        Shape.of(4, 3, 5),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transposeLast(a), b)),
                of(
                        "rank 4",
                        Shape.of(2, 3, 5, 4),
                        Shape.of(2, 3, 5, 6),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transposeLast(a), b)),
                of(
                        "batch exchanged on the left",
                        Shape.of(3, 2, 4),
                        Shape.of(2, 4, 5),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transpose(a, 1, 0, 2), b)),
                of(
                        "batch exchanged on both",
                        Shape.of(3, 2, 4),
                        Shape.of(4, 2, 5),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transpose(a, 1, 0, 2), Ops.transpose(b, 1, 0, 2))),
                of(
                        "batch and rows exchanged",
                        Shape.of(3, 2, 4),
                        Shape.of(5, 2, 4),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transpose(a, 1, 0, 2), Ops.transpose(b, 1, 2, 0))),
                of(
                        "batch and rows exchanged on the left",
                        Shape.of(4, 2, 3),
                        Shape.of(2, 4, 5),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transpose(a, 1, 2, 0), b)),
                of(
                        "rank 4, batch exchanged",
                        Shape.of(3, 2, 5, 4),
                        Shape.of(6, 2, 5, 4),
                        1,
                        0,
                        (a, b) -> Ops.matMul(Ops.transpose(a, 1, 2, 0, 3), Ops.transpose(b, 1, 2, 3, 0))),
                of(
                        "batch exchanged, by a matrix: kept",
                        Shape.of(3, 2, 4),
                        Shape.of(4, 5),
                        0,
                        1,
                        (a, b) -> Ops.matMul(Ops.transpose(a, 1, 0, 2), b)),
                of(
                        "other permutation: kept",
                        Shape.of(2, 4, 3),
                        Shape.of(3, 4, 5),
                        0,
                        1,
                        (a, b) -> Ops.matMul(Ops.transpose(a, 2, 0, 1), b)),
                of("used elsewhere too", Shape.of(3, 2), Shape.of(3, 4), 2, 1, (a, b) -> {
                    Value t = Ops.transposeLast(a);
                    return Ops.matMul(Ops.transposeLast(Ops.add(t, 1)), Ops.matMul(t, b));
                }),
                of(
                        "heads: whole rows move, the product exchanges the last axes",
                        Shape.of(2, 5, 3, 4),
                        Shape.of(2, 6, 3, 4),
                        1,
                        2,
                        (a, b) -> Ops.matMul(Ops.transpose(a, 0, 2, 1, 3), Ops.transpose(b, 0, 2, 3, 1))),
                of("heads read in both ways move once", Shape.of(2, 5, 3, 4), Shape.of(2, 3, 5, 5), 1, 1, (a, b) -> {
                    Value rows = Ops.transpose(a, 0, 2, 1, 3);
                    return Ops.add(b, Ops.matMul(rows, Ops.transpose(a, 0, 2, 3, 1)));
                }),
                of(
                        "a product whose rows go last",
                        Shape.of(2, 3, 5, 4),
                        Shape.of(2, 3, 5, 6),
                        1,
                        1,
                        (a, b) -> Ops.transpose(Ops.matMul(Ops.transposeLast(a), b), 0, 3, 1, 2)),
                of(
                        "a product of all rows stays one",
                        Shape.of(2, 3, 4),
                        Shape.of(4, 5),
                        0,
                        1,
                        (a, b) -> Ops.transposeLast(Ops.matMul(a, b))),
                of("a transposed product that is read itself", Shape.of(3, 2), Shape.of(3, 4), 1, 1, (a, b) -> {
                    Value y = Ops.matMul(Ops.transposeLast(a), b);
                    return Ops.concat(0, Ops.reshape(y, 8), Ops.reshape(Ops.transposeLast(y), 8));
                }),
                // The inner one becomes bᵀa, which the outer one reads as it is.
                of(
                        "chain of products",
                        Shape.of(3, 3),
                        Shape.of(3, 3),
                        1,
                        0,
                        (a, b) -> Ops.matMul(a, Ops.transposeLast(Ops.matMul(Ops.transposeLast(a), b)))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fusedIsPlain(Case row) {
        Random random = new Random(row.name.hashCode());
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("a", Sampling.uniform(new TensorType(DataType.FLOAT, row.a), random));
        inputs.put("b", Sampling.uniform(new TensorType(DataType.FLOAT, row.b), random));
        Graph plain = graph(row, DataType.FLOAT);
        Graph fused = TransposeFusion.apply(plain);
        assertEquals(0, count(plain, "FusedMatMul"), "a plain graph holds standard operators");
        assertEquals(row.fused, count(fused, "FusedMatMul"), "fused products");
        assertEquals(row.transposes, count(fused, "Transpose"), "transposes left");
        assertArrayEquals(
                Runner.run(plain, inputs).get("y").numbers(),
                Runner.run(fused, inputs).get("y").numbers(),
                1e-5);
    }

    @Test
    void doublesStayAsTheyAre() {
        Graph plain = graph(cases().findFirst().orElseThrow(), DataType.DOUBLE);
        Graph fused = TransposeFusion.apply(plain);
        assertEquals(ModelWriter.model(plain), ModelWriter.model(fused));
    }

    @Test
    void doublesByTransposedDoublesAreAGemm() {
        Case row = of("doubles", Shape.of(2, 3), Shape.of(4, 3), 0, 0, (a, b) -> Ops.matMul(a, Ops.transposeLast(b)));
        Random random = new Random(1);
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("a", Sampling.uniform(new TensorType(DataType.DOUBLE, row.a), random));
        inputs.put("b", Sampling.uniform(new TensorType(DataType.DOUBLE, row.b), random));
        Graph plain = graph(row, DataType.DOUBLE);
        Graph fused = TransposeFusion.apply(plain);
        assertEquals(1, count(fused, "Gemm"));
        assertEquals(0, count(fused, "Transpose"));
        assertArrayEquals(
                Runner.run(plain, inputs).get("y").numbers(),
                Runner.run(fused, inputs).get("y").numbers(),
                1e-15);
    }

    @Test
    void namesInputsAndMetadataStay() {
        Graph plain = graph(cases().findFirst().orElseThrow(), DataType.FLOAT).withMetadata(Map.of("space", "tiny"));
        Graph fused = TransposeFusion.apply(plain);
        assertEquals(plain.inputs(), fused.inputs());
        assertEquals(plain.outputs().keySet(), fused.outputs().keySet());
        assertEquals(plain.metadata(), fused.metadata());
        assertTrue(ModelWriter.model(fused).getOpsetImportList().stream()
                .anyMatch(o -> o.getDomain().equals("com.microsoft")));
        assertTrue(ModelWriter.model(plain).getOpsetImportList().stream()
                .noneMatch(o -> o.getDomain().equals("com.microsoft")));
    }

    private static Graph graph(Case row, DataType type) {
        Value a = Value.input("a", new TensorType(type, row.a));
        Value b = Value.input("b", new TensorType(type, row.b));
        return new Graph(row.name, List.of(a, b), Map.of("y", row.product.of(a, b)));
    }

    private static long count(Graph graph, String operator) {
        return graph.nodes().stream().filter(n -> n.opType().equals(operator)).count();
    }
}
