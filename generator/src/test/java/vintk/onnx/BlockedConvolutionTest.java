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
import org.junit.jupiter.params.provider.CsvSource;
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
        return channels() > 4;
    }

    /** How many channels are in a block. */
    static long channels() {
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
                .dim(1);
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
        Value w = Value.input("w", new TensorType(DataType.FLOAT, row.w));
        numbersStay("Conv", row, w, Ops.mul(w, 2));
    }

    /** The sign of a sum near zero, which may be another in another order, decides on a gradient. */
    @ParameterizedTest
    @CsvSource({"16, ''", "1, com.microsoft.nchwc"})
    void depthwiseForwardPassesBeforeKinksStay(long group, String domain) {
        TensorType type = TensorType.of(DataType.FLOAT, 2, 16, 5, 5);
        Value x = Value.input("x", type);
        TensorType weights = TensorType.of(DataType.FLOAT, 16, 16 / group, 3, 3);
        Value w = Value.initializer("w", Sampling.uniform(weights, new Random(1)));
        Attributes attributes = Attributes.NONE.with("group", group).with("pads", new long[] {1, 1, 1, 1});
        Value y = Ops.node("Conv", type, attributes, x, w);
        Value step = Ops.mask(Ops.greater(y, Ops.scalar(DataType.FLOAT, 0)), y);
        assertEquals(List.of(BlockedConvolution.DOMAIN), domains(x, Ops.unary("Sigmoid", y)));
        assertEquals(List.of(domain), domains(x, step));
    }

    private static List<String> domains(Value x, Value y) {
        return BlockedConvolution.apply(new Graph("g", List.of(x), Map.of("y", y))).nodes().stream()
                .filter(node -> node.opType().equals("Conv"))
                .map(Node::domain)
                .toList();
    }

    static Stream<Case> transposedCases() {
        Shape x = Shape.of(2, 32, 4, 5);
        Shape w = Shape.of(32, 1, 3, 3);
        Attributes two = Attributes.NONE.with("strides", new long[] {2, 2});
        Attributes around = two.with("pads", new long[] {1, 1, 1, 1});
        return Stream.of(
                new Case("stride 2", x, w, 32, two, Shape.of(2, 32, 9, 11), true),
                new Case("padded", x, w, 32, around, Shape.of(2, 32, 7, 9), true),
                new Case(
                        "pixels that no window covers",
                        x,
                        w,
                        32,
                        around.with("output_padding", new long[] {1, 1}),
                        Shape.of(2, 32, 8, 10),
                        true),
                new Case(
                        "strides, gaps and padding of two kinds",
                        x,
                        Shape.of(32, 1, 3, 2),
                        32,
                        Attributes.NONE
                                .with("strides", new long[] {3, 1})
                                .with("dilations", new long[] {1, 2})
                                .with("pads", new long[] {1, 0, 0, 1}),
                        Shape.of(2, 32, 11, 6),
                        true),
                new Case(
                        "more is cut off than the kernel reaches",
                        x,
                        Shape.of(32, 1, 1, 3),
                        32,
                        two.with("pads", new long[] {1, 0, 0, 0}),
                        Shape.of(2, 32, 6, 11),
                        false),
                new Case("dense", x, Shape.of(32, 16, 3, 3), 1, two, Shape.of(2, 16, 9, 11), false));
    }

    @ParameterizedTest
    @MethodSource("transposedCases")
    void numbersStayTransposed(Case row) {
        TensorType type = new TensorType(DataType.FLOAT, row.w);
        Value unread = Value.input("w", type);
        numbersStay(
                "ConvTranspose",
                row,
                unread,
                Value.initializer("v", Sampling.uniform(type, new Random(row.name.length()))));
    }

    private static void numbersStay(String opType, Case row, Value input, Value weights) {
        TensorType type = new TensorType(DataType.FLOAT, row.x);
        Value x = Value.input("x", type);
        Value b = Value.input("b", type.withShape(Shape.of(row.y.dim(1))));
        Attributes attributes = row.attributes.with("group", row.group);
        Value y = Ops.node(opType, type.withShape(row.y), attributes, x, weights, b);
        Graph plain = new Graph(row.name, List.of(x, input, b), Map.of("y", y));
        Graph blocked = BlockedConvolution.apply(plain);
        List<String> convolutions = new ArrayList<>();
        blocked.nodes().stream()
                .filter(node -> node.opType().startsWith("Conv"))
                .forEach(node -> convolutions.add(node.domain() + node.opType()));
        assertEquals(List.of(row.blocked ? BlockedConvolution.DOMAIN + "Conv" : opType), convolutions);
        Random random = new Random(row.name.hashCode());
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        plain.inputs().forEach(v -> inputs.put(v.name(), Sampling.uniform(v.type(), random)));
        assertArrayEquals(
                Runner.run(plain, inputs).get("y").numbers(),
                Runner.run(blocked, inputs).get("y").numbers(),
                1e-4);
    }
}
