package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;

/** Graphs as this program runs them give the numbers of the plain ones, on fewer nodes. */
class FusionTest {
    private static final Shape X = Shape.of(2, 3, 4);

    /**
     * @param build of x [2, 3, 4] and w [4, 5]
     * @param processor how many nodes are left for a processor
     * @param device how many for other devices
     */
    private record Case(String name, Function<Value[], Value> build, int processor, int device) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("multiple of an operand", v -> Ops.matMul(Ops.mul(v[0], 3), v[1]), 1, 1),
                new Case("multiple of a product", v -> Ops.mul(Ops.matMul(v[0], v[1]), 3), 1, 1),
                new Case(
                        "multiples everywhere",
                        v -> Ops.mul(Ops.matMul(Ops.mul(v[0], 3), Ops.mul(v[1], -2)), 0.5),
                        1,
                        1),
                new Case(
                        "multiple of a transposed operand",
                        v -> Ops.matMul(Ops.transposeLast(Ops.mul(v[0], 3)), Ops.mul(v[0], 2)),
                        1,
                        1),
                new Case("multiple behind a bias", v -> Ops.mul(biased(v), 3), 2, 2),
                new Case(
                        "a product that is read twice",
                        v -> {
                            Value product = Ops.matMul(v[0], v[1]);
                            return Ops.add(Ops.mul(product, 3), product);
                        },
                        3,
                        3),
                new Case("multiple before a sum", v -> Ops.reduceSum(Ops.mul(v[0], 3), false, 2), 2, 2),
                new Case("mean", v -> Ops.reduceMean(v[0], -1), 1, 1),
                new Case("mean of the middle", v -> Ops.reduceMean(v[0], 1), 1, 1),
                new Case("sum over the middle", v -> Ops.reduceSum(v[0], false, 1), 1, 2),
                new Case("sum of all, without axes", v -> sumOfAll(v[0]), 1, 1),
                new Case(
                        "extents of one around a sum",
                        v -> Ops.reshape(Ops.reduceSum(Ops.reshape(v[0], 2, 1, 3, 1, 4), true, 4), 2, 3),
                        1,
                        1),
                new Case(
                        "sum over axes that a reshape made",
                        v -> Ops.reduceSum(Ops.reshape(v[0], 2, 3, 2, 2), false, 2),
                        2,
                        2),
                new Case("nothing added", v -> Ops.exp(Ops.add(v[0], all(0, 4))), 1, 1),
                new Case(
                        "nothing added, in parts",
                        v -> Ops.exp(Ops.add(Indexing.slice(all(0, 9), 0, 2, 6), v[0])),
                        1,
                        1),
                new Case("nothing subtracted", v -> Ops.exp(Ops.sub(v[0], all(0, 4))), 1, 1),
                new Case("taken from nothing", v -> Ops.exp(Ops.sub(all(0, 4), v[0])), 2, 2),
                new Case("times one", v -> Ops.exp(Ops.mul(all(1, 3, 4), v[0])), 1, 1),
                new Case("over one", v -> Ops.exp(Ops.div(v[0], all(1, 4))), 1, 1),
                new Case("one over", v -> Ops.exp(Ops.div(all(1, 4), v[0])), 2, 2),
                new Case("times one, made larger", v -> Ops.exp(Ops.mul(v[0], all(1, 2, 2, 3, 4))), 2, 2),
                new Case("not all are one", v -> Ops.exp(Ops.mul(v[0], biases(1, 1, 1, 2))), 2, 2),
                // What becomes the same by that is computed once.
                new Case("one scaled and not", v -> Ops.mul(Ops.exp(Ops.mul(v[0], all(1, 4))), Ops.exp(v[0])), 2, 2),
                new Case(
                        "common factor",
                        v -> Ops.add(Ops.mul(v[0], Ops.exp(v[0])), Ops.mul(Ops.sqrt(Ops.square(v[0])), v[0])),
                        5,
                        5),
                new Case(
                        "common factor of products of three",
                        v -> {
                            Value e = Ops.exp(v[0]);
                            return Ops.add(
                                    Ops.mul(Ops.mul(v[0], biases(1, 2, 3, 4)), e), Ops.mul(v[0], biases(4, 3, 2, 1)));
                        },
                        4,
                        4),
                new Case(
                        "common factor of products that are read",
                        v -> {
                            Value one = Ops.mul(v[0], Ops.exp(v[0]));
                            Value other = Ops.mul(v[0], biases(1, 2, 3, 4));
                            return Ops.mul(one, Ops.mul(other, Ops.add(one, other)));
                        },
                        6,
                        6),
                // What is left beside the common factor of x·f(x)'s derivative has x·f(x) in it, which is there.
                new Case(
                        "derivative of silu",
                        v -> {
                            Value sigmoid = Ops.unary("Sigmoid", v[0]);
                            Value dy = Ops.exp(Ops.mul(v[0], sigmoid));
                            Value slope = Ops.mul(sigmoid, Ops.sub(1, sigmoid));
                            return Ops.add(Ops.mul(dy, sigmoid), Ops.mul(Ops.mul(dy, v[0]), slope));
                        },
                        7,
                        7),
                new Case(
                        "no common factor",
                        v -> Ops.add(Ops.mul(v[0], biases(1, 2, 3, 4)), Ops.mul(Ops.exp(v[0]), biases(4, 3, 2, 1))),
                        4,
                        4),
                new Case("where positive", v -> Ops.mask(Ops.greater(v[0], Ops.scalar(DataType.FLOAT, 0)), v[0]), 2, 3),
                new Case(
                        "where above a half",
                        v -> Ops.mask(Ops.greater(v[0], Ops.scalar(DataType.FLOAT, 0.5)), v[0]),
                        3,
                        3),
                new Case("gelu between layers", v -> Ops.matMul(Ops.gelu(v[0]), v[1]), 5, 5),
                new Case("standardised", v -> Ops.standardise(v[0], 1e-3).output(), 8, 1));
    }

    /** As files have it: the axes left out, though an input has their place. */
    private static Value sumOfAll(Value x) {
        Attributes attributes = Attributes.NONE.with("keepdims", 0L);
        return new Node(
                        "",
                        "ReduceSum",
                        null,
                        Arrays.asList(x, null),
                        attributes,
                        List.of(x.type().withShape(Shape.of())),
                        null)
                .output();
    }

    private static Value biased(Value[] v) {
        return Ops.add(Ops.matMul(v[0], v[1]), biases(1, -2, 3, -4, 5));
    }

    private static Value biases(float... numbers) {
        return Value.initializer("bias", Tensor.floats(Shape.of(numbers.length), numbers));
    }

    private static Value all(float number, long... dims) {
        float[] numbers = new float[Math.toIntExact(Shape.of(dims).elements())];
        Arrays.fill(numbers, number);
        return Value.initializer("all", Tensor.floats(Shape.of(dims), numbers));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void fusedIsPlain(Case row) {
        Graph plain = graph(row.build);
        Map<String, Tensor> inputs = inputs(row.name);
        double[] expected = Runner.run(plain, inputs).get("y").numbers();
        for (Target target : Target.values()) {
            Graph fused = Fusion.apply(plain, target);
            assertArrayEquals(expected, Runner.run(fused, inputs).get("y").numbers(), 1e-5);
            int nodes = target == Target.CUDA ? row.device : row.processor;
            assertEquals(nodes, fused.nodes().size(), () -> target + ": " + fused.nodes());
        }
    }

    /** The arithmetic of exporters, with a division too; a variance of something else is none. */
    @Test
    void standardisationsAreRecognised() {
        for (boolean division : new boolean[] {true, false}) {
            Graph plain = graph(v -> standardised(v[0], v[0], division));
            Graph formed = StandardisationForm.recognise(plain);
            assertEquals(
                    List.of("LayerNormalization"),
                    formed.nodes().stream().map(Node::opType).toList());
            assertArrayEquals(
                    Runner.run(plain, inputs("x")).get("y").numbers(),
                    Runner.run(formed, inputs("x")).get("y").numbers(),
                    1e-5);
            Graph other = graph(v -> standardised(v[0], Ops.mul(v[0], 2), division));
            assertTrue(StandardisationForm.recognise(other).nodes().stream()
                    .noneMatch(n -> n.opType().equals("LayerNormalization")));
        }
    }

    /** Their gradients would be gone: LayerNormalization has ε as an attribute, and the mean's factor not at all. */
    @Test
    void learnedNumbersStay() {
        Value epsilon = Ops.scalar(DataType.FLOAT, 1e-3);
        for (boolean division : new boolean[] {true, false}) {
            Graph ofEpsilon = graph(v -> standardised(v[0], Ops.reduceMean(v[0], -1), v[0], all(1e-3f, 1), division));
            Graph ofMean = graph(v -> {
                Value mean = Ops.mul(Ops.reduceSum(v[0], true, -1), all(1f / X.dim(-1), 1));
                return standardised(v[0], mean, v[0], epsilon, division);
            });
            for (Graph learned : List.of(ofEpsilon, ofMean)) {
                assertTrue(StandardisationForm.recognise(learned).nodes().stream()
                        .noneMatch(n -> n.opType().equals("LayerNormalization")));
            }
        }
    }

    private static Value standardised(Value x, Value spread, boolean division) {
        return standardised(x, Ops.reduceMean(x, -1), spread, Ops.scalar(DataType.FLOAT, 1e-3), division);
    }

    private static Value standardised(Value x, Value mean, Value spread, Value epsilon, boolean division) {
        Value centred = Ops.sub(x, mean);
        Value other = spread == x ? centred : Ops.sub(spread, Ops.reduceMean(spread, -1));
        Value root = Ops.sqrt(Ops.add(Ops.reduceMean(Ops.square(other), -1), epsilon));
        return division ? Ops.div(centred, root) : Ops.mul(centred, Ops.reciprocal(root));
    }

    @Test
    void equalNodesBecomeOne() {
        Graph once = CommonNodes.apply(graph(v ->
                Ops.mul(Ops.exp(Ops.reduceSum(v[0], false, 0)), Ops.sub(1, Ops.exp(Ops.reduceSum(v[0], false, 0))))));
        assertEquals(4, once.nodes().size(), () -> once.nodes() + "");
    }

    /** Two weights of equal content are two, and so is what is computed from them. */
    @Test
    void weightsOfEqualContentStayTwo() {
        Tensor content = Tensor.floats(Shape.of(5), new float[] {1, 2, 3, 4, 5});
        Graph graph =
                graph(v -> Ops.add(Ops.exp(Value.initializer("a", content)), Ops.exp(Value.initializer("b", content))));
        assertEquals(3, CommonNodes.apply(graph).nodes().size());
    }

    private static Graph graph(Function<Value[], Value> build) {
        Value x = Value.input("x", new TensorType(DataType.FLOAT, X));
        Value w = Value.input("w", TensorType.of(DataType.FLOAT, 4, 5));
        return new Graph("g", List.of(x, w), Map.of("y", build.apply(new Value[] {x, w})));
    }

    private static Map<String, Tensor> inputs(String seed) {
        Random random = new Random(seed.hashCode());
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("x", Sampling.uniform(new TensorType(DataType.FLOAT, X), random));
        inputs.put("w", Sampling.uniform(TensorType.of(DataType.FLOAT, 4, 5), random));
        return inputs;
    }
}
