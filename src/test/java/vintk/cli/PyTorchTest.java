package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.runtime.OnnxFile;
import vintk.space.Spaces;

/**
 * Candidates of every built-in space against PyTorch: logits, kernels and Jacobians of generated files, through the
 * command line, and the ONNX checker on every file that is written.
 *
 * <p>Two sets of weights: those that are drawn, and "shaken" ones ({@code reference.py shake}), because at
 * initialisation biases are 0, scales 1 and attention is nearly uniform, which would hide mistakes there.
 */
class PyTorchTest {
    /** Relative Frobenius error; float32 against float64. Seen: kernels to 4e-7, logits and Jacobians to 1e-6. */
    private static final double TOLERANCE = 1e-5;

    private static final int CLASSES = 3;

    @TempDir
    private Path folder;

    private final Map<String, Double> errors = new LinkedHashMap<>();
    private final List<Path> files = new ArrayList<>();

    private static Reference reference;

    @BeforeAll
    static void python() throws IOException {
        reference = Reference.start();
    }

    @AfterAll
    static void end() {
        if (reference != null) {
            reference.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void drawnWeights(Net net) throws IOException {
        Path images = images("x.npy", net.samples, net.size);
        Path model = generate(net, "none");
        Path jacobian = generate(net, "jacobian", "--batch", net.samples);
        Path kernel = generate(net, "kernel", "--batch", net.samples);
        Path expected = folder.resolve("reference");
        reference.run("compute", model, "--images", images, "--out", expected, "--jacobian", net.jacobian);
        double[] logits = values(expected.resolve("logits.npy"));
        double[] gram = values(expected.resolve("kernel.npy"));

        forwardTakesAnyBatch(model, net, logits);
        Tensor x = tensor(images);
        try (OnnxFile file = new OnnxFile(jacobian)) {
            Map<String, Tensor> outputs = file.run(Map.of("input", x));
            compare("jacobian file: logits", outputs.get("logits").numbers(), logits, TOLERANCE);
            compareJacobian(outputs, expected);
            if (net.small()) {
                compare("jacobian file: Gram matrix", gramOf(outputs, net.samples), gram, TOLERANCE);
            }
        }
        try (OnnxFile file = new OnnxFile(kernel)) {
            Map<String, Tensor> outputs = file.run(Map.of("input", x));
            compare("kernel file: logits", outputs.get("logits").numbers(), logits, TOLERANCE);
            compare("kernel file: kernel", outputs.get("kernel").numbers(), gram, TOLERANCE);
        }
        finish(net + ", weights as drawn");
    }

    @ParameterizedTest
    @EnumSource
    void shakenWeights(Net net) throws IOException {
        Path images = images("x.npy", net.samples, net.size);
        Path model = folder.resolve("shaken.onnx");
        reference.run("shake", generate(net, "none"), "--out", model, "--seed", 1);
        Path vector = vector();
        Path expected = folder.resolve("reference");
        List<Object> wanted = new ArrayList<>(List.of("compute", model, "--images", images, "--out", expected));
        wanted.addAll(List.of("--vector", vector, "--jacobian", net.jacobian));
        if (net.small()) {
            wanted.add("--full");
        }
        reference.run(wanted.toArray());
        double[] gram = values(expected.resolve("kernel.npy"));
        double[] ofVector = values(expected.resolve("kernel-vector.npy"));

        compare("kernel, vector", kernel(model, images, "--reduction", "vector:" + vector), ofVector, TOLERANCE);
        enginesAndTilesAgree(model, net, gram);
        if (net.small()) {
            reductionsAgree(model, images, net, values(expected.resolve("kernel-full.npy")));
            differentiate(model, images, vector, net, expected);
        }
        finish(net + ", shaken weights");
    }

    /**
     * Grids of 16 and more: offsets beyond the largest distance share the outermost rows of the tables. Two blocks of
     * AutoFormer do, as 290 tokens cost the reference much. Where only the class token is read, the positions of the last block's
     * keys add the same to all its logits: their gradient is zero but for rounding.
     */
    @ParameterizedTest
    @CsvSource({
        "autoformer-shallow, patch-mean, rel_[kv]",
        "autoformer-class-token, class-token, 'rel_v|blocks.0.*rel_k|qkv.weight'"
    })
    void clippedRelativePositions(String name, String pooling, String parameters) throws IOException {
        int size = 272;
        Path shallow = folder.resolve("shallow.yaml");
        Files.writeString(
                shallow,
                Spaces.yaml("autoformer-tiny")
                        .replace("[12, 13, 14]", "[2]")
                        .replace("name: autoformer-tiny", "name: " + name)
                        .replace("pooling: patch-mean", "pooling: " + pooling));
        Path images = images("x.npy", 2, size);
        Path drawn = generate(name, Net.AUTOFORMER_TINY.seed, size, "none", "--space", shallow);
        Path model = folder.resolve("shaken.onnx");
        reference.run("shake", drawn, "--out", model, "--seed", 2);
        Path expected = folder.resolve("reference");
        reference.run("compute", model, "--images", images, "--out", expected, "--jacobian", parameters);
        compare("kernel, sum", kernel(model, images), values(expected.resolve("kernel.npy")), TOLERANCE);
        Path file = written("tables.onnx");
        vintk("differentiate", model, "--out", file, "--batch", 2, "--include", parameters);
        try (OnnxFile opened = new OnnxFile(file)) {
            Map<String, Tensor> outputs = opened.run(Map.of("input", tensor(images)));
            compare("logits", outputs.get("logits").numbers(), values(expected.resolve("logits.npy")), TOLERANCE);
            compareJacobian(outputs, expected);
        }
        finish("AutoFormer on a 17×17 grid, " + pooling);
    }

    // ---- parts

    private void forwardTakesAnyBatch(Path model, Net net, double[] logits) throws IOException {
        Tensor five = tensor(images("five.npy", 5, net.size));
        try (OnnxFile file = new OnnxFile(model)) {
            double[] ofFive = file.run(Map.of("input", five)).get("logits").numbers();
            assertEquals(5 * CLASSES, ofFive.length);
            compare("forward, batch 5", Arrays.copyOf(ofFive, logits.length), logits, TOLERANCE);
            Tensor one = first(five, 1);
            double[] ofOne = file.run(Map.of("input", one)).get("logits").numbers();
            compare("forward, batch 1", ofOne, Arrays.copyOf(logits, CLASSES), TOLERANCE);
        }
    }

    /** All gradients that the reference wrote; the worst counts. */
    private void compareJacobian(Map<String, Tensor> outputs, Path folder) throws IOException {
        double worst = 0;
        String where = "";
        List<Path> arrays;
        try (Stream<Path> listed = Files.list(folder.resolve("jacobian"))) {
            arrays = listed.sorted().toList();
        }
        assertTrue(arrays.size() >= 8, "only " + arrays);
        for (Path array : arrays) {
            String name = array.getFileName().toString().replaceFirst("\\.npy$", "");
            NpyArray expected = Npy.read(array);
            Tensor actual = outputs.get("grad/" + name);
            assertEquals(Shape.of(expected.shape()), actual.shape(), name);
            double error = relative(actual.numbers(), expected.doubles());
            if (error >= worst) {
                worst = error;
                where = name;
            }
        }
        record("worst of " + arrays.size() + " Jacobians (" + where + ")", worst, TOLERANCE);
    }

    private void enginesAndTilesAgree(Path model, Net net, double[] gram) throws IOException {
        Path images = images("many.npy", net.many, net.size);
        double[] batched = kernel(model, images, "--engine", "batched");
        compare("kernel, sum, first of more", block(batched, net.samples), gram, TOLERANCE);
        double[] single = kernel(model, images, "--engine", "per-sample");
        compare("per-sample against batched", single, batched, 1e-5);
        int few = net.many * 3 / 4;
        double[] fewer = kernel(model, images("few.npy", few, net.size), "--engine", "batched");
        compare("block of N=" + net.many + " against N=" + few, block(batched, few), fewer, 1e-5);
    }

    private void reductionsAgree(Path model, Path images, Net net, double[] full) throws IOException {
        int rows = net.samples * CLASSES;
        double[] mine = kernel(model, images, "--reduction", "full");
        compare("kernel, full", mine, full, TOLERANCE);
        double[] trace = new double[net.samples * net.samples];
        for (int i = 0; i < trace.length; i++) {
            for (int c = 0; c < CLASSES; c++) {
                int row = i / net.samples * CLASSES + c;
                int column = i % net.samples * CLASSES + c;
                trace[i] += full[row * rows + column];
            }
        }
        compare("kernel, trace:all", kernel(model, images, "--reduction", "trace:all"), trace, TOLERANCE);
        if (net == Net.DEIT_TINY) {
            double[] sum = new double[trace.length];
            for (int c = 0; c < CLASSES; c++) {
                double[] one = kernel(model, images, "--reduction", "class:" + c);
                Arrays.setAll(sum, i -> sum[i] + one[i]);
            }
            compare("kernel, sum of classes", sum, trace, TOLERANCE);
        }
    }

    private void differentiate(Path model, Path images, Path vector, Net net, Path expected) throws IOException {
        Tensor x = tensor(images);
        Path jacobian = written("differentiated-jacobian.onnx");
        vintk("differentiate", model, "--out", jacobian, "--batch", net.samples);
        try (OnnxFile file = new OnnxFile(jacobian)) {
            Map<String, Tensor> outputs = file.run(Map.of("input", x));
            compare("logits", outputs.get("logits").numbers(), values(expected.resolve("logits.npy")), TOLERANCE);
            compareJacobian(outputs, expected);
        }
        Path kernel = written("differentiated-kernel.onnx");
        vintk(
                "differentiate",
                model,
                "--out",
                kernel,
                "--outputs",
                "kernel",
                "--batch",
                net.samples,
                "--reduction",
                "vector:" + vector);
        try (OnnxFile file = new OnnxFile(kernel)) {
            double[] actual = file.run(Map.of("input", x, "cotangent", tensor(vector)))
                    .get("kernel")
                    .numbers();
            compare("kernel file, vector", actual, values(expected.resolve("kernel-vector.npy")), TOLERANCE);
        }
    }

    // ---- the program

    private Path generate(Net net, String outputs, Object... more) {
        return generate(net.space, net.seed, net.size, outputs, more);
    }

    private Path generate(String space, Object seed, int size, String outputs, Object... more) {
        Path out = folder.resolve(outputs);
        List<Object> arguments = new ArrayList<>(List.of("generate", space, "--seed", seed, "--out", out));
        arguments.addAll(List.of("--size", size, "--classes", CLASSES, "--outputs", outputs));
        arguments.addAll(List.of(more));
        Path file = Path.of(vintk(arguments.toArray()).strip());
        files.add(file);
        return file;
    }

    private double[] kernel(Path model, Path images, Object... more) throws IOException {
        Path out = folder.resolve("k.npy");
        List<Object> arguments = new ArrayList<>(List.of("kernel", model, "--input", images, "--out", out));
        arguments.addAll(List.of(more));
        vintk(arguments.toArray());
        return values(out);
    }

    private Path written(String name) {
        Path file = folder.resolve(name);
        files.add(file);
        return file;
    }

    /** Runs a command; its standard output. */
    private static String vintk(Object... arguments) {
        Shell shell = Shell.vintk(arguments);
        assertEquals(ExitCode.OK, shell.code(), () -> Arrays.toString(arguments) + " " + shell.err());
        return shell.out();
    }

    // ---- inputs

    /** The same first images whatever the count: noise of a contrast and a colour that differ between images. */
    private Path images(String name, int samples, int size) throws IOException {
        float[] data = new float[samples * 3 * size * size];
        Random random = new Random(7);
        for (int channel = 0, i = 0; channel < samples * 3; channel++) {
            double mean = random.nextGaussian();
            double contrast = 0.5 + random.nextDouble();
            for (int end = i + size * size; i < end; i++) {
                data[i] = (float) (mean + contrast * random.nextGaussian());
            }
        }
        Path file = folder.resolve(name);
        Npy.write(file, NpyArray.of(new long[] {samples, 3, size, size}, data));
        return file;
    }

    private Path vector() throws IOException {
        Path file = folder.resolve("v.npy");
        Npy.write(file, NpyArray.of(new long[] {CLASSES}, new float[] {0.5f, -1.25f, 2}));
        return file;
    }

    private static Tensor tensor(Path file) throws IOException {
        NpyArray array = Npy.read(file);
        return Tensor.floats(Shape.of(array.shape()), array.floats());
    }

    private static Tensor first(Tensor batch, int samples) {
        Shape sample = batch.shape().slice(1, batch.shape().rank());
        float[] values = Arrays.copyOf(batch.toFloats(), (int) (samples * sample.elements()));
        return Tensor.floats(sample.prepend(samples), values);
    }

    // ---- numbers

    private static double[] values(Path file) throws IOException {
        return Npy.read(file).doubles();
    }

    /** The kernel of the first n samples. */
    private static double[] block(double[] kernel, int n) {
        int size = (int) Math.round(Math.sqrt(kernel.length));
        double[] block = new double[n * n];
        Arrays.setAll(block, i -> kernel[i / n * size + i % n]);
        return block;
    }

    private static double[] gramOf(Map<String, Tensor> outputs, int samples) {
        double[] gram = new double[samples * samples];
        outputs.forEach((name, tensor) -> {
            if (name.startsWith("grad/")) {
                float[] values = tensor.toFloats();
                int width = values.length / samples;
                for (int i = 0; i < gram.length; i++) {
                    int a = i / samples * width;
                    int b = i % samples * width;
                    double dot = 0;
                    for (int k = 0; k < width; k++) {
                        dot += (double) values[a + k] * values[b + k];
                    }
                    gram[i] += dot;
                }
            }
        });
        return gram;
    }

    private void compare(String what, double[] actual, double[] expected, double tolerance) {
        assertEquals(expected.length, actual.length, what);
        record(what, relative(actual, expected), tolerance);
    }

    private static double relative(double[] actual, double[] expected) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += (actual[i] - expected[i]) * (actual[i] - expected[i]);
            norm += expected[i] * expected[i];
        }
        return Math.sqrt(difference / norm);
    }

    private void record(String what, double error, double tolerance) {
        errors.merge(what, error, Math::max);
        assertTrue(error < tolerance, () -> what + ": relative error " + error + ", allowed " + tolerance);
    }

    /** The checker's opinion on all files, and the errors that were seen, for the build's log. */
    private void finish(String title) throws IOException {
        List<Object> check = new ArrayList<>(List.of("check"));
        check.addAll(files);
        reference.run(check.toArray());
        StringBuilder text = new StringBuilder(title).append(", ONNX checker: " + files.size() + " files\n");
        errors.forEach((what, error) -> text.append(String.format(Locale.ROOT, "  %8.1e  %s%n", error, what)));
        System.out.print(text);
    }
}
