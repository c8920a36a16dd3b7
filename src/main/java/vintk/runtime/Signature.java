package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import vintk.input.NpyArray;
import vintk.onnx.DataType;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * How samples go into a model: which input takes them and on which axis, and what the other inputs get: rows that go with
 * the samples, or constants.
 */
final class Signature {
    /** An image is at least this high and wide, where its channels look like a batch. */
    private static final long IMAGE = 16;

    /** Of one input: 2 GiB of floats. */
    private static final long MOST_ELEMENTS = 1L << 29;

    /** Of all inputs together that nobody gives: they are filled before the model runs. */
    private static final long MOST_FILLED = 1L << 26;

    private final DeclaredInput main;
    private final int axis;
    private final List<String> others = new ArrayList<>();
    private final List<Companion> companions = new ArrayList<>();
    private final Map<String, Filled> filled = new LinkedHashMap<>();
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final Set<String> notGiven = new LinkedHashSet<>();

    /** An input all of whose rows are the same. */
    private record Filled(DataType type, Shape row, double value) {}

    private long fill;

    private Signature(DeclaredInput main, int axis) {
        this.main = main;
        this.axis = axis;
    }

    /** @throws IllegalArgumentException saying which input is not given what it needs */
    static Signature of(ModelProto model, ModelInputs given) {
        List<DeclaredInput> inputs = DeclaredInput.all(model);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("the model has no input: there is nothing to give samples to");
        }
        DeclaredInput main = given.main().map(name -> find(inputs, name)).orElseGet(() -> imageLike(inputs));
        given.others().keySet().forEach(name -> find(inputs, name));
        if (given.others().containsKey(main.name())) {
            throw new IllegalArgumentException(
                    "--input " + main.name()
                            + "=...: this input takes the samples (--inputs of score and rank, --input without a name of kernel); --samples-input names another one");
        }
        inputs.forEach(Signature::requireSize);
        Signature signature = new Signature(main, given.batchAxis().orElseGet(() -> batchAxis(main, model)));
        if (signature.axis >= main.rank()) {
            throw new IllegalArgumentException(
                    "--batch-axis " + signature.axis + ": input " + main + " has " + main.rank() + " axes");
        }
        for (DeclaredInput input : inputs) {
            if (input != main) {
                signature.others.add(input.name());
                signature.other(input, given);
            }
        }
        return signature;
    }

    private static void requireSize(DeclaredInput input) {
        double elements = 1;
        for (long dim : input.dims()) {
            elements *= Math.max(1, dim);
        }
        if (elements > MOST_ELEMENTS) {
            throw new IllegalArgumentException(
                    "input " + input + " has more elements than the " + MOST_ELEMENTS + " that are taken");
        }
    }

    private static DeclaredInput find(List<DeclaredInput> inputs, String name) {
        return inputs.stream()
                .filter(i -> i.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no input '" + name + "'; the inputs are "
                        + inputs.stream().map(DeclaredInput::name).toList()));
    }

    /** Of floats and of four axes if there is one, else floats of the most axes, else the first. */
    private static DeclaredInput imageLike(List<DeclaredInput> inputs) {
        return inputs.stream()
                .filter(i -> i.dataType().isFloating())
                .min(Comparator.comparingInt(i -> Math.abs(4 - i.rank())))
                .orElse(inputs.get(0));
    }

    /**
     * The axis that carries samples: the first where it is free or 1; else the only free one; else the second of [T, 1, C], a
     * sequence; else the first, as a batch that is fixed, but for what has the shape of a single image or is a vector.
     */
    private static int batchAxis(DeclaredInput input, ModelProto model) {
        int rank = input.rank();
        if (rank == 0) {
            return ModelInputs.NO_BATCH;
        }
        if (input.isFree(0) || input.dims().get(0) == 1 && rank > 1) {
            return 0;
        }
        int[] free = IntStream.range(0, rank).filter(input::isFree).toArray();
        if (free.length == 1) {
            return free[0];
        }
        boolean image = rank == 3
                && input.dims().get(0) == 3
                && input.dims().get(1) >= IMAGE
                && input.dims().get(2) >= IMAGE;
        if (rank == 1 || image) {
            return ModelInputs.NO_BATCH;
        }
        boolean sequence = rank == 3
                && input.dims().get(1) == 1
                && !hasRows(model, input.dims().get(0));
        return sequence ? 1 : 0;
    }

    /** Whether an output is a row for each of so many samples: then [N, 1, L] are signals of one channel, and no sequence. */
    private static boolean hasRows(ModelProto model, long samples) {
        return model.getGraph().getOutputList().stream()
                .map(output -> output.getType().getTensorType().getShape())
                .anyMatch(shape -> shape.getDimCount() > 0
                        && shape.getDimCount() < 3
                        && shape.getDim(0).getDimValue() == samples);
    }

    private void other(DeclaredInput input, ModelInputs given) {
        NpyArray array = given.others().get(input.name());
        boolean batch = axis >= 0
                && input.rank() > 0
                && (input.isFree(0) || fixedBatch() > 0 && input.dims().get(0) == fixedBatch());
        if (array != null) {
            Shape shape = Shape.of(array.shape());
            if (!input.accepts(shape, batch ? 0 : -1)) {
                throw new IllegalArgumentException("input " + input + " is given an array of shape " + shape);
            }
            if (batch) {
                companions.add(companion(input, array, given.samples()));
            } else {
                float[] numbers = array.floats();
                TensorType type = new TensorType(input.dataType(), shape);
                constants.put(input.name(), Tensor.of(type, numbers.length, i -> numbers[i]));
            }
            return;
        }
        for (int i = batch ? 1 : 0; i < input.rank(); i++) {
            if (input.isFree(i)) {
                throw new IllegalArgumentException("input " + input
                        + " has a free extent beside the batch: give --input " + input.name() + "=FILE.npy");
            }
        }
        Shape shape = Shape.of(input.dims().stream().mapToLong(Math::abs).toArray());
        fill += shape.elements();
        if (fill > MOST_FILLED) {
            throw new IllegalArgumentException("input " + input + " and those before it, which are not given, have "
                    + fill + " elements; at most " + MOST_FILLED + " are filled");
        }
        notGiven.add(input.name());
        if (batch) {
            filled.put(input.name(), new Filled(input.dataType(), shape.slice(1, shape.rank()), given.fill()));
        } else {
            constants.put(input.name(), Tensor.filled(new TensorType(input.dataType(), shape), given.fill()));
        }
    }

    /** The first rows, one a sample: more would go to the samples of the next view. */
    private static Companion companion(DeclaredInput input, NpyArray array, OptionalInt samples) {
        Shape shape = Shape.of(array.shape());
        long rows = samples.orElse(Math.toIntExact(shape.dim(0)));
        if (shape.elements() == 0 || shape.dim(0) < rows) {
            throw new IllegalArgumentException("input " + input + " is given an array of shape " + shape
                    + ": expected a row a sample" + (samples.isPresent() ? ", " + rows + " of them" : ""));
        }
        Shape row = shape.slice(1, shape.rank());
        float[] first = Arrays.copyOf(array.floats(), Math.toIntExact(rows * row.elements()));
        return new Companion(input.name(), input.dataType(), row, first);
    }

    DeclaredInput main() {
        return main;
    }

    /** Where the main input carries samples, or {@link ModelInputs#NO_BATCH}. */
    int axis() {
        return axis;
    }

    List<Companion> companions() {
        return List.copyOf(companions);
    }

    /** Which other inputs could take the samples, at the end of a sentence. */
    String another() {
        return others.isEmpty() ? "" : "; --samples-input takes another: " + SomeNames.of(others);
    }

    /** Inputs that nobody gives. */
    Set<String> notGiven() {
        return notGiven;
    }

    /** Inputs that are the same for all samples and whole: initializers in effect, but no parameters. */
    Map<String, Tensor> constants() {
        return constants;
    }

    /** The number of samples that the model is fixed to; 0 where it is free. */
    long fixedBatch() {
        return axis < 0 ? 1 : Math.max(0, main.dims().get(axis));
    }

    /** The model's own extents where it is fixed to them, those wanted elsewhere. */
    Shape sampleShape(Shape wanted) {
        List<Long> dims = new ArrayList<>(main.dims());
        if (axis >= 0) {
            dims.remove(axis);
        }
        boolean channelsLast = dims.size() == 3 && dims.get(0) < 0 && (dims.get(2) == 3 || dims.get(2) == 1);
        for (int i = 0; i < dims.size(); i++) {
            if (dims.get(i) < 0) {
                if (i >= wanted.rank() || dims.size() != wanted.rank()) {
                    throw new IllegalArgumentException(
                            "input " + main + " has free extents beside the batch; give --input with a shape");
                }
                dims.set(i, wanted.dim(channelsLast ? (i + 1) % 3 : i));
            }
        }
        return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    }

    /** Whether the model says nothing of a sample's height and width. */
    boolean isSizeFree() {
        return IntStream.range(0, main.rank())
                        .filter(i -> i != axis && main.isFree(i))
                        .count()
                >= 2;
    }

    /** The shape that the main input takes for samples of a shape. */
    Shape layout(long samples, Shape sample) {
        return axis < 0 ? sample : sample.replaced(axis, axis, Shape.of(samples));
    }

    /** Whether samples of a shape fit. */
    boolean accepts(Shape sample) {
        return sample.rank() == main.rank() - (axis < 0 ? 0 : 1) && main.accepts(layout(1, sample), axis);
    }

    /** The static types of all inputs that are no constants, for a number of samples. */
    Map<String, TensorType> types(long samples, Shape sample) {
        Map<String, TensorType> types = new LinkedHashMap<>();
        types.put(main.name(), new TensorType(main.dataType(), layout(samples, sample)));
        companions.forEach(
                c -> types.put(c.name(), new TensorType(c.type(), c.row().prepend(samples))));
        filled.forEach(
                (name, f) -> types.put(name, new TensorType(f.type(), f.row().prepend(samples))));
        return types;
    }

    /** What the inputs that are no constants take for samples {@code from} on, by name. */
    Map<String, Tensor> feeds(float[] data, int from, int samples, Shape sample) {
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        feeds.put(main.name(), Tensors.batch(main.dataType(), layout(samples, sample), axis, data));
        for (Companion c : companions) {
            feeds.put(c.name(), Tensors.batch(c.type(), c.row().prepend(samples), 0, c.rows(from, samples, 1)));
        }
        filled.forEach((name, f) ->
                feeds.put(name, Tensor.filled(new TensorType(f.type(), f.row().prepend(samples)), f.value())));
        return feeds;
    }

    /** What stands for the inputs that are not fed: constants, or one row for all samples. */
    Map<String, Value> values(long samples) {
        Map<String, Value> values = new LinkedHashMap<>();
        constants.forEach((name, tensor) -> values.put(name, Value.constant(tensor)));
        filled.forEach((name, f) -> {
            Value row = Value.constant(
                    Tensor.filled(new TensorType(f.type(), f.row().prepend(1)), f.value()));
            values.put(name, Ops.expand(row, f.row().prepend(samples)));
        });
        return values;
    }
}
