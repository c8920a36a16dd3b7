package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** What cannot be used is said in one clear line, with the right exit code. */
class BadInputTest {
    @TempDir
    private Path folder;

    private Path good;
    private Path input;

    @BeforeEach
    void files() throws IOException {
        good = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");
        input = npy("x.npy", 2, 3, 32, 32);
    }

    private Path npy(String name, long... shape) throws IOException {
        float[] data = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) Math.sin(i);
        }
        Path file = folder.resolve(name);
        Npy.write(file, NpyArray.of(shape, data));
        return file;
    }

    private Path model(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private Shell kernel(Path model, Path inputs) {
        return Shell.vintk("kernel", model, "--input", inputs, "--out", folder.resolve("k.npy"));
    }

    /** One line on standard error that holds all the words, and nothing on standard output. */
    static void assertOneLine(int code, Shell shell, String... words) {
        assertEquals(code, shell.code(), shell.err());
        assertEquals(1, shell.err().lines().count(), shell.err());
        assertEquals("", shell.out());
        for (String word : words) {
            assertTrue(shell.err().contains(word), () -> "'" + word + "' in: " + shell.err());
        }
    }

    @Test
    void truncatedFile() throws IOException {
        byte[] bytes = Files.readAllBytes(good);
        Path cut = model("cut.onnx", Arrays.copyOf(bytes, bytes.length / 2));
        assertOneLine(ExitCode.NOTHING_SCORED, kernel(cut, input), "cut.onnx", "cut off");
    }

    @Test
    void textFile() throws IOException {
        Path text = model("text.onnx", "hello world, I am no model\n".getBytes());
        assertOneLine(ExitCode.NOTHING_SCORED, kernel(text, input), "text.onnx", "not an ONNX model");
    }

    @Test
    void missingAndEmptyFile() throws IOException {
        assertOneLine(
                ExitCode.NOTHING_SCORED, kernel(folder.resolve("none.onnx"), input), "none.onnx", "does not exist");
        assertOneLine(
                ExitCode.NOTHING_SCORED, kernel(model("empty.onnx", new byte[0]), input), "empty.onnx", "0 bytes");
    }

    @Test
    void unknownOperator() throws IOException {
        ModelProto.Builder proto = ModelProto.parseFrom(Files.readAllBytes(good)).toBuilder();
        proto.getGraphBuilder().getNodeBuilder(3).setOpType("Frobnicate");
        Path unknown = model("unknown.onnx", proto.build().toByteArray());
        assertOneLine(ExitCode.NOTHING_SCORED, kernel(unknown, input), "Frobnicate");
        Shell scored = Shell.vintk("score", unknown, good, "--batch", 2);
        assertEquals(ExitCode.SOME_FAILED, scored.code());
        assertTrue(scored.out().contains("unsupported-op"), scored.out());
    }

    @Test
    void externalData() throws IOException {
        assertExternal("weights.bin", "weights.bin", "no such file");
        assertExternal("../../etc/passwd", "outside of the model's folder");
        assertExternal("/etc/passwd", "outside of the model's folder");
        Files.write(folder.resolve("short.bin"), new byte[8]);
        assertExternal("short.bin", "short.bin", "which has 8");
    }

    private void assertExternal(String location, String... words) throws IOException {
        ModelProto.Builder proto = ModelProto.parseFrom(Files.readAllBytes(good)).toBuilder();
        TensorProto.Builder tensor = proto.getGraphBuilder().getInitializerBuilder(3);
        long bytes = tensor.getRawData().size();
        tensor.clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", location))
                .addExternalData(entry("length", Long.toString(bytes)));
        Path external = model("external.onnx", proto.build().toByteArray());
        assertOneLine(ExitCode.NOTHING_SCORED, kernel(external, input), words);
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
    }

    /** A model made to harm, among others: they are scored. */
    @Test
    void oneBadModelOfThree() throws IOException {
        ModelProto.Builder proto = ModelProto.parseFrom(Files.readAllBytes(good)).toBuilder();
        proto.getGraphBuilder().getInitializerBuilder(3).clearDims().addDims(1L << 60);
        Path bad = model("bad.onnx", proto.build().toByteArray());
        Path other = ProjectRoot.path().resolve("models/tiny-pit-1.onnx");
        Shell ranked = Shell.vintk("rank", good, bad, other, "--batch", 2);
        assertEquals(ExitCode.SOME_FAILED, ranked.code(), ranked.err());
        assertTrue(ranked.out().contains("invalid-model"), ranked.out());
        assertTrue(ranked.out().contains("tiny-vit-3"), ranked.out());
        assertTrue(ranked.out().contains("tiny-pit-1"), ranked.out());
        assertEquals(
                1, ranked.out().lines().filter(l -> l.contains("invalid-model")).count(), ranked.out());
    }

    @Test
    void wrongShape() throws IOException {
        Shell shell = kernel(good, npy("grey.npy", 2, 1, 28, 28));
        assertOneLine(ExitCode.USAGE, shell, "grey.npy", "[?, 3, 32, 32]", "[1x28x28]");
    }

    @Test
    void nan() throws IOException {
        NpyArray array = Npy.read(input);
        float[] data = array.floats();
        data[7] = Float.NaN;
        Path file = folder.resolve("nan.npy");
        Npy.write(file, NpyArray.of(array.shape(), data));
        assertOneLine(ExitCode.USAGE, kernel(good, file), "nan.npy", "NaN", "element 7");
        // Said once, not of every model.
        assertOneLine(ExitCode.USAGE, Shell.vintk("score", good, "--inputs", file, "--batch", 2), "nan.npy", "NaN");
    }

    @Test
    void unknownNames() {
        assertOneLine(
                ExitCode.USAGE, Shell.vintk("rank", "no-such-space", "--count", 2), "no-such-space", "autoformer-tiny");
        assertOneLine(ExitCode.USAGE, Shell.vintk("score", good, "--views", "identity,blur:3"), "blur", "high-pass");
        assertOneLine(ExitCode.USAGE, Shell.vintk("score", good, "--statistic", "size"), "size", "log-cond");
        assertOneLine(ExitCode.USAGE, Shell.vintk("score", good, "--reduction", "max"), "max", "trace:K");
        assertOneLine(ExitCode.USAGE, Shell.vintk("score", good, "--include", "["), "--include", "regular expression");
        assertOneLine(ExitCode.USAGE, Shell.vintk("score", good, "--out", "results.xls"), "results.xls", ".csv");
        assertOneLine(
                ExitCode.NOTHING_SCORED,
                Shell.vintk("kernel", good, "--input", input, "--output", "probs", "--out", folder.resolve("k.npy")),
                "probs",
                "logits");
    }

    /** A model that takes too long fails alone; without a limit the next one is scored. */
    @Test
    void timeout() {
        Shell late = Shell.vintk("score", good, "--batch", 64, "--timeout", 0.001);
        assertEquals(ExitCode.NOTHING_SCORED, late.code());
        assertTrue(late.out().contains("timeout"), late.out());
        assertEquals(ExitCode.OK, Shell.vintk("score", good, "--batch", 2).code());
    }

    /** An unknown option also says where to read on. */
    @Test
    void unknownOption() {
        Shell shell = Shell.vintk("rank", "pit", "--cuont", "3");
        assertEquals(ExitCode.USAGE, shell.code());
        assertTrue(shell.err().startsWith("vintk: Unknown option"), shell.err());
        assertTrue(shell.err().contains("vintk rank --help"), shell.err());
        assertFalse(shell.err().contains("\tat "), shell.err());
    }

    @Test
    void outputThatCannotBeWritten() throws IOException {
        Path file = Files.createFile(folder.resolve("a-file"));
        Path inside = file.resolve("results.csv");
        assertOneLine(ExitCode.USAGE, Shell.vintk("rank", good, "--out", inside, "--batch", 2), "a-file");
        assertOneLine(ExitCode.USAGE, Shell.vintk("generate", "pit", "--out", file), "a-file");
        assertOneLine(ExitCode.USAGE, Shell.vintk("kernel", good, "--input", input, "--out", inside), "a-file");
        Path process = Path.of("/proc/k.npy");
        if (Files.isDirectory(process.getParent())) {
            // Known before the model is read.
            Path none = folder.resolve("none.onnx");
            Shell shell = Shell.vintk("kernel", none, "--input", input, "--out", process);
            assertOneLine(ExitCode.USAGE, shell, "Cannot write /proc/k.npy");
        }
    }

    /** What a command reads it does not write over. */
    @Test
    void outputsThatAreInputs() throws IOException {
        Path model = Files.copy(good, folder.resolve("copy.onnx"));
        byte[] before = Files.readAllBytes(model);
        String refused = "would be written over";
        assertOneLine(
                ExitCode.USAGE, Shell.vintk("kernel", model, "--input", input, "--out", model), "copy.onnx", refused);
        assertOneLine(ExitCode.USAGE, Shell.vintk("kernel", model, "--input", input, "--out", input), "x.npy", refused);
        assertOneLine(ExitCode.USAGE, Shell.vintk("differentiate", model, "--out", model), "copy.onnx", refused);
        Path both = folder.resolve("both.npy");
        assertOneLine(
                ExitCode.USAGE,
                Shell.vintk("kernel", model, "--input", input, "--out", both, "--per-parameter", both),
                refused);
        Path list = Files.writeString(folder.resolve("list.jsonl"), "{\"space\":\"pit\"}\n");
        assertOneLine(ExitCode.USAGE, Shell.vintk("rank", "--candidates", list, "--out", list), "list.jsonl", refused);
        assertOneLine(
                ExitCode.USAGE,
                Shell.vintk("rank", good, "--batch", 2, "--out", list),
                "list.jsonl",
                "holds something else than results");
        assertArrayEquals(before, Files.readAllBytes(model));
        assertEquals("{\"space\":\"pit\"}\n", Files.readString(list));
    }

    /** No file of one vector gives it. */
    @Test
    void aKernelOfAllOutputsInAFile() {
        Object[] words = {"differentiate", good, "--out", folder.resolve("k.onnx"), "--reduction", "full"};
        assertEquals(ExitCode.OK, Shell.vintk(words).code());
        Object[] kernel = Arrays.copyOf(words, words.length + 2);
        kernel[words.length] = "--outputs";
        kernel[words.length + 1] = "kernel";
        assertOneLine(ExitCode.USAGE, Shell.vintk(kernel), "--reduction full", "--outputs jacobian");
    }

    /** The option is wrong, not every model. */
    @Test
    void inputsThatAreNone() throws IOException {
        Shell few = Shell.vintk("score", good, "--batch", 4, "--inputs", input);
        assertOneLine(ExitCode.USAGE, few, "x.npy: expected images of shape (4 or more, 3, 32, 32)");
        Path empty = Files.createDirectory(folder.resolve("pictures"));
        assertOneLine(
                ExitCode.USAGE, Shell.vintk("score", good, "--inputs", empty), "expected 32 images or more, found 0");
    }

    /** A model that takes samples of one size and does not say which. */
    @Test
    void sizeThatDoesNotFit() throws IOException {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, 3, 8, 8));
        Value flat = Ops.node("Flatten", TensorType.of(DataType.FLOAT, 1, 192), Attributes.NONE, x);
        Value weights = Value.initializer("w", Tensor.filled(TensorType.of(DataType.FLOAT, 192, 5), 0.25));
        Graph graph = new Graph("sized", List.of(x), Map.of("y", Ops.matMul(flat, weights)));
        ModelProto.Builder proto = ModelWriter.modelOfFreeBatch(graph).toBuilder();
        TensorShapeProto.Builder shape = proto.getGraphBuilder()
                .getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder();
        shape.getDimBuilder(2).setDimParam("H");
        shape.getDimBuilder(3).setDimParam("W");
        Path sized = model("sized.onnx", proto.build().toByteArray());
        Shell shell = Shell.vintk("score", sized, "--batch", 3);
        assertEquals(ExitCode.NOTHING_SCORED, shell.code(), shell.err());
        assertTrue(
                shell.out().replaceAll("\\s+", " ").contains("[3x224x224] were tried: another size may fit"),
                shell.out());
        assertEquals(
                ExitCode.OK,
                Shell.vintk("score", sized, "--batch", 3, "--size", 8).code());
    }

    /** The option is wrong, not the model. */
    @Test
    void aVectorOfAnotherShape() throws IOException {
        Path out = folder.resolve("k.npy");
        String vector = "vector:" + npy("v.npy", 3);
        Shell shell = Shell.vintk("kernel", good, "--input", input, "--reduction", vector, "--out", out);
        assertOneLine(ExitCode.USAGE, shell, "vector has shape (3,)", "[10]");
        Path written = folder.resolve("d.onnx");
        Shell differentiated = Shell.vintk("differentiate", good, "--reduction", vector, "--out", written);
        assertOneLine(ExitCode.USAGE, differentiated, "vector has shape (3,)", "[10]");
        Shell nothing = Shell.vintk("differentiate", good, "--reduction", "vector:none.npy", "--out", written);
        assertOneLine(ExitCode.USAGE, nothing, "vector:none.npy: no such file");
        Shell unnamed = Shell.vintk("differentiate", good, "--reduction", "vector", "--out", written);
        assertOneLine(ExitCode.USAGE, unnamed, "vector takes a file: vector:FILE.npy");
        assertOneLine(ExitCode.NOTHING_SCORED, Shell.vintk("check-gradient", "/"), "is not a file but a folder");
    }

    /** A header of a hundred bytes may ask for a walk over 2^62 elements of none. */
    @Test
    void emptyArrays() throws IOException {
        Path empty = folder.resolve("empty.npy");
        Npy.write(empty, NpyArray.of(new long[] {0, 3, 32, 32}, new float[0]));
        assertOneLine(ExitCode.USAGE, kernel(good, empty), "empty.npy", "[N, ...]");
        NpyArray bomb = NpyArray.of(new long[] {Integer.MAX_VALUE, Integer.MAX_VALUE, 0}, new float[0]);
        assertArrayEquals(
                new long[] {0, Integer.MAX_VALUE, Integer.MAX_VALUE},
                bomb.withFirst(2).shape());
    }

    @Test
    void fullKernelOfManyOutputs() throws IOException {
        Shell shell = Shell.vintk(
                "kernel",
                good,
                "--input",
                npy("many.npy", 600, 3, 32, 32),
                "--reduction",
                "full",
                "--out",
                folder.resolve("k.npy"));
        assertOneLine(ExitCode.NOTHING_SCORED, shell, "6000 rows", "GB", "trace:all");
    }

    /** Options that would do nothing, and numbers that are none. */
    @Test
    void options() {
        Shell count = Shell.vintk("rank", "pit", "--count", "ten");
        assertTrue(count.err().contains("'--count': expected a whole number, got 'ten'"), count.err());
        for (String[] words :
                new String[][] {{"score", "-a.onnx", "--batch", "2"}, {"score", good.toString(), "-a.onnx"}}) {
            Shell name = Shell.vintk(words);
            assertTrue(name.err().contains("; a file '-a.onnx' is written ./-a.onnx"), name.err());
        }
        assertFalse(Shell.vintk("score", "--batch", "x", "--", "-a.onnx").err().contains("is written"));
        Shell timeout = Shell.vintk("score", good, "--timeout", "1h");
        assertTrue(timeout.err().contains("'--timeout': expected a number, got '1h'"), timeout.err());
        Path own = ProjectRoot.path().resolve("models/tiny-pit.yaml");
        assertOneLine(
                ExitCode.USAGE,
                Shell.vintk("rank", "tiny-pti", "--space", own, "--count", 2),
                "unknown space 'tiny-pti'",
                "tiny-pit, autoformer-tiny");
        Shell space = Shell.vintk("rank", good, "--space", "none.yaml");
        assertTrue(
                space.err()
                        .contains("--space, --classes, --min-params, --max-params and --max-macs are for candidates"),
                space.err());
        Shell fill = Shell.vintk("rank", "pit", "--count", 2, "--fill", 1);
        assertTrue(fill.err().contains("--fill, --batch-axis and --untie are for ONNX files"), fill.err());
        Shell input = Shell.vintk("rank", "pit", "--count", 2, "--samples-input", "x");
        assertTrue(input.err().contains("--samples-input, --fill, --batch-axis"), input.err());
        Shell forever = Shell.vintk("score", good, "--timeout", "Infinity");
        assertTrue(forever.err().contains("--timeout: expected 0 to"), forever.err());
        Path out = folder.resolve("g.onnx");
        Shell nothing = Shell.vintk("differentiate", good, "--size", 0, "--out", out);
        assertTrue(nothing.err().contains("--size: expected 1 or more, got 0"), nothing.err());
        Shell traces = Shell.vintk("score", good, "--reduction", "trace:2000000000");
        assertTrue(traces.err().contains("at most 10000"), traces.err());
        for (Shell shell : new Shell[] {traces, count, timeout, space, fill, input, forever, nothing}) {
            assertEquals(ExitCode.USAGE, shell.code());
            assertEquals("", shell.out());
        }
    }
}
