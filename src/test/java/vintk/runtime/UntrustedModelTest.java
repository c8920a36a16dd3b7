package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static vintk.runtime.FuzzSeeds.body;
import static vintk.runtime.FuzzSeeds.calling;
import static vintk.runtime.FuzzSeeds.floats;
import static vintk.runtime.FuzzSeeds.function;
import static vintk.runtime.FuzzSeeds.graph;
import static vintk.runtime.FuzzSeeds.inner;
import static vintk.runtime.FuzzSeeds.input;
import static vintk.runtime.FuzzSeeds.longs;
import static vintk.runtime.FuzzSeeds.loop;
import static vintk.runtime.FuzzSeeds.lying;
import static vintk.runtime.FuzzSeeds.model;
import static vintk.runtime.FuzzSeeds.node;
import static vintk.runtime.FuzzSeeds.tensor;

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
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import vintk.onnx.Shape;

/** Models made to harm: each is refused in one line that says what is wrong, in bounded time. */
class UntrustedModelTest extends Refusals {
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
        // A sparse file takes no room, and days to read.
        try (RandomAccessFile sparse =
                new RandomAccessFile(folder.resolve("sparse.bin").toFile(), "rw")) {
            sparse.setLength(3L << 30);
            open(write(
                            "large.onnx",
                            model(reading(external(
                                            "location",
                                            "sparse.bin",
                                            "offset",
                                            Long.toString(5L << 29),
                                            "length",
                                            "64")))
                                    .build()
                                    .toByteArray()))
                    .close();
            sparse.setLength(1L << 43);
        }
        assertRefused(reading(external("location", "sparse.bin", "length", "64")), "sparse.bin", "GB of memory");
    }

    @Test
    void tensorsThatNameOnePartOfAFile() throws IOException {
        try (RandomAccessFile sparse =
                new RandomAccessFile(folder.resolve("w.bin").toFile(), "rw")) {
            sparse.setLength(1L << 30);
        }
        GraphProto.Builder graph = reading(external("location", "w.bin", "length", "64")).toBuilder();
        long gigabytes = Machine.memory() >> 30;
        for (int i = 0; i <= gigabytes; i++) {
            graph.addInitializer(external("location", "w.bin").toBuilder().setName("e" + i));
        }
        assertRefused(graph, "weights of", "GB of memory");
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

    /** Some writers mean a free extent by -1, and some by 0. Other such numbers were taken for free ones too. */
    @Test
    void extentsThatAreNone() throws IOException {
        for (long free : new long[] {0, -1}) {
            open(write("free.onnx", model(declared(0, free)).build().toByteArray()))
                    .close();
        }
        assertRefused(declared(0, -3), "'x'", "got -3 on axis 0");
        assertRefused(declared(1, -3), "'x'", "expected extents of 1 or more, or free ones, got -3 on axis 1");
    }

    private static GraphProto declared(int axis, long extent) {
        GraphProto.Builder graph = graph(node("MatMul", "y", "x", "w")).toBuilder();
        graph.getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(axis)
                .setDimValue(extent);
        return graph.build();
    }

    /** ONNX Runtime reads 32 bits of it. */
    @Test
    void opsetsOutOfRange() throws IOException {
        ModelProto.Builder model = model(graph(node("MatMul", "y", "x", "w")));
        model.getOpsetImportBuilder(0).setVersion(1L << 62);
        assertRefused(model.build(), "is of opset 4611686018427387904, which is out of range");
        model.getOpsetImportBuilder(0).setVersion(17);
        model.addOpsetImportBuilder().setDomain("my").setVersion((1L << 32) + 17);
        assertRefused(model.build(), "is of opset 4294967313 of 'my', which is out of range");
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
}
