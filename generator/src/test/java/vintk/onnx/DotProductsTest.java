package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;

/** Sums of products as products of rows, where they are such, and long enough. */
class DotProductsTest {
    /**
     * @param build of a and b [2, 3, 16, 32], and c [2, 3, 1, 1]
     * @param is whether it becomes a product
     */
    private record Case(String name, boolean is, Function<Value[], Value> build) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("over pixels", true, v -> Ops.reduceSum(Ops.mul(v[0], v[1]), false, 2, 3)),
                new Case("over pixels, kept", true, v -> Ops.reduceSum(Ops.mul(v[0], v[1]), true, 3, 2)),
                new Case(
                        "of squares, over all but samples", true, v -> Ops.reduceSum(Ops.square(v[0]), false, 1, 2, 3)),
                new Case("over all", true, v -> Ops.reduceSum(Ops.mul(v[0], v[1]), false, 0, 1, 2, 3)),
                new Case("over few", false, v -> Ops.reduceSum(Ops.mul(v[0], v[1]), false, 3)),
                new Case("over channels and rows", false, v -> Ops.reduceSum(Ops.mul(v[0], v[1]), false, 1, 2)),
                new Case("of numbers for each channel", false, v -> Ops.reduceSum(Ops.mul(v[0], v[2]), false, 2, 3)),
                new Case("of a product that is read", false, v -> {
                    Value product = Ops.mul(v[0], v[1]);
                    return Ops.mul(product, Ops.reduceSum(product, true, 2, 3));
                }));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void sumsAreTheSame(Case row) {
        Value[] values = {input("a", 2, 3, 16, 32), input("b", 2, 3, 16, 32), input("c", 2, 3, 1, 1)};
        Graph plain = new Graph("g", List.of(values), Map.of("y", row.build.apply(values)));
        Graph formed = DotProducts.apply(plain);
        long products = formed.nodes().stream().filter(Products::isFused).count();
        assertEquals(row.is ? 1 : 0, products);
        assertEquals(plain.outputs().get("y").type(), formed.outputs().get("y").type());
        Random random = new Random(1);
        Map<String, Tensor> inputs = Map.of(
                "a", Sampling.uniform(values[0].type(), random),
                "b", Sampling.uniform(values[1].type(), random),
                "c", Sampling.uniform(values[2].type(), random));
        double[] expected = Runner.run(plain, inputs).get("y").numbers();
        assertArrayEquals(expected, Runner.run(formed, inputs).get("y").numbers(), 1e-3);
    }

    private static Value input(String name, long... dims) {
        return Value.input(name, TensorType.of(DataType.FLOAT, dims));
    }
}
