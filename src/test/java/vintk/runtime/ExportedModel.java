package vintk.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import vintk.input.NpyArray;
import vintk.onnx.Shape;

/** A case: a file, what it is given, and what is to be found out about it. Samples go into its first input. */
final class ExportedModel {
    static final int SAMPLES = 3;

    final String name;
    final TestModel file;
    final Shape sample;
    TestModel twin;
    String engine = "batched";
    int axis;
    int block;
    int integers;
    float step = 1e-2f;
    double tolerance = 2e-3;
    double fill;
    long counted;
    boolean axisGiven;
    boolean untied;
    boolean unrun;
    String included;
    final List<String> constants = new ArrayList<>();
    final Map<String, NpyArray> rows = new LinkedHashMap<>();
    final Map<String, PerturbedModel.Feed> wholes = new HashMap<>();

    ExportedModel(String name, TestModel file, long... sample) {
        this.name = name;
        this.file = file;
        this.twin = file;
        this.sample = Shape.of(sample);
    }

    /** Another file of the same function, whose tensors are the parameters. */
    ExportedModel like(TestModel other) {
        twin = other;
        return this;
    }

    /** Read with {@code --include}: numbers of such names count, and all else does. */
    ExportedModel including(String names) {
        included = names;
        return this;
    }

    /** ONNX Runtime does not run the file itself, but the other one of the same function. */
    ExportedModel unrun() {
        unrun = true;
        return this;
    }

    /** Read with what is shared as one tensor for each reader. */
    ExportedModel untied() {
        untied = true;
        return this;
    }

    ExportedModel perSample() {
        engine = "per-sample";
        return this;
    }

    /** The file takes this many samples at a time; 1 by themselves, where others may not be freed. */
    ExportedModel fixed(int samples) {
        block = samples;
        return this;
    }

    ExportedModel axis(int batch, boolean given) {
        axis = batch;
        axisGiven = given;
        return this;
    }

    /** Stored float tensors that are no parameters. */
    ExportedModel without(String... names) {
        constants.addAll(List.of(names));
        return this;
    }

    /** Numbers that count although those that no sample reaches are among them: both branches of an If on data. */
    ExportedModel counting(long parameters) {
        counted = parameters;
        return this;
    }

    /** Samples are whole numbers below this. */
    ExportedModel ids(int below) {
        integers = below;
        return this;
    }

    /** Of half precision: steps that half precision resolves. */
    ExportedModel coarse() {
        step = 0.0625f;
        tolerance = 3e-2;
        return this;
    }

    ExportedModel rows(String input, long... row) {
        Shape shape = Shape.of(row).prepend(SAMPLES);
        rows.put(input, NpyArray.of(shape.dims(), TestModel.noise(input, shape.dims())));
        return this;
    }

    /** An input that is not given: filled with a number, whole. */
    ExportedModel filled(String input, double value, long... shape) {
        fill = value;
        float[] numbers = new float[Math.toIntExact(Shape.of(shape).elements())];
        java.util.Arrays.fill(numbers, (float) value);
        wholes.put(input, new PerturbedModel.Feed(shape, numbers));
        return this;
    }

    ModelInputs inputs() {
        OptionalInt given = axisGiven ? OptionalInt.of(axis) : OptionalInt.empty();
        return new ModelInputs(Optional.of(main()), given, rows, fill)
                .untied(untied)
                .including(Optional.ofNullable(included).map(Pattern::compile));
    }

    private String main() {
        return file.build().getGraph().getInput(0).getName();
    }

    /** [N, ...sample]. */
    float[] data() {
        float[] data = TestModel.noise(name, sample.prepend(SAMPLES).dims());
        for (int i = 0; i < data.length && integers > 0; i++) {
            data[i] = (float) Math.floor((data[i] + 0.9) / 1.8 * integers);
        }
        return data;
    }

    /** Inputs for samples {@code from} on, as the file takes them. The last samples are repeated where there are too few. */
    Map<String, PerturbedModel.Feed> feeds(int from, int count) {
        Map<String, PerturbedModel.Feed> feeds = new HashMap<>(wholes);
        int[] taken = IntStream.range(from, from + count)
                .map(i -> Math.min(i, SAMPLES - 1))
                .toArray();
        feeds.put(main(), feed(sample, data(), taken, axis));
        rows.forEach((input, array) -> {
            Shape shape = Shape.of(array.shape());
            feeds.put(input, feed(shape.slice(1, shape.rank()), array.floats(), taken, 0));
        });
        return feeds;
    }

    private static PerturbedModel.Feed feed(Shape row, float[] data, int[] taken, int axis) {
        int width = Math.toIntExact(row.elements());
        int at = Math.max(0, axis);
        int after = Math.toIntExact(row.product(at, row.rank()));
        float[] numbers = new float[width * taken.length];
        for (int i = 0; i < numbers.length; i++) {
            int sampleAt = i / after % taken.length;
            int element = i / after / taken.length * after + i % after;
            numbers[i] = data[taken[sampleAt] * width + element];
        }
        Shape shape = axis < 0 ? row : row.replaced(at, at, Shape.of(taken.length));
        return new PerturbedModel.Feed(shape.dims(), numbers);
    }

    @Override
    public String toString() {
        return name;
    }
}
