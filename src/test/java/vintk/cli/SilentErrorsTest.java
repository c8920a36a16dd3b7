package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Models that could get a number without a meaning get a status, or one line, instead. */
class SilentErrorsTest {
    /** A size that a model does not take changes nothing, which is said. */
    @ParameterizedTest
    @ValueSource(strings = {"kernel", "differentiate", "check-gradient"})
    void aSizeThatIsNotUsed(String command, @TempDir Path folder) {
        Path model = ProjectRoot.path().resolve("models").resolve("tiny-vit-3.onnx");
        List<Object> words = new ArrayList<>(List.of(command, model, "--batch", 2, "--size", 64));
        if (!command.equals("check-gradient")) {
            words.addAll(List.of("--out", folder.resolve(command.equals("kernel") ? "k.npy" : "g.onnx")));
        }
        if (command.equals("kernel")) {
            words.addAll(List.of("--input", "noise"));
        }
        Shell shell = Shell.vintk(words.toArray());
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertTrue(shell.err().contains("fixed to samples of shape [3x32x32]: --size 64 is not used"), shell.err());
        words.add("--quiet");
        assertFalse(Shell.vintk(words.toArray()).err().contains("--size"));
        words.set(5, 32);
        words.remove("--quiet");
        assertFalse(Shell.vintk(words.toArray()).err().contains("--size"));
    }

    private static final int CLASSES = 5;

    @TempDir
    private Path folder;

    private final Value input = Value.input("x", TensorType.of(DataType.FLOAT, 2, 3, 8, 8));

    private static Value weight(String name, long... dims) {
        float[] values = new float[(int) Shape.of(dims).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(1 + 3.7 * i + name.hashCode() % 10);
        }
        return Value.initializer(name, Tensor.floats(Shape.of(dims), values));
    }

    /** [N, 5]: a linear layer, tanh, the mean over pixels, a linear layer. */
    private Value logits() {
        return logits(CLASSES);
    }

    private Value logits(int classes) {
        Value mixed = Ops.matMul(input, weight("first", 8, 6));
        Value pooled = Ops.reduceSum(Ops.unary("Tanh", mixed), false, 2, 3);
        return Ops.matMul(pooled, weight("second", 3, classes));
    }

    private Path file(String name, Value output) throws IOException {
        Path file = folder.resolve(name + ".onnx");
        Graph graph = new Graph(name, List.of(input), Map.of("y", output));
        ModelWriter.write(ModelWriter.modelOfFreeBatch(graph), file);
        return file;
    }

    @Test
    void aSoftmaxAtTheEndHasNoSumToDifferentiate() throws IOException {
        Path softmax = file("softmax", Ops.softmax(logits(), -1));
        Shell shell = Shell.vintk("score", softmax, "--batch", 4);
        assertEquals(ExitCode.NOTHING_SCORED, shell.code());
        assertTrue(shell.out().contains("constant-output"), shell.out());
        assertTrue(shell.out().replaceAll("\\s+", " ").contains("--reduction class:C"), shell.out());
        assertEquals(
                ExitCode.OK,
                Shell.vintk("score", softmax, "--batch", 4, "--reduction", "class:1")
                        .code());
        assertEquals(
                ExitCode.OK,
                Shell.vintk("score", file("logits", logits()), "--batch", 4).code());
    }

    /** Nor where activations are so large that the noise of its gradient is, too. */
    @Test
    void aSoftmaxOfLargeActivations() throws IOException {
        Value pooled = Ops.reduceSum(Ops.matMul(Ops.mul(input, 1e6), weight("first", 8, 6)), false, 2, 3);
        float[] small = new float[3 * CLASSES];
        for (int i = 0; i < small.length; i++) {
            small[i] = 1e-8f * i;
        }
        Value scaled = Ops.matMul(pooled, Value.initializer("small", Tensor.floats(Shape.of(3, CLASSES), small)));
        Value odds = Ops.unary("Exp", scaled);
        Shell shell = Shell.vintk("score", file("large", Ops.div(odds, Ops.reduceSum(odds, true, 1))), "--batch", 4);
        assertEquals(ExitCode.NOTHING_SCORED, shell.code(), shell.out());
        assertTrue(shell.out().contains("constant-output"), shell.out());
    }

    /** Nor by a single vector of random signs, which of two outputs may be the same. */
    @Test
    void norByRandomSigns() throws IOException {
        Value odds = Ops.unary("Exp", Ops.mul(logits(2), 0.1));
        Path softmax = file("two", Ops.div(odds, Ops.reduceSum(odds, true, 1)));
        int refused = 0;
        for (int seed = 0; seed < 6; seed++) {
            Shell shell = Shell.vintk("score", softmax, "--batch", 4, "--seed", seed, "--reduction", "trace:1");
            refused += shell.out().contains("constant-output") ? 1 : 0;
            assertTrue(shell.code() == ExitCode.OK || shell.out().contains("constant-output"), shell.out());
            assertFalse(shell.out().contains("-1"), shell.out());
        }
        assertTrue(0 < refused && refused < 6, refused + " of 6");
    }

    /** Of a dense output it is one place. */
    @Test
    void aClassOfADenseOutput() throws IOException {
        Value dense = Ops.matMul(input, weight("first", 8, 6));
        Shell shell = Shell.vintk("score", file("dense", dense), "--batch", 4, "--reduction", "class:1");
        assertEquals(ExitCode.OK, shell.code(), shell.out());
        String text = shell.out().replaceAll("\\s+", " ");
        assertTrue(text.contains("class:1 is one of the 144 numbers of an output of shape [3x8x6]"), shell.out());
    }

    /** Whatever the seed: random signs of two outputs are the same half of the time, and give their sum again. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void ofTwoClassesNeither(int seed) throws IOException {
        Value odds = Ops.unary("Exp", Ops.mul(logits(2), 0.1));
        Path softmax = file("two", Ops.div(odds, Ops.reduceSum(odds, true, 1)));
        Shell shell = Shell.vintk("score", softmax, "--batch", 4, "--seed", seed);
        assertEquals(ExitCode.NOTHING_SCORED, shell.code(), shell.out());
        assertTrue(shell.out().contains("constant-output"), shell.out());
    }

    /** The first rows of a file, and no others. */
    @Test
    void aBatchOfAFile() throws IOException {
        Path model = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");
        float[] images = new float[4 * 3 * 32 * 32];
        for (int i = 0; i < images.length; i++) {
            images[i] = (float) Math.sin(0.7 * i);
        }
        Path file = folder.resolve("x.npy");
        Npy.write(file, NpyArray.of(new long[] {4, 3, 32, 32}, images));
        double[][] kernels = new double[2][];
        for (int i = 0; i < 2; i++) {
            Path out = folder.resolve("k" + i + ".npy");
            List<Object> words = new ArrayList<>(List.of("kernel", model, "--input", file, "--out", out));
            words.addAll(i == 0 ? List.of() : List.of("--batch", 2));
            Shell shell = Shell.vintk(words.toArray());
            assertEquals(ExitCode.OK, shell.code(), shell.err());
            kernels[i] = Npy.read(out).doubles();
        }
        assertEquals(16, kernels[0].length);
        double[] block = {kernels[0][0], kernels[0][1], kernels[0][4], kernels[0][5]};
        assertArrayEquals(block, kernels[1], 1e-5 * block[0]);
    }

    /** Noise rounded to ids is a few ids. */
    @Test
    void noiseOfIntegersIsSaid() throws IOException {
        Value ids = Value.input("ids", TensorType.of(DataType.INT64, 2, 3));
        Value rows = Ops.node(
                "Gather",
                TensorType.of(DataType.FLOAT, 2, 3, CLASSES),
                Attributes.NONE.with("axis", 0L),
                weight("table", 11, CLASSES),
                ids);
        Graph graph = new Graph("ids", List.of(ids), Map.of("y", Ops.reduceSum(rows, false, 1)));
        Path file = Files.write(
                folder.resolve("ids.onnx"), ModelWriter.modelOfFreeBatch(graph).toByteArray());
        Shell shell = Shell.vintk("check-gradient", file);
        assertTrue(shell.err().contains("input 'ids' takes integers: noise is rounded to a few of them"), shell.err());
    }

    /** The command kernel says the same. */
    @Test
    void kernelsOfNothing() throws IOException {
        Path out = folder.resolve("k.npy");
        Path softmax = file("softmax", Ops.softmax(logits(), -1));
        Shell constant = Shell.vintk("kernel", softmax, "--input", "noise", "--batch", 4, "--out", out);
        assertEquals(ExitCode.NOTHING_SCORED, constant.code());
        assertTrue(constant.err().contains("--reduction class:C"), constant.err());
        assertFalse(Files.exists(out));
        Path roots = file("roots", Ops.sqrt(logits()));
        Shell infinite = Shell.vintk("kernel", roots, "--input", "noise", "--batch", 4, "--out", out);
        assertEquals(ExitCode.NOTHING_SCORED, infinite.code());
        assertEquals("", infinite.out());
        assertTrue(infinite.err().contains("the kernel is NaN between sample 0 and sample 0"), infinite.err());
        assertEquals(1, infinite.err().lines().count(), infinite.err());
        assertTrue(infinite.err().contains("; NaN arises in Sqrt 'y'"), infinite.err());
        Shell checkedRoots = Shell.vintk("check-gradient", roots, "--inputs", "noise");
        assertEquals(ExitCode.NOTHING_SCORED, checkedRoots.code(), checkedRoots.out());
        assertTrue(
                checkedRoots.err().contains("is no number for these samples: NaN arises in Sqrt 'y'"),
                checkedRoots.err());
        Value broken = Value.initializer("broken", Tensor.floats(Shape.of(CLASSES), 1, 2, Float.NaN, 4, 5));
        Path file = file("broken", Ops.mul(logits(), broken));
        Shell nan = Shell.vintk("kernel", file, "--input", "noise", "--batch", 4, "--out", out);
        assertTrue(nan.err().contains("parameter 'broken' has numbers that are not finite"), nan.err());
        Shell checked = Shell.vintk("check-gradient", file, "--inputs", "noise");
        assertEquals(ExitCode.NOTHING_SCORED, checked.code(), checked.out());
        assertTrue(checked.err().contains("parameter 'broken' has numbers that are not finite"), checked.err());
        Shell scored = Shell.vintk("score", file, "--batch", 4);
        assertTrue(scored.out().contains("non-finite"), scored.out());
        assertTrue(scored.out().replaceAll("\\s+", " ").contains("'broken' has numbers"), scored.out());
    }

    /** Forward all is finite: the derivative of a root at 0 is not, and meets its own opposite. */
    @ParameterizedTest
    @ValueSource(strings = {"batched", "per-sample"})
    void whereAGradientIsNoNumber(String engine) throws IOException {
        Value y = logits();
        Path file = file("roots", Ops.add(y, Ops.sqrt(Ops.sub(y, Ops.mul(y, Ops.scalar(DataType.FLOAT, 1))))));
        Shell shell = Shell.vintk("score", file, "--batch", 3, "--engine", engine);
        assertEquals(ExitCode.NOTHING_SCORED, shell.code());
        String text = shell.out().replaceAll("\\s+", " ");
        assertTrue(
                text.contains("NaN arises in Add behind Sqrt 'Sqrt_1', of infinite numbers from Div behind Sqrt"),
                text);
    }

    /** One sample of three, and not the first. */
    @ParameterizedTest
    @ValueSource(strings = {"batched", "per-sample"})
    void whereOneSampleIsNoNumber(String engine) throws IOException {
        Value sums = Ops.reduceSum(input, false, 2, 3);
        Path file = file("roots", Ops.matMul(Ops.sqrt(sums), weight("second", 3, CLASSES)));
        float[] images = new float[3 * 3 * 8 * 8];
        Arrays.fill(images, 1);
        Arrays.fill(images, 2 * 3 * 8 * 8, images.length, -1);
        Path three = folder.resolve("three.npy");
        Npy.write(three, NpyArray.of(new long[] {3, 3, 8, 8}, images));
        Shell shell = Shell.vintk(
                "kernel", file, "--input", three, "--engine", engine, "--out", folder.resolve("k.npy"), "--quiet");
        assertEquals(ExitCode.NOTHING_SCORED, shell.code(), shell.err());
        assertTrue(shell.err().contains("between sample 0 and sample 2; NaN arises in Sqrt"), shell.err());
    }

    /** Batch statistics by primitives: sample by sample the model would be another function. */
    @Test
    void samplesThatMeetHaveNoKernel() throws IOException {
        Value y = logits();
        Path centred = file("centred", Ops.sub(y, Ops.reduceMean(y, 0)));
        Shell shell = Shell.vintk("score", centred, "--batch", 4);
        assertEquals(ExitCode.NOTHING_SCORED, shell.code());
        assertTrue(shell.out().replaceAll("\\s+", " ").contains("samples influence each other"), shell.out());
    }

    /** A matrix for each of three heads is not one for each of three samples. */
    @Test
    void headsAreNotSamples() throws IOException {
        Value one = Value.input("x", TensorType.of(DataType.FLOAT, 1, 3, 8, 8));
        Value rows = Ops.reshape(Ops.unary("Tanh", Ops.matMul(one, weight("first", 8, 6))), 1, 24, 6);
        Value y = Ops.unary("Tanh", Ops.matMul(rows, weight("heads", 3, 6, 2)));
        Path fixed = folder.resolve("heads.onnx");
        ModelWriter.write(new Graph("heads", List.of(one), Map.of("y", y)), fixed);
        double[] auto = kernel(fixed, "auto");
        double[] single = kernel(fixed, "per-sample");
        for (int i = 0; i < auto.length; i++) {
            assertEquals(single[i], auto[i], 1e-4 * Math.abs(single[0]));
        }
    }

    private double[] kernel(Path model, String engine) throws IOException {
        Path out = folder.resolve(engine + ".npy");
        Shell shell = Shell.vintk(
                "kernel",
                model,
                "--input",
                "noise",
                "--batch",
                3,
                "--engine",
                engine,
                "--exclude",
                "heads",
                "--out",
                out);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        return Npy.read(out).doubles();
    }

    @Test
    void aMaskIsNoWeight() throws IOException {
        float[] values = new float[64];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 3 == 0 ? -100 : 0;
        }
        Value mask = Value.initializer("mask", Tensor.floats(Shape.of(8, 8), values));
        Value attention = Ops.softmax(Ops.add(Ops.matMul(input, weight("first", 8, 8)), mask), -1);
        Value y = Ops.reduceSum(Ops.matMul(attention, weight("second", 8, 2)), false, 2);
        String json = parameters(file("mask", y));
        assertTrue(json.contains("\"params\":" + (64 + 16)), json);
        assertTrue(json.contains("\"a mask\""), json);
        String all = parameters(file("mask", y), "--include", ".");
        assertTrue(all.contains("\"params\":" + (64 + 16 + 64)), all);
    }

    private String parameters(Path model, Object... options) throws IOException {
        List<Object> line =
                new ArrayList<>(List.of("kernel", model, "--input", "noise", "--batch", 3, "--json", "--out"));
        line.add(folder.resolve("k.npy"));
        line.addAll(List.of(options));
        Shell shell = Shell.vintk(line.toArray());
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        return shell.out();
    }

    /** Exports in training mode, which keep all parameters apart, are taken as they are in inference. */
    @Test
    void trainingModeIsOff() throws IOException {
        double[] training = kernel(file("training", normalised(1, 3)), "auto");
        double[] inference = kernel(file("inference", normalised(0, 1)), "auto");
        for (int i = 0; i < training.length; i++) {
            assertEquals(inference[i], training[i], 1e-6 * Math.abs(inference[0]));
        }
    }

    private Value normalised(long mode, int outputs) {
        Attributes attributes = mode == 0 ? Attributes.NONE : Attributes.NONE.with("training_mode", mode);
        TensorType statistics = TensorType.of(DataType.FLOAT, 3);
        Value variance = Value.initializer("variance", Tensor.floats(Shape.of(3), 0.5f, 1, 2));
        Node norm = new Node(
                "",
                "BatchNormalization",
                null,
                List.of(input, weight("scale", 3), weight("bias", 3), weight("mean", 3), variance),
                attributes,
                List.of(input.type(), statistics, statistics).subList(0, outputs),
                null);
        return Ops.matMul(Ops.reduceSum(Ops.unary("Tanh", norm.output()), false, 2, 3), weight("last", 3, CLASSES));
    }

    @Test
    void randomNumbersAreRefused() throws IOException {
        Value noise = Ops.node("RandomNormalLike", input.type(), Attributes.NONE, input);
        Value y = Ops.reduceSum(Ops.matMul(Ops.add(input, noise), weight("first", 8, 2)), false, 2, 3);
        Shell shell = Shell.vintk("score", file("noise", y), "--batch", 3);
        assertEquals(ExitCode.NOTHING_SCORED, shell.code());
        assertTrue(shell.out().contains("unsupported-op"), shell.out());
    }

    @Test
    void moreThanTheMachineHasIsRefusedBeforehand() {
        Path model = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");
        Shell shell =
                Shell.vintk("kernel", model, "--input", "noise", "--batch", 40000, "--out", folder.resolve("k.npy"));
        assertEquals(ExitCode.NOTHING_SCORED, shell.code());
        assertTrue(shell.err().contains("GB, this machine has"), shell.err());
    }

    /** Neighbouring seeds share no draws; what is not drawn has no error. */
    @Test
    void repeatsHaveSeedsOfTheirOwn() throws IOException {
        Path model = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");
        String zero = Shell.vintk("score", model, "--batch", 2, "--repeats", 2, "--json")
                .out();
        String one =
                Shell.vintk("score", model, "--batch", 2, "--seed", 1, "--json").out();
        String first = one.substring(one.indexOf("\"vintk\":"), one.indexOf("\"standard_error\""));
        assertTrue(!zero.contains(first), zero);
    }
}
