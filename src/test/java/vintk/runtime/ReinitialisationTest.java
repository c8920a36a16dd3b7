package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.SharedFolder;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorWriter;
import vintk.opset.Role;
import vintk.opset.Roles;

/** What is drawn for whom: the moments and bounds of every scheme, and that only (seed, name) decide. */
class ReinitialisationTest {
    /** Standard errors of a mean or deviation that are let pass: once in 10^8 by chance, and the seed is fixed. */
    private static final double ERRORS = 6;

    /** Every role once; large weights, so that moments are sharp. */
    private static ModelProto model() {
        return TestModel.opset(17)
                .arguments("x")
                .weight("conv", 64, 8, 3, 3)
                .weight("bias", 64)
                .weight("scale", 64)
                .weight("offset", 64)
                .weight("mean", 64)
                .weight("variance", 64)
                .weight("slope", 64, 1, 1)
                .weight("positions", 1, 64, 16, 16)
                .weight("gain", 64, 1, 1)
                .weight("matrix", 100, 200)
                .weight("vector", 200)
                .node("Conv", "a", "x", "conv", "bias")
                .node("BatchNormalization", "b", "a", "scale", "offset", "mean", "variance")
                .node("PRelu", "c", "b", "slope")
                .node("Add", "d", "c", "positions")
                .node("Mul", "e", "d", "gain")
                .node("MatMul", "f", "e", "matrix")
                .node("Add", "y", "f", "vector")
                .build();
    }

    private static Map<String, double[]> tensors(ModelProto model) {
        Map<String, double[]> tensors = new TreeMap<>();
        model.getGraph()
                .getInitializerList()
                .forEach(t -> tensors.put(t.getName(), TensorReader.read(t).numbers()));
        return tensors;
    }

    private static Map<String, double[]> drawn(String scheme, long seed) {
        return tensors(
                Reinitialisation.of(model(), Initialisation.parse(scheme), seed).model());
    }

    /** Deviation and bound: 0 where the tensor is one number, -1 where there is no bound. */
    @ParameterizedTest
    @CsvSource({
        "kaiming,         conv,      0.1666667, -1", // √(2 / 72)
        "kaiming,         matrix,    0.1414214, -1", // √(2 / 100)
        "kaiming,         positions, 0.0175926, 0.04",
        "xavier,          conv,      0.0555556, 0.0962250", // √(6 / (72 + 576)), over √3
        "xavier,          matrix,    0.0816497, 0.1414214", // √(6 / 300)
        "trunc-normal:0.1,conv,      0.0879626, 0.2", // σ √(1 - 4 φ(2) / (2 Φ(2) - 1))
        "trunc-normal:0.1,positions, 0.0879626, 0.2",
        "trunc-normal,    matrix,    0.0175925, 0.04",
        "pytorch-default, conv,      0.0680414, 0.1178511", // 1 / √72
        "pytorch-default, matrix,    0.0577350, 0.1", // 1 / √100
        "pytorch-default, vector,    0.0577350, 0.1",
        "pytorch-default, bias,      0.0680414, 0.1178511",
        "pytorch-default, positions, 1,         -1",
    })
    void moments(String scheme, String name, double deviation, double bound) {
        double[] numbers = drawn(scheme, 3).get(name);
        double mean = Arrays.stream(numbers).average().orElseThrow();
        double square = Arrays.stream(numbers).map(x -> x * x).average().orElseThrow();
        double error = deviation / Math.sqrt(numbers.length);
        assertEquals(0, mean, ERRORS * error);
        assertEquals(deviation, Math.sqrt(square), ERRORS * error);
        double largest = Arrays.stream(numbers).map(Math::abs).max().orElseThrow();
        if (bound > 0) {
            assertTrue(largest <= bound * 1.000001, () -> largest + " > " + bound);
            assertTrue(largest > 0.9 * bound, () -> largest + " is far from " + bound);
        } else {
            assertTrue(largest > 3 * deviation, () -> "no tails: " + largest);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"kaiming", "xavier", "trunc-normal:0.3", "pytorch-default"})
    void constantsOfEveryScheme(String scheme) {
        Map<String, double[]> drawn = drawn(scheme, 0);
        assertUniform(1, drawn.get("scale"));
        assertUniform(0, drawn.get("offset"));
        assertUniform(0, drawn.get("mean"));
        assertUniform(1, drawn.get("variance"));
        assertUniform(0.25, drawn.get("slope"));
        if (!scheme.equals("pytorch-default")) {
            assertUniform(0, drawn.get("bias"));
            assertUniform(0, drawn.get("vector"));
        }
    }

    private static void assertUniform(double expected, double[] numbers) {
        double[] all = new double[numbers.length];
        Arrays.fill(all, expected);
        assertArrayEquals(all, numbers);
    }

    @Test
    void whatHasNoRoleStaysAndIsNamed() {
        Reinitialisation made = Reinitialisation.of(model(), Initialisation.parse("kaiming"), 0);
        assertEquals(List.of("gain"), made.left());
        assertArrayEquals(tensors(model()).get("gain"), tensors(made.model()).get("gain"));
        assertTrue(made.remark().contains("left 1 tensor as in the file"), made::remark);
        assertTrue(made.remark().endsWith(": gain"), made::remark);
    }

    /** The order of the file and the other tensors do not matter; seed and name do. */
    @Test
    void onlySeedAndNameDecide() {
        Map<String, double[]> one = drawn("kaiming", 1);
        ModelProto.Builder turned = model().toBuilder();
        List<TensorProto> tensors = new ArrayList<>(turned.getGraph().getInitializerList());
        Collections.reverse(tensors);
        turned.getGraphBuilder().clearInitializer().addAllInitializer(tensors);
        Map<String, double[]> other = tensors(Reinitialisation.of(turned.build(), Initialisation.parse("kaiming"), 1)
                .model());
        one.forEach((name, numbers) -> assertArrayEquals(numbers, other.get(name), name));
        assertFalse(Arrays.equals(one.get("conv"), drawn("kaiming", 2).get("conv")));
        assertFalse(Arrays.equals(Arrays.copyOf(one.get("conv"), 16), Arrays.copyOf(one.get("matrix"), 16)));
    }

    /** Weights in Constant nodes, in ConstantOfShape nodes, in half precision and in double. */
    @Test
    void everyFormOfTensorIsDrawn() {
        ModelProto model = TestModel.opset(17)
                .arguments("x")
                .floats(DataType.DOUBLE)
                .weightNode("w1", 2, 3)
                .initializer("shape", Tensor.longs(3, 4))
                .node("ConstantOfShape", "w2", "shape")
                .floats(DataType.FLOAT16)
                .weight("w3", 4, 2)
                .node("MatMul", "a", "x", "w1")
                .node("MatMul", "b", "a", "w2")
                .node("MatMul", "y", "b", "w3")
                .build();
        ModelProto made =
                Reinitialisation.of(model, Initialisation.parse("xavier"), 0).model();
        Map<String, TensorProto> found = made.getGraph().getNodeList().stream()
                .filter(n -> n.getOpType().equals("Constant"))
                .collect(Collectors.toMap(
                        n -> n.getOutput(0), n -> n.getAttribute(0).getT()));
        found.put("w3", made.getGraph().getInitializer(1));
        assertDrawn(found.get("w1"), DataType.DOUBLE, Math.sqrt(6.0 / 5), 2, 3);
        assertDrawn(found.get("w2"), DataType.FLOAT, Math.sqrt(6.0 / 7), 3, 4);
        assertDrawn(found.get("w3"), DataType.FLOAT16, 1, 4, 2);
    }

    private static void assertDrawn(TensorProto proto, DataType type, double bound, long... dims) {
        assertEquals(LongStream.of(dims).boxed().toList(), proto.getDimsList());
        Tensor tensor = TensorReader.read(proto);
        assertEquals(type, tensor.type().dataType());
        double[] numbers = tensor.numbers();
        assertEquals(numbers.length, Arrays.stream(numbers).distinct().count());
        double largest = Arrays.stream(numbers).map(Math::abs).max().orElseThrow();
        assertTrue(largest <= bound * 1.001 && largest > bound / 2, () -> largest + " for bound " + bound);
    }

    @Test
    void namesAreReadBackAsTheyAreWritten() {
        for (String text : List.of("kaiming", "xavier", "trunc-normal:0.02", "pytorch-default")) {
            assertEquals(text, Initialisation.parse(text).toString());
        }
        assertEquals("trunc-normal:0.02", Initialisation.parse("trunc-normal").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"he", "", "kaiming:2", "trunc-normal:", "trunc-normal:0", "trunc-normal:x", "trunc-normal:NaN"})
    void unknownSchemes(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Initialisation.parse(text))
                .getMessage();
        boolean deviation = text.startsWith("trunc-normal:");
        assertTrue(
                message.contains(
                        deviation
                                ? "a standard deviation above 0"
                                : "kaiming, xavier, trunc-normal:STD (such as trunc-normal:0.02) or pytorch-default"),
                message);
    }

    /** Roles in files of many exporters; counts by hand from their architectures. */
    @ParameterizedTest
    @CsvSource({
        "tv_resnet18, 22, 1, 0, 21, 21, 42",
        "tv_vit, 18, 18, 2, 9, 9, 0",
        "deit_dist, 15, 15, 3, 7, 7, 0",
        "tv_swin, 19, 18, 4, 11, 11, 0",
        "autoformer, 14, 14, 14, 7, 7, 0",
        "mnist_cntk, 3, 3, 0, 0, 0, 0",
        "ppocr_cls, 54, 19, 0, 35, 35, 70",
        "act_zoo, 8, 8, 0, 6, 6, 0",
        "deeploy_cct_opset20, 15, 2, 0, 1, 1, 0",
    })
    void rolesInRealFiles(
            String name, int weights, int biases, int embeddings, int scales, int offsets, int statistics) {
        ModelProto model = ModelFile.read(SharedFolder.require("external/dev/" + name + "/model.onnx"));
        Map<Role, Long> counts =
                Roles.of(model).values().stream().collect(Collectors.groupingBy(r -> r, Collectors.counting()));
        assertEquals(weights, counts.getOrDefault(Role.WEIGHT, 0L), "weights");
        assertEquals(biases, counts.getOrDefault(Role.BIAS, 0L), "biases");
        assertEquals(embeddings, counts.getOrDefault(Role.EMBEDDING, 0L), "embeddings");
        assertEquals(scales, counts.getOrDefault(Role.NORM_SCALE, 0L), "scales");
        assertEquals(offsets, counts.getOrDefault(Role.NORM_BIAS, 0L), "offsets");
        assertEquals(statistics, counts.getOrDefault(Role.STATISTIC, 0L), "statistics");
    }

    /** As Keras writes them: a normalisation of images is the same before training, one of a layer begins anew. */
    @Test
    void statisticsWrittenAsArithmetic() {
        TestModel sketch = TestModel.opset(17).arguments("x").weight("matrix", 3, 3);
        List.of("of images", "by", "mean", "deviation", "scale", "offset").forEach(name -> sketch.weight(name, 3));
        ModelProto model = sketch.node("Sub", "a", "x", "of images")
                .node("Div", "b", "a", "by")
                .node("MatMul", "c", "b", "matrix")
                .node("Sub", "d", "c", "mean")
                .node("Div", "e", "d", "deviation")
                .node("Mul", "f", "e", "scale")
                .node("Add", "y", "f", "offset")
                .build();
        Reinitialisation drawn = Reinitialisation.of(model, Initialisation.parse("xavier"), 1);
        Map<String, double[]> tensors = tensors(drawn.model());
        assertUniform(0, tensors.get("mean"));
        assertUniform(1, tensors.get("deviation"));
        assertUniform(1, tensors.get("scale"));
        assertUniform(0, tensors.get("offset"));
        assertArrayEquals(tensors(model).get("of images"), tensors.get("of images"));
        assertArrayEquals(tensors(model).get("by"), tensors.get("by"));
        assertEquals(List.of(), drawn.left());
    }

    /** Buffers of a module are no parameters: tables stay, running statistics begin anew. */
    @Test
    void buffersStay() {
        ModelProto.Builder builder = model().toBuilder();
        for (String name : List.of("vector", "mean", "variance")) {
            builder.getGraphBuilder()
                    .addValueInfoBuilder()
                    .setName(name)
                    .addMetadataPropsBuilder()
                    .setKey("pkg.torch.export.graph_signature.InputSpec.kind")
                    .setValue("BUFFER");
        }
        Reinitialisation drawn = Reinitialisation.of(builder.build(), Initialisation.parse("kaiming"), 1);
        Map<String, double[]> tensors = tensors(drawn.model());
        assertArrayEquals(tensors(model()).get("vector"), tensors.get("vector"));
        assertArrayEquals(new double[64], tensors.get("mean"));
        assertFalse(drawn.left().contains("vector"), drawn.left()::toString);
    }

    /** Positions that are sines and cosines do not begin as noise. */
    @Test
    void tablesStay() {
        float[] numbers = new float[64 * 16 * 16];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (i % 2 == 0 ? Math.sin(i / 2) : Math.cos(i / 2));
        }
        Tensor table = Tensor.floats(Shape.of(1, 64, 16, 16), numbers);
        ModelProto.Builder builder = model().toBuilder();
        for (TensorProto.Builder tensor : builder.getGraphBuilder().getInitializerBuilderList()) {
            if (tensor.getName().equals("positions")) {
                tensor.clear().mergeFrom(TensorWriter.write("positions", table));
            }
        }
        Reinitialisation drawn = Reinitialisation.of(builder.build(), Initialisation.parse("kaiming"), 1);
        assertArrayEquals(table.numbers(), tensors(drawn.model()).get("positions"));
        assertFalse(drawn.left().contains("positions"), drawn.left()::toString);
    }
}
