package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static vintk.opset.Protos.model;
import static vintk.opset.Protos.node;
import static vintk.opset.Protos.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Runner;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;

/**
 * A weight of numbers added to the input, then QuantizeLinear and DequantizeLinear: the numbers of the original, and the
 * gradient straight through, clipped.
 */
class QuantizationTest {
    static final List<String> OPERATORS = List.of(
            "DequantizeLinear", "QuantizeLinear", "com.microsoft.DequantizeLinear", "com.microsoft.QuantizeLinear");

    /** With scales of about 1/8 and 8 bits both ends are passed. */
    private static final double WIDTH = 40;

    /**
     * One form of the pair.
     *
     * @param zero null where there is no zero point: bytes from 0 to 255 then
     */
    record Form(
            String domain,
            long opset,
            DataType type,
            Shape x,
            Shape scales,
            long[] zero,
            Map<String, Long> attributes) {
        Form(long opset, DataType type, Shape x, Shape scales, long[] zero, Map<String, Long> attributes) {
            this("", opset, type, x, scales, zero, attributes);
        }

        int axis() {
            return x.rank() == 0
                    ? 0
                    : x.axis(attributes.getOrDefault("axis", 1L).intValue());
        }

        /** The place of the scale of an element. */
        int block(int element) {
            if (scales.elements() == 1) {
                return 0;
            }
            long inner = x.product(axis() + 1, x.rank());
            long at = element / inner % x.dim(axis());
            long size = attributes.getOrDefault("block_size", 0L);
            if (size == 0) {
                return (int) at;
            }
            long outer = element / inner / x.dim(axis());
            return (int) ((outer * scales.dim(axis()) + at / size) * inner + element % inner);
        }

        double[] steps() {
            double[] steps = new double[(int) scales.elements()];
            for (int i = 0; i < steps.length; i++) {
                steps[i] = type.bytes() == 1 ? 0.125 + i / 64.0 : 0x1p-11 * (1 + i / 8.0);
            }
            return steps;
        }
    }

    static Stream<Form> forms() {
        Map<String, Long> none = Map.of();
        Map<String, Long> blocks = Map.of("axis", 1L, "block_size", 2L);
        return Stream.of(
                new Form(10, DataType.UINT8, Shape.of(4, 6), Shape.SCALAR, new long[] {100}, none),
                new Form(10, DataType.UINT8, Shape.of(30), Shape.SCALAR, null, none),
                new Form(10, DataType.INT8, Shape.of(2, 3, 4), Shape.SCALAR, new long[] {-7}, none),
                new Form(13, DataType.INT8, Shape.of(5, 3, 2), Shape.of(3), new long[] {0, 20, -30}, none),
                new Form(13, DataType.INT8, Shape.of(3, 8), Shape.of(3), new long[] {0, 2, -3}, Map.of("axis", 0L)),
                new Form(
                        19,
                        DataType.UINT8,
                        Shape.of(8, 3),
                        Shape.of(3),
                        new long[] {0, 128, 255},
                        Map.of("axis", -1L, "saturate", 1L)),
                new Form(21, DataType.INT8, Shape.of(4, 4), Shape.of(4, 2), new long[8], blocks),
                new Form(21, DataType.UINT8, Shape.of(2, 5, 2), Shape.of(2, 3, 2), null, blocks),
                new Form(21, DataType.INT16, Shape.of(4, 6), Shape.SCALAR, new long[] {-700}, none),
                new Form(23, DataType.UINT16, Shape.of(5, 3), Shape.of(3), new long[] {9, 32768, 65535}, none),
                new Form(
                        "com.microsoft",
                        13,
                        DataType.UINT16,
                        Shape.of(4, 6),
                        Shape.SCALAR,
                        new long[] {32768},
                        Map.of()),
                new Form(
                        "com.microsoft",
                        13,
                        DataType.INT8,
                        Shape.of(5, 3),
                        Shape.of(3),
                        new long[] {3, 2, 1},
                        Map.of("axis", 1L)));
    }

    private static Tensor integers(DataType type, Shape shape, long... values) {
        TensorType of = new TensorType(type, shape);
        ByteBuffer bytes = ByteBuffer.allocate((int) of.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            switch (type.bytes()) {
                case 1 -> bytes.put((byte) value);
                case 2 -> bytes.putShort((short) value);
                default -> bytes.putInt((int) value);
            }
        }
        return new Tensor(of, bytes.flip());
    }

    /** y = dequantised(quantised(x + w)). */
    private static ModelProto quantized(Form form, Tensor w) {
        GraphProto.Builder graph = GraphProto.newBuilder().addInitializer(proto("w", w));
        graph.addInitializer(proto("scale", Tensor.of(new TensorType(DataType.FLOAT, form.scales), form.steps())));
        NodeProto.Builder quantize = node(form.domain, "QuantizeLinear", "q", "sum", "scale");
        NodeProto.Builder dequantize = node(form.domain, "DequantizeLinear", "y", "q", "scale");
        if (form.zero != null) {
            graph.addInitializer(proto("zero", integers(form.type, form.scales, form.zero)));
            quantize.addInput("zero");
            dequantize.addInput("zero");
        }
        form.attributes.forEach((name, value) -> {
            AttributeProto.Builder attribute = AttributeProto.newBuilder()
                    .setName(name)
                    .setType(AttributeType.INT)
                    .setI(value);
            quantize.addAttribute(attribute);
            if (!name.equals("saturate")) {
                dequantize.addAttribute(attribute);
            }
        });
        graph.addNode(node("", "Add", "sum", "x", "w")).addNode(quantize).addNode(dequantize);
        return model(graph, new TensorType(DataType.FLOAT, form.x), form.opset, "y");
    }

    private static double[] draw(Shape shape, Random random) {
        return random.doubles(shape.elements(), -WIDTH / 2, WIDTH / 2)
                .map(d -> (float) d)
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void valuesAreTheOriginalsAndTheGradientGoesStraightThrough(Form form) {
        Random random = new Random(3);
        TensorType floats = new TensorType(DataType.FLOAT, form.x);
        double[] x = draw(form.x, random);
        Tensor w = Tensor.of(floats, draw(form.x, random));
        ModelProto model = quantized(form, w);
        Map<String, TensorType> types = new LinkedHashMap<>();
        List.of("x", "sum", "y").forEach(name -> types.put(name, floats));
        types.put("q", new TensorType(form.type, form.x));
        Imported imported = Imported.of(model, types);

        double[] original;
        try (Runner runner = Runner.of(model)) {
            original = runner.run(Map.of("x", Tensor.of(floats, x))).get("y").numbers();
        }
        assertArrayEquals(original, imported.value("y", x).numbers(), 0);

        double[] expected = new double[x.length];
        boolean signed = form.type == DataType.INT8 || form.type == DataType.INT16;
        double least = signed ? -Math.pow(2, 8 * form.type.bytes() - 1) : 0;
        int clipped = 0;
        for (int i = 0; i < x.length; i++) {
            float sum = (float) x[i] + (float) w.number(i);
            double zero = form.zero == null ? 0 : form.zero[form.block(i)];
            double q = Math.rint(sum / (float) form.steps()[form.block(i)]) + zero;
            boolean inside = q >= least && q < least + Math.pow(2, 8 * form.type.bytes());
            expected[i] = inside ? 1 : 0;
            clipped += inside ? 0 : 1;
        }
        assertEquals(true, clipped > 0 && clipped < x.length, "some elements are clipped, some are not");
        Map<String, double[]> gradients = imported.gradients("y", x);
        // The scale is a constant of the model, no parameter.
        assertEquals(Set.of("x", "w"), gradients.keySet());
        assertArrayEquals(expected, gradients.get("x"), 1e-6);
        assertArrayEquals(expected, gradients.get("w"), 1e-6);
    }

    private static Map<String, TensorType> types(TensorType floats, TensorType integers) {
        Map<String, TensorType> types = new LinkedHashMap<>();
        types.put("x", floats);
        types.put("y", floats);
        types.put("w", floats);
        types.put("q", integers);
        types.put("p", integers);
        return types;
    }

    /** Weights of integers are constants, with a scale a channel or block, with and without a zero point. */
    @Test
    void storedWeightsAreConstants() {
        for (DataType type : List.of(DataType.INT8, DataType.UINT8, DataType.INT32)) {
            for (boolean zero : new boolean[] {true, false}) {
                Shape shape = Shape.of(2, 3);
                TensorType floats = new TensorType(DataType.FLOAT, shape);
                GraphProto.Builder graph = GraphProto.newBuilder()
                        .addInitializer(proto("stored", integers(type, shape, 1, 2, 3, 100, 50, 6)))
                        .addInitializer(proto("scale", Tensor.floats(Shape.of(2), 0.5f, 0.25f)))
                        .addInitializer(proto("zero", integers(type, Shape.of(2), type == DataType.INT32 ? 0 : 1, 0)));
                NodeProto.Builder dequantize = node("", "DequantizeLinear", "w", "stored", "scale")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("axis")
                                .setType(AttributeType.INT)
                                .setI(0));
                if (zero) {
                    dequantize.addInput("zero");
                }
                graph.addNode(dequantize).addNode(node("", "Mul", "y", "x", "w"));
                Imported imported =
                        Imported.of(model(graph, floats, 13, "y"), types(floats, new TensorType(type, shape)));
                double from = zero && type != DataType.INT32 ? 0.5 : 0;
                double[] w = {0.5 - from, 1 - from, 1.5 - from, 25, 12.5, 1.5};
                double[] ones = {1, 1, 1, 1, 1, 1};
                assertArrayEquals(w, imported.value("y", ones).numbers(), 0);
                assertArrayEquals(w, imported.gradients("y", ones).get("x"), 0);
                assertEquals(Set.of("x"), imported.gradients("y", ones).keySet());
            }
        }
    }

    /** Exporters, and optimisers, put between the two what only moves numbers. */
    @Test
    void integersMayBeMoved() {
        TensorType floats = TensorType.of(DataType.FLOAT, 2, 3);
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInitializer(proto("scale", Tensor.floats(Shape.SCALAR, 0.5f)))
                .addInitializer(proto("six", Tensor.longs(6)))
                .addInitializer(proto("one", Tensor.longs(1)))
                .addInitializer(proto("five", Tensor.longs(5)))
                .addInitializer(proto("two", Tensor.longs(2)))
                .addInitializer(proto("zero", Tensor.longs(0)))
                .addNode(node("", "QuantizeLinear", "q", "x", "scale"))
                .addNode(node("", "Transpose", "t", "q"))
                .addNode(node("", "Reshape", "r", "t", "six"))
                .addNode(node("", "Slice", "s", "r", "one", "five", "zero", "two"))
                .addNode(node("", "Concat", "c", "s", "r")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("axis")
                                .setType(AttributeType.INT)
                                .setI(0)))
                .addNode(node("", "DequantizeLinear", "y", "c", "scale"));
        Map<String, TensorType> types = types(floats, TensorType.of(DataType.UINT8, 2, 3));
        types.put("t", TensorType.of(DataType.UINT8, 3, 2));
        types.put("r", TensorType.of(DataType.UINT8, 6));
        types.put("s", TensorType.of(DataType.UINT8, 2));
        types.put("c", TensorType.of(DataType.UINT8, 8));
        types.put("y", TensorType.of(DataType.FLOAT, 8));
        Imported imported = Imported.of(model(graph, floats, 13, "y"), types);
        // Column by column: 1 4 2 5 3 -1, of which 4 and 5 are taken twice, and what is below 0 is clipped.
        double[] x = {1, 2, 3, 4, 5, -1};
        assertArrayEquals(
                new double[] {4, 5, 1, 4, 2, 5, 3, 0}, imported.value("y", x).numbers(), 0);
        assertArrayEquals(
                new double[] {1, 1, 1, 2, 2, 0}, imported.gradients("y", x).get("x"), 0);
    }

    /** What is repeated has the sum of the gradients of its copies. */
    @Test
    void integersMayBeRepeated() {
        TensorType floats = TensorType.of(DataType.FLOAT, 1, 3);
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInitializer(proto("scale", Tensor.floats(Shape.SCALAR, 0.5f)))
                .addInitializer(proto("shape", Tensor.longs(4, 3)))
                .addNode(node("", "QuantizeLinear", "q", "x", "scale"))
                .addNode(node("", "Expand", "e", "q", "shape"))
                .addNode(node("", "DequantizeLinear", "y", "e", "scale"));
        Map<String, TensorType> types = types(floats, TensorType.of(DataType.UINT8, 1, 3));
        types.put("e", TensorType.of(DataType.UINT8, 4, 3));
        types.put("y", TensorType.of(DataType.FLOAT, 4, 3));
        Imported imported = Imported.of(model(graph, floats, 13, "y"), types);
        double[] x = {1, 2, -1};
        assertArrayEquals(new double[] {4, 4, 0}, imported.gradients("y", x).get("x"), 0);
    }

    /** Parts of the integers, and what lies between them, as of a Split of which one output is not read: zeros of floats. */
    @Test
    void partsOfIntegersHaveGradientsOfFloats() {
        TensorType floats = TensorType.of(DataType.FLOAT, 6);
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInitializer(proto("scale", Tensor.floats(Shape.SCALAR, 0.5f)))
                .addInitializer(proto("zero", Tensor.longs(0)))
                .addInitializer(proto("one", Tensor.longs(1)))
                .addInitializer(proto("four", Tensor.longs(4)))
                .addInitializer(proto("six", Tensor.longs(6)))
                .addNode(node("", "QuantizeLinear", "q", "x", "scale"))
                .addNode(node("", "Slice", "s", "q", "zero", "one"))
                .addNode(node("", "Slice", "t", "q", "four", "six"))
                .addNode(node("", "Concat", "c", "t", "s")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("axis")
                                .setType(AttributeType.INT)
                                .setI(0)))
                .addNode(node("", "DequantizeLinear", "y", "c", "scale"));
        Map<String, TensorType> types = types(floats, TensorType.of(DataType.UINT8, 6));
        types.put("s", TensorType.of(DataType.UINT8, 1));
        types.put("t", TensorType.of(DataType.UINT8, 2));
        types.put("c", TensorType.of(DataType.UINT8, 3));
        types.put("y", TensorType.of(DataType.FLOAT, 3));
        Imported imported = Imported.of(model(graph, floats, 13, "y"), types);
        double[] x = {1, 2, 3, 4, 5, 6};
        assertArrayEquals(new double[] {5, 6, 1}, imported.value("y", x).numbers(), 0);
        assertArrayEquals(
                new double[] {1, 0, 0, 0, 1, 1}, imported.gradients("y", x).get("x"), 0);
    }

    /** An operator between the two would lose the gradient. */
    @Test
    void anOperatorOnTheIntegersIsRefused() {
        TensorType floats = TensorType.of(DataType.FLOAT, 2, 2);
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInitializer(proto("scale", Tensor.floats(Shape.SCALAR, 0.5f)))
                .addNode(node("", "QuantizeLinear", "q", "x", "scale"))
                .addNode(node("", "Max", "p", "q", "q"))
                .addNode(node("", "DequantizeLinear", "y", "p", "scale"));
        Imported imported =
                Imported.of(model(graph, floats, 13, "y"), types(floats, TensorType.of(DataType.UINT8, 2, 2)));
        UnsupportedOperatorException refused =
                assertThrows(UnsupportedOperatorException.class, () -> imported.gradients("y", new double[4]));
        assertEquals(
                "no gradient rule for Max of the integers of a QuantizeLinear: only DequantizeLinear may follow, and what"
                        + " moves them",
                refused.getMessage());
    }
}
