package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.SharedFolder;

/**
 * {@code vintk inspect}, whole outputs; only the estimate of memory is not pinned, as it follows the graph. With {@code
 * -Dvintk.update=true} they are written anew, to be looked at.
 */
class InspectTest {
    private static final Path MODELS = ProjectRoot.path().resolve("models");

    @TempDir
    private Path folder;

    private static String inspected(Object... args) {
        Object[] all = new Object[args.length + 1];
        all[0] = "inspect";
        System.arraycopy(args, 0, all, 1, args.length);
        Shell shell = Shell.vintk(all);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertEquals("", shell.err());
        return shell.out();
    }

    private static void assertExpected(String name, String text) throws IOException {
        if (Boolean.getBoolean("vintk.update")) {
            Files.writeString(
                    ProjectRoot.path().resolve("src/test/resources/vintk/cli").resolve(name), text);
            return;
        }
        try (InputStream in = InspectTest.class.getResourceAsStream(name)) {
            assertEquals(new String(in.readAllBytes(), StandardCharsets.UTF_8), text);
        }
    }

    private static String masked(String text) {
        return text.replaceFirst("about [0-9.]+ [KMG]?B for", "about ... for");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tiny-vit-3", "tiny-pit-1"})
    void modelsOfTheProject(String name) throws IOException {
        assertExpected("inspect-" + name + ".txt", masked(inspected(MODELS.resolve(name + ".onnx"))));
    }

    /** [N, 3, size, size] through a convolution, then an operator of somebody's own. */
    private Path refused() throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("g");
        graph.addInput(port("images", "N", "3", "8", "width"));
        graph.addInitializer(TensorProto.newBuilder()
                .setName("kernel")
                .setDataType(1)
                .addAllDims(List.of(4L, 3L, 3L, 3L))
                .addAllFloatData(
                        LongStream.range(0, 108).mapToObj(i -> i / 100f).toList()));
        graph.addInitializer(
                TensorProto.newBuilder().setName("twice").setDataType(1).addFloatData(2));
        graph.addNode(node("features", "", "Conv", "images", "kernel"));
        graph.addNode(node("scaled", "", "Mul", "features", "twice"));
        graph.addNode(node("swirled", "com.example", "Swirl", "scaled"));
        graph.addOutput(port("swirled", "N", "?"));
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .setProducerName("by hand")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain("com.example").setVersion(1))
                .setGraph(graph)
                .build();
        return Files.write(folder.resolve("refused.onnx"), model.toByteArray());
    }

    private static ValueInfoProto port(String name, String... dims) {
        TypeProto.Builder type = TypeProto.newBuilder();
        type.getTensorTypeBuilder().setElemType(1).getShapeBuilder();
        for (String dim : dims) {
            if (dim.matches("\\d+")) {
                type.getTensorTypeBuilder().getShapeBuilder().addDimBuilder().setDimValue(Long.parseLong(dim));
            } else {
                type.getTensorTypeBuilder().getShapeBuilder().addDimBuilder().setDimParam(dim.equals("?") ? "" : dim);
            }
        }
        return ValueInfoProto.newBuilder().setName(name).setType(type).build();
    }

    private static NodeProto node(String output, String domain, String opType, String... inputs) {
        return NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(opType)
                .addOutput(output)
                .addAllInput(List.of(inputs))
                .build();
    }

    @Test
    void aRefusedModelIsShownAsFarAsItIsKnown() throws IOException {
        assertExpected("inspect-refused.txt", inspected(refused()));
    }

    @Test
    void statisticsOfImagesAreLeftOut() throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("g");
        graph.addInput(port("images", "N", "3", "8", "8"));
        for (String name : List.of("mean", "deviation", "scale")) {
            graph.addInitializer(TensorProto.newBuilder()
                    .setName(name)
                    .setDataType(1)
                    .addAllDims(List.of(3L, 1L, 1L))
                    .addAllFloatData(List.of(1f, 2f, 3f)));
        }
        graph.addNode(node("centred", "", "Sub", "images", "mean"));
        graph.addNode(node("normal", "", "Div", "centred", "deviation"));
        graph.addNode(node("scaled", "", "Mul", "normal", "scale"));
        graph.addOutput(port("scaled", "N", "3", "8", "8"));
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
        String out = inspected(Files.write(folder.resolve("images.onnx"), model.toByteArray()));
        for (String name : List.of("mean", "deviation")) {
            assertTrue(
                    out.matches("(?s).*\n" + name + " +image-statistic +\\[3,1,1] +a statistic of the images\n.*"),
                    out);
        }
        assertTrue(out.contains("parameters  3 in 1 tensor count"), out);
    }

    @Test
    void longListsAreShortened() {
        String some = inspected(MODELS.resolve("tiny-vit-3.onnx"));
        assertTrue(some.contains("... 33 more (--all)"), some);
        assertFalse(some.contains("head.bias"), some);
        String all = inspected(MODELS.resolve("tiny-vit-3.onnx"), "--all");
        assertFalse(all.contains("--all"), all);
        assertTrue(all.contains("head.bias"), all);
    }

    @Test
    void jsonSaysTheSame() throws IOException {
        JsonNode tree = new ObjectMapper().readTree(inspected(MODELS.resolve("tiny-vit-3.onnx"), "--json"));
        assertTrue(tree.path("scorable").asBoolean());
        assertTrue(tree.path("reason").isNull());
        assertEquals("[\"ai.onnx 17\"]", tree.path("opsets").toString());
        assertEquals(
                "[{\"name\":\"input\",\"type\":\"float\",\"shape\":[\"N\",\"3\",\"32\",\"32\"]}]",
                tree.path("inputs").toString());
        assertEquals("input", tree.path("samples_input").asText());
        assertEquals("logits", tree.path("output").asText());
        assertEquals("[3,32,32]", tree.path("sample").toString());
        assertEquals("batched", tree.path("engine").asText());
        assertEquals(44, tree.path("parameters").size());
        long elements = 0;
        for (JsonNode parameter : tree.path("parameters")) {
            elements += parameter.path("elements").asLong();
        }
        assertEquals(elements, tree.path("params").asLong());
        assertEquals(
                "{\"name\":\"cls_token\",\"role\":\"embedding\",\"shape\":[1,1,32],\"elements\":32}",
                tree.path("parameters").path(0).toString());
        assertEquals("a scalar", tree.at("/left_out/0/reason").asText());
        assertTrue(tree.path("peak_bytes").asLong() > 1_000_000);
        assertEquals(
                "{\"domain\":\"ai.onnx\",\"operator\":\"Add\",\"nodes\":43,\"constant\":0,\"gradient\":\"rule\"}",
                tree.at("/operators/0").toString());
        JsonNode refused = new ObjectMapper().readTree(inspected(refused(), "--json"));
        assertFalse(refused.path("scorable").asBoolean());
        assertTrue(refused.path("reason").asText().contains("Swirl"), refused::toPrettyString);
        assertTrue(refused.path("engine").isNull());
        assertTrue(refused.path("macs").isNull());
    }

    /** What is asked for changes what counts and what is estimated. */
    @Test
    void optionsOfTheKernelMatter() throws IOException {
        Path model = MODELS.resolve("tiny-vit-3.onnx");
        ObjectMapper mapper = new ObjectMapper();
        JsonNode all = mapper.readTree(inspected(model, "--json"));
        JsonNode weights = mapper.readTree(inspected(model, "--json", "--parameters", "weights", "--batch", "64"));
        assertTrue(weights.path("params").asLong() < all.path("params").asLong());
        assertTrue(weights.path("left_out").toString().contains("a vector (--parameters weights)"));
        assertNotEquals(
                all.path("peak_bytes").asLong(), weights.path("peak_bytes").asLong());
        JsonNode none = mapper.readTree(inspected(model, "--json", "--output", "scores"));
        assertFalse(none.path("scorable").asBoolean());
        assertTrue(none.path("reason").asText().contains("scores"), none.path("reason")::asText);
    }

    @Test
    void noLineIsWiderThanATerminal() throws IOException {
        for (String text : List.of(inspected(MODELS.resolve("tiny-pit-1.onnx"), "--all"), inspected(refused()))) {
            text.lines().forEach(line -> assertTrue(line.codePointCount(0, line.length()) <= 80, line));
        }
    }

    @Test
    void whatIsNoModelIsAnError() throws IOException {
        Path file = Files.writeString(folder.resolve("text.onnx"), "no model");
        Shell shell = Shell.vintk("inspect", file);
        assertEquals(ExitCode.NOTHING_SCORED, shell.code());
        assertTrue(shell.err().contains("is not an ONNX model"), shell.err());
        assertEquals(
                ExitCode.USAGE, Shell.vintk("inspect", file, "--batch", "0").code());
    }

    /** Whether it may be scored is told without a run, for files of many exporters. */
    @ParameterizedTest
    @ValueSource(strings = {"dev/tv_vit", "dev/tv_resnet18", "dev/albert_tied", "dev/tv_swin", "dev/mnist_cntk"})
    void filesThatScore(String name) throws IOException {
        Path model = SharedFolder.require("external/" + name + "/model.onnx");
        JsonNode tree = new ObjectMapper().readTree(inspected(model, "--json", "--batch", "2"));
        assertTrue(tree.path("scorable").asBoolean(), tree.path("reason")::asText);
    }

    /** The sum of a Softmax is constant: {@code score} finds it out by running, {@code inspect} by looking. */
    @Test
    void aSoftmaxAtTheEndIsSeen() throws IOException {
        Path model = SharedFolder.require("external/dev/ultraface_slim/model.onnx");
        JsonNode tree = new ObjectMapper().readTree(inspected(model, "--json", "--batch", "1"));
        assertTrue(tree.path("reason").asText().contains("it is a Softmax"), tree.path("reason")::asText);
        JsonNode other =
                new ObjectMapper().readTree(inspected(model, "--json", "--batch", "1", "--reduction", "class:1"));
        assertTrue(other.path("scorable").asBoolean(), other.path("reason")::asText);
    }
}
