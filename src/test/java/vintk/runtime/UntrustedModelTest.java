package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vintk.runtime.FuzzSeeds.body;
import static vintk.runtime.FuzzSeeds.calling;
import static vintk.runtime.FuzzSeeds.custom;
import static vintk.runtime.FuzzSeeds.floats;
import static vintk.runtime.FuzzSeeds.function;
import static vintk.runtime.FuzzSeeds.graph;
import static vintk.runtime.FuzzSeeds.info;
import static vintk.runtime.FuzzSeeds.inner;
import static vintk.runtime.FuzzSeeds.input;
import static vintk.runtime.FuzzSeeds.integer;
import static vintk.runtime.FuzzSeeds.longs;
import static vintk.runtime.FuzzSeeds.loop;
import static vintk.runtime.FuzzSeeds.lying;
import static vintk.runtime.FuzzSeeds.model;
import static vintk.runtime.FuzzSeeds.node;
import static vintk.runtime.FuzzSeeds.tensor;
import static vintk.runtime.FuzzSeeds.typed;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.onnx.Shape;

/** Models made to harm: each is refused in one line that says what is wrong, in bounded time. */
class UntrustedModelTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long HUGE = 1L << 60;

    @TempDir
    private Path folder;

    private void assertRefused(GraphProto graph, String... words) throws IOException {
        assertRefused(model(graph).build(), words);
    }

    private void assertRefused(GraphProto.Builder graph, String... words) throws IOException {
        assertRefused(graph.build(), words);
    }

    private void assertRefused(ModelProto model, String... words) throws IOException {
        assertRefused(write("bad.onnx", model.toByteArray()), words);
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    /** Read and differentiated, as every command does. */
    private static void assertRefused(Path file, String... words) {
        ModelException refused = assertTimeoutPreemptively(
                LIMIT, () -> assertThrows(ModelException.class, () -> open(file).close()));
        String message = refused.getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), () -> "'" + word + "' in: " + message);
        }
        assertTrue(message.length() < 1000 && message.lines().count() == 1, message);
    }

    private static KernelEngine open(Path file) {
        Network network = OnnxNetwork.read(file);
        return KernelEngine.open(network, 2, network.sampleShape(Shape.of(3, 8, 8)), KernelOptions.defaults());
    }

    /** The attacks change models that are good. */
    @Test
    void seedsAreGood() throws IOException {
        open(write("good.onnx", FuzzSeeds.all().get(0).toByteArray())).close();
        open(write("good.onnx", model(loop(3)).build().toByteArray())).close();
        for (ModelProto seed : FuzzSeeds.all().subList(1, 5)) {
            Network network = OnnxNetwork.read(write("good.onnx", seed.toByteArray()));
            assertFalse(network.graph(2, network.sampleShape(Shape.of(3, 8, 8)))
                    .outputs()
                    .isEmpty());
        }
    }

    // ---- files

    @Test
    void noModelFile() throws IOException {
        assertRefused(folder, "is not a file");
        assertRefused(write("empty.onnx", new byte[0]), "0 bytes");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("archive/data.pkl"));
            zip.write(new byte[1000]);
        }
        assertRefused(write("weights.pt", bytes.toByteArray()), "not an ONNX model");
    }

    /** Cut at any place: never half a model. */
    @Test
    void truncatedFiles() throws IOException {
        for (Path file : models()) {
            byte[] whole = Files.readAllBytes(file);
            for (int part = 0; part < 16; part++) {
                int length = Math.max(1, (int) ((long) whole.length * part / 16));
                assertRefused(write("cut.onnx", Arrays.copyOf(whole, length)), "cut.onnx");
            }
            assertRefused(write("cut.onnx", Arrays.copyOf(whole, whole.length - 1)), "cut.onnx");
        }
    }

    private static List<Path> models() throws IOException {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("models"))) {
            at = at.getParent();
        }
        try (Stream<Path> files = Files.list(at.resolve("models"))) {
            List<Path> models =
                    files.filter(f -> f.toString().endsWith(".onnx")).toList();
            assertFalse(models.isEmpty());
            return models;
        }
    }

    // ---- external data

    private static TensorProto external(String... entries) {
        TensorProto.Builder tensor = floats("e", 4, 4).toBuilder().clearFloatData();
        tensor.setDataLocation(TensorProto.DataLocation.EXTERNAL);
        for (int i = 0; i < entries.length; i += 2) {
            tensor.addExternalDataBuilder().setKey(entries[i]).setValue(entries[i + 1]);
        }
        return tensor.build();
    }

    private static GraphProto reading(TensorProto tensor) {
        return graph(node("MatMul", "y", "x", "e")).toBuilder()
                .addInitializer(tensor)
                .build();
    }

    @Test
    void externalDataStaysInTheFolder() throws IOException {
        Path secret = Files.write(Files.createTempFile("secret", ".bin"), new byte[64]);
        String outside = "outside of the model's folder";
        assertRefused(reading(external("location", secret.toString())), outside);
        assertRefused(reading(external("location", "../" + secret.getFileName())), outside);
        assertRefused(reading(external("location", "a/../../" + secret.getFileName())), outside);
        assertRefused(reading(external("location", "")), outside);
        assertRefused(reading(external("location", "a\0b")), "external data");
        Files.createSymbolicLink(folder.resolve("link.bin"), secret);
        assertRefused(reading(external("location", "link.bin")), outside);
        Files.createSymbolicLink(folder.resolve("up"), secret.getParent());
        assertRefused(reading(external("location", "up/" + secret.getFileName())), outside);
        Files.createDirectory(folder.resolve("sub"));
        assertRefused(reading(external("location", "sub")), "is no file");
        Files.delete(secret);
    }

    @Test
    void externalDataFits() throws IOException {
        write("w.bin", new byte[64]);
        open(write(
                        "good.onnx",
                        model(reading(external("location", "w.bin"))).build().toByteArray()))
                .close();
        for (String[] more : new String[][] {
            {"length", "65"},
            {"offset", "-64", "length", "64"},
            {"offset", "-1"},
            {"offset", "65"},
            {"length", "-1"},
            {"offset", Long.toString(Long.MAX_VALUE), "length", "64"},
            {"offset", Long.toString(Long.MIN_VALUE)},
            {"length", Long.toString(Long.MAX_VALUE)}
        }) {
            String[] entries = Stream.concat(Stream.of("location", "w.bin"), Stream.of(more))
                    .toArray(String[]::new);
            assertRefused(reading(external(entries)), "'e'", "which has 64");
        }
        assertRefused(reading(external("location", "w.bin", "length", "1e3")), "no number");
        assertRefused(reading(external("location", "w.bin", "offset", "32")), "'e'", "32 bytes");
        assertRefused(reading(external("location", "none.bin")), "no such file");
    }

    @Test
    void externalDataElsewhere() throws IOException {
        write("w.bin", new byte[64]);
        TensorProto tensor = external("location", "w.bin");
        NodeProto constant = node("Constant", "e", tensor("value", tensor));
        assertRefused(graph(constant, node("MatMul", "y", "x", "e")), "another file");
        GraphProto body = inner(node("MatMul", "p", "x", "e"), "p").toBuilder()
                .addInitializer(tensor)
                .build();
        assertRefused(graph(conditional(body, body)), "external data was not loaded");
        FunctionProto outer = function(
                "Outer",
                constant.toBuilder()
                        .setAttribute(
                                0,
                                AttributeProto.newBuilder()
                                        .setName("value")
                                        .setType(AttributeProto.AttributeType.TENSOR)
                                        .setRefAttrName("weight"))
                        .build(),
                node("MatMul", "b", "a", "e"));
        assertRefused(
                calling(outer.toBuilder()
                                .addAttributeProto(tensor("weight", tensor))
                                .build())
                        .build(),
                "another file");
    }

    private static NodeProto conditional(GraphProto yes, GraphProto no) {
        return node("If", "y", "truth").toBuilder()
                .addAttribute(body("then_branch", yes))
                .addAttribute(body("else_branch", no))
                .build();
    }

    // ---- tensors

    @Test
    void extents() throws IOException {
        GraphProto.Builder good = graph(node("MatMul", "y", "x", "w")).toBuilder();
        String many = "more elements than can be counted";
        assertRefused(good.clone().setInitializer(0, lying("w", HUGE)), "'w'", "16 bytes");
        assertRefused(good.clone().setInitializer(0, lying("w", HUGE, HUGE)), "'w'", many);
        assertRefused(good.clone().setInitializer(0, lying("w", 1L << 32, 1L << 32)), "'w'", many);
        assertRefused(good.clone().setInitializer(0, lying("w", 1L << 62)), "'w'", many);
        assertRefused(good.clone().setInitializer(0, lying("w", -1, -16)), "'w'", "extents of 0 or more");
        assertRefused(good.clone().setInitializer(0, lying("w", 4, 4)), "'w'", "16 bytes");
        assertRefused(good.clone().setInput(0, input("x", 0, HUGE)), "'x'", "more elements");
        assertRefused(good.clone().setInput(0, input("x", 0, 1L << 20, 1L << 20)), "'x'", "more elements");
        GraphProto.Builder many8 = good.clone();
        IntStream.range(0, 8).forEach(i -> many8.addInput(input("z" + i, 1L << 28)));
        assertRefused(many8, "are filled");
        TensorProto strings = TensorProto.newBuilder()
                .setName("w")
                .setDataType(TensorProto.DataType.STRING_VALUE)
                .addDims(1)
                .addStringData(ByteString.copyFromUtf8("text"))
                .build();
        assertRefused(good.clone().setInitializer(0, strings), "'w'", "strings");
        SparseTensorProto sparse = SparseTensorProto.newBuilder()
                .setValues(floats("s", 1))
                .setIndices(longs("", 3))
                .addDims(HUGE)
                .build();
        assertRefused(good.clone().addSparseInitializer(sparse), "sparse");
    }

    /** Few bytes that ask for much memory. */
    @Test
    void inflation() throws IOException {
        TensorProto big = longs("big", 10_000_000L, 1_000_000L);
        String memory = "memory";
        assertRefused(
                graph(node("ConstantOfShape", "z", "big"), node("ReduceSum", "s", "z"), node("Add", "y", "x", "s"))
                        .toBuilder()
                        .addInitializer(big),
                "'z'",
                memory);
        assertRefused(
                graph(node("ReduceSum", "s", "x"), node("Expand", "y", "s", "big")).toBuilder()
                        .addInitializer(big),
                "'y'",
                memory);
        assertRefused(graph(node("Tile", "y", "x", "big")).toBuilder().addInitializer(big), "'y'", memory);
    }

    // ---- functions and graphs

    @Test
    void recursion() throws IOException {
        assertRefused(calling(function("Outer", custom("Outer", "b", "a"))).build(), "my.Outer", "calls itself");
        assertRefused(
                calling(function("Outer", custom("Other", "b", "a")), function("Other", custom("Outer", "b", "a")))
                        .build(),
                "calls itself");
        FunctionProto[] chain = IntStream.range(0, 20_000)
                .mapToObj(i -> function(i == 0 ? "Outer" : "F" + i, custom("F" + (i + 1), "b", "a")))
                .toArray(FunctionProto[]::new);
        assertRefused(calling(chain).build(), "deeper than 64");
    }

    /** Each function calls the next ten times: 10^10 nodes in a kilobyte. */
    @Test
    void expansion() throws IOException {
        FunctionProto[] bomb = IntStream.range(0, 10)
                .mapToObj(i -> function(
                        i == 0 ? "Outer" : "F" + i,
                        IntStream.range(0, 10)
                                .mapToObj(j ->
                                        custom("F" + (i + 1), j == 9 ? "b" : "v" + j, j == 0 ? "a" : "v" + (j - 1)))
                                .toArray(NodeProto[]::new)))
                .toArray(FunctionProto[]::new);
        assertRefused(calling(bomb).build(), "expanded", "at most 50000");
        // The same in sub-graphs, which count.
        NodeProto[] thousand = IntStream.range(0, 1000)
                .mapToObj(i -> node("Relu", "r" + i, i == 0 ? "a" : "r" + (i - 1)))
                .toArray(NodeProto[]::new);
        GraphProto body = GraphProto.newBuilder()
                .addAllNode(List.of(thousand))
                .addOutput(info("r999"))
                .build();
        FunctionProto inner = function(
                "F1",
                conditional(body, body).toBuilder()
                        .setInput(0, "a")
                        .setOutput(0, "b")
                        .build());
        NodeProto[] calls = IntStream.range(0, 100)
                .mapToObj(i -> custom("F1", i == 99 ? "b" : "v" + i, i == 0 ? "a" : "v" + (i - 1)))
                .toArray(NodeProto[]::new);
        assertRefused(calling(function("Outer", calls), inner).build(), "expanded", "at most 50000");
        assertRefused(
                graph(node("Relu", "y", "x").toBuilder()
                        .setName("n".repeat(100_000))
                        .build()),
                "characters");
    }

    @Test
    void graphs() throws IOException {
        assertRefused(graph(node("Add", "a", "x", "y"), node("Relu", "y", "a")), "cycle");
        assertRefused(graph(node("Relu", "y", "x"), node("Relu", "y", "w")), "'y'", "two nodes");
        assertRefused(graph(node("Relu", "y", "nothing")), "nothing");
        assertRefused(graph(node("Relu", "y")), "inputs");
        assertRefused(graph(custom("Frobnicate", "y", "x")), "Frobnicate");
        GraphProto.Builder many = graph(node("Relu", "y", "x")).toBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            many.addNode(node("Relu", "r" + i, "x"));
        }
        assertRefused(many, "1000001 nodes", "at most 50000");
        GraphProto nested = inner(node("Relu", "p", "x"), "p");
        for (int i = 0; i < 30; i++) {
            nested = inner(conditional(nested, nested.toBuilder().clearNode().build()), "y");
        }
        assertRefused(graph(conditional(nested, nested)), "nested deeper than 8");
    }

    /** Each insertion makes a list of its own. */
    @Test
    void sequences() throws IOException {
        GraphProto.Builder graph = graph(node("SequenceConstruct", "s0", "x")).toBuilder();
        for (int i = 1; i < 6_000; i++) {
            graph.addNode(node("SequenceInsert", "s" + i, "s" + (i - 1), "x"));
        }
        assertRefused(
                graph.addNode(
                        node("ConcatFromSequence", "y", "s5999").toBuilder().addAttribute(integer("axis", 0))),
                "more than 10000000 elements");
    }

    @Test
    void namesOfInitializers() throws IOException {
        GraphProto.Builder graph = graph(node("Relu", "y", "x")).toBuilder();
        graph.addInitializer(graph.getInitializer(0));
        assertRefused(graph, "two initializers have the name");
    }

    @Test
    void loops() throws IOException {
        assertRefused(loop(1_000_000_000_000L), "unrolled", "at most 50000");
        assertRefused(loop(Long.MAX_VALUE - 1), "unrolled");
        ModelProto scan = FuzzSeeds.all().get(4);
        GraphProto.Builder wide = scan.getGraph().toBuilder();
        wide.setInput(0, input("x", 1L << 20, 4));
        assertRefused(wide, "Scan");
        NodeProto backwards = wide.getNode(0).toBuilder()
                .setAttribute(0, integer("num_scan_inputs", -1))
                .build();
        assertRefused(scan.getGraph().toBuilder().setNode(0, backwards), "Scan");
        // A condition that is computed: known at each round, and true for 10^12 of them.
        GraphProto body = GraphProto.newBuilder()
                .setName("b")
                .addInput(typed("i", 7))
                .addInput(typed("c", 9))
                .addInput(typed("v", 1))
                .addNode(node("Less", "go", "i", "end"))
                .addNode(node("Relu", "n", "v"))
                .addOutput(info("go"))
                .addOutput(info("n"))
                .build();
        NodeProto loop = node("Loop", List.of("y"), "", "", "x").toBuilder()
                .addAttribute(body("body", body))
                .build();
        TensorProto end =
                longs("end", 1_000_000_000_000L).toBuilder().clearDims().build();
        assertRefused(graph(loop).toBuilder().addInitializer(end), "rounds");
    }
}
