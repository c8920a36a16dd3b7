package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;

/** Transposed convolutions written as convolutions give the same numbers, to the order of float32 sums. */
class ConvolutionFormTest {
    /**
     * A transposed convolution.
     *
     * @param x [N, C, ...spatial]
     * @param w [C, D/g, ...kernel]
     * @param attributes all but the group
     * @param y the shape of the result
     * @param formed whether it becomes a convolution
     */
    private record Case(String name, Shape x, Shape w, long group, Attributes attributes, Shape y, boolean formed) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        Shape x = Shape.of(2, 4, 12, 14);
        Attributes none = Attributes.NONE;
        return Stream.of(
                new Case("1×1", x, Shape.of(4, 3, 1, 1), 1, none, Shape.of(2, 3, 12, 14), true),
                new Case("3×2", x, Shape.of(4, 3, 3, 2), 1, none, Shape.of(2, 3, 14, 15), true),
                new Case(
                        "padded on one side",
                        x,
                        Shape.of(4, 3, 3, 3),
                        1,
                        none.with("pads", new long[] {1, 0, 0, 2}),
                        Shape.of(2, 3, 13, 14),
                        true),
                new Case(
                        "dilated",
                        x,
                        Shape.of(4, 3, 2, 3),
                        1,
                        none.with("dilations", new long[] {2, 1}),
                        Shape.of(2, 3, 14, 16),
                        true),
                new Case("groups", x, Shape.of(4, 3, 3, 3), 2, none, Shape.of(2, 6, 14, 16), true),
                new Case("depthwise", x, Shape.of(4, 1, 3, 3), 4, none, Shape.of(2, 4, 14, 16), true),
                new Case(
                        "volumes",
                        Shape.of(1, 2, 4, 5, 6),
                        Shape.of(2, 3, 1, 1, 3),
                        1,
                        none,
                        Shape.of(1, 3, 4, 5, 8),
                        true),
                new Case("one axis", Shape.of(2, 4, 7), Shape.of(4, 3, 3), 1, none, Shape.of(2, 3, 9), true),
                new Case(
                        "more is cut off than the kernel reaches",
                        x,
                        Shape.of(4, 3, 1, 1),
                        1,
                        none.with("pads", new long[] {1, 0, 0, 0}),
                        Shape.of(2, 3, 11, 14),
                        false),
                new Case(
                        "a kernel as large as the image made",
                        Shape.of(2, 4, 1, 1),
                        Shape.of(4, 3, 5, 4),
                        1,
                        none,
                        Shape.of(2, 3, 5, 4),
                        false),
                new Case(
                        "a stride",
                        x,
                        Shape.of(4, 3, 3, 3),
                        1,
                        none.with("strides", new long[] {2, 1}),
                        Shape.of(2, 3, 25, 16),
                        false));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void numbersStay(Case row) {
        Random random = new Random(row.name.hashCode());
        TensorType type = new TensorType(DataType.FLOAT, row.x);
        Value x = Value.input("x", type);
        List<Value> operands = new ArrayList<>(List.of(x));
        operands.add(Value.initializer("w", Sampling.uniform(type.withShape(row.w), random)));
        operands.add(Value.initializer("b", Sampling.uniform(type.withShape(Shape.of(row.y.dim(1))), random)));
        Attributes attributes = row.attributes.with("group", row.group);
        Value y = Ops.node("ConvTranspose", type.withShape(row.y), attributes, operands.toArray(new Value[0]));
        Graph plain = new Graph(row.name, List.of(x), Map.of("y", y));
        Graph formed = ConvolutionForm.apply(plain);
        assertEquals(List.of(row.formed ? "Conv" : "ConvTranspose"), operators(formed));
        if (row.x.rank() != 4) {
            // Images alone have blocks; signals and volumes are formed where there are any, too.
            assertEquals(operators(formed), operators(BlockedConvolution.apply(plain)));
        }
        Map<String, Tensor> inputs = Map.of("x", Sampling.uniform(type, random));
        assertArrayEquals(
                Runner.run(plain, inputs).get("y").numbers(),
                Runner.run(formed, inputs).get("y").numbers(),
                1e-5);
    }

    private static List<String> operators(Graph graph) {
        return graph.nodes().stream().map(Node::opType).toList();
    }
}
