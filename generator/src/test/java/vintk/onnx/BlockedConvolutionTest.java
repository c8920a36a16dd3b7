package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;

/** Convolutions in blocks of channels give the numbers of the plain ones, to the order of float32 sums. */
@EnabledIf(value = "blocksExist", disabledReason = "ONNX Runtime has no blocks of channels on this processor")
class BlockedConvolutionTest {
    /**
     * A convolution.
     *
     * @param x [N, C, h, w]
     * @param w [D, C/g, ...kernel]
     * @param attributes all but the group
     * @param y the shape of the result
     * @param blocked whether it is taken in blocks
     */
    private record Case(String name, Shape x, Shape w, long group, Attributes attributes, Shape y, boolean blocked) {
        @Override
        public String toString() {
            return name;
        }
    }

    static boolean blocksExist() {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, 4, 1, 1));
        Value y = new Node(
                        BlockedConvolution.DOMAIN,
                        "ReorderInput",
                        null,
                        List.of(x),
                        Attributes.NONE,
                        List.of(x.type()),
                        null)
                .output();
        Tensor four = Tensor.floats(Shape.of(1, 4, 1, 1), 1, 2, 3, 4);
        return Runner.run(new Graph("blocks", List.of(x), Map.of("y", y)), Map.of("x", four))
                        .get("y")
                        .shape()
                        .dim(1)
                > 4;
    }

    static Stream<Case> cases() {
        Shape x = Shape.of(2, 32, 5, 6);
        Attributes none = Attributes.NONE;
        Attributes around = none.with("pads", new long[] {1, 0, 0, 2});
        return Stream.of(
                new Case("dense", x, Shape.of(48, 32, 3, 2), 1, none, Shape.of(2, 48, 3, 5), true),
                new Case("dense, padded", x, Shape.of(16, 32, 3, 3), 1, around, Shape.of(2, 16, 4, 6), true),
                new Case(
                        "dense, a stride and gaps",
                        x,
                        Shape.of(16, 32, 2, 3),
                        1,
                        none.with("strides", new long[] {2, 1}).with("dilations", new long[] {1, 2}),
                        Shape.of(2, 16, 2, 2),
                        true),
                new Case("depthwise", x, Shape.of(32, 1, 3, 3), 32, around, Shape.of(2, 32, 4, 6), true),
                new Case(
                        "depthwise, a stride",
                        x,
                        Shape.of(32, 1, 3, 3),
                        32,
                        around.with("strides", new long[] {2, 2}),
                        Shape.of(2, 32, 2, 3),
                        true),
                new Case(
                        "depthwise, a kernel as large as the image",
                        x,
                        Shape.of(32, 1, 5, 6),
                        32,
                        none.with("pads", new long[] {1, 1, 1, 1}),
                        Shape.of(2, 32, 3, 3),
                        true),
                new Case("1×1", x, Shape.of(16, 32, 1, 1), 1, none, Shape.of(2, 16, 5, 6), false),
                new Case("groups", x, Shape.of(32, 16, 3, 3), 2, none, Shape.of(2, 32, 3, 4), true),
                new Case("small groups", x, Shape.of(32, 8, 3, 3), 4, none, Shape.of(2, 32, 3, 4), false),
                new Case("groups of few outputs", x, Shape.of(16, 16, 3, 3), 2, none, Shape.of(2, 16, 3, 4), false),
                new Case("two outputs a channel", x, Shape.of(64, 1, 3, 3), 32, none, Shape.of(2, 64, 3, 4), false),
                new Case("a block that is not full", x, Shape.of(24, 32, 3, 3), 1, none, Shape.of(2, 24, 3, 4), false),
                new Case(
                        "few inputs",
                        Shape.of(2, 3, 5, 6),
                        Shape.of(16, 3, 3, 3),
                        1,
                        none,
                        Shape.of(2, 16, 3, 4),
                        false),
                new Case("one axis", Shape.of(2, 32, 7), Shape.of(16, 32, 3), 1, none, Shape.of(2, 16, 5), false));
    }

    /** Weights are computed, as cotangents are. */
    @ParameterizedTest
    @MethodSource("cases")
    void numbersStay(Case row) {
        TensorType type = new TensorType(DataType.FLOAT, row.x);
        Value x = Value.input("x", type);
        Value w = Value.input("w", type.withShape(row.w));
        Value b = Value.input("b", type.withShape(Shape.of(row.y.dim(1))));
        Attributes attributes = row.attributes.with("group", row.group);
        Value y = Ops.node("Conv", type.withShape(row.y), attributes, x, Ops.mul(w, 2), b);
        Graph plain = new Graph(row.name, List.of(x, w, b), Map.of("y", y));
        Graph blocked = BlockedConvolution.apply(plain);
        List<String> domains = new ArrayList<>();
        blocked.nodes().stream()
                .filter(node -> node.opType().equals("Conv"))
                .forEach(node -> domains.add(node.domain()));
        assertEquals(List.of(row.blocked ? BlockedConvolution.DOMAIN : ""), domains);
        Random random = new Random(row.name.hashCode());
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        plain.inputs().forEach(input -> inputs.put(input.name(), Sampling.uniform(input.type(), random)));
        assertArrayEquals(
                Runner.run(plain, inputs).get("y").numbers(),
                Runner.run(blocked, inputs).get("y").numbers(),
                1e-4);
    }
}
