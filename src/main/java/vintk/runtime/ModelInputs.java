package vintk.runtime;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import vintk.input.NpyArray;

/**
 * How a model file is read: what is given for its inputs beside the samples themselves, and which tensors it has.
 *
 * @param main name of the input that takes the samples; empty for the one that looks like images
 * @param batchAxis on which that input carries the samples, {@link #NO_BATCH} where it takes a single one; empty to find it
 * @param others values of other inputs by name: with a row a sample where the input has a batch, else whole
 * @param fill all elements of inputs that are not given
 * @param samples of a view: as many rows are taken of what has a row a sample; empty to take all
 * @param untied whether tensors of one number throughout are one for each reader
 * @param included single numbers whose names contain this are parameters, and none of the exporter's
 */
public record ModelInputs(
        Optional<String> main,
        OptionalInt batchAxis,
        Map<String, NpyArray> others,
        double fill,
        OptionalInt samples,
        boolean untied,
        Optional<Pattern> included) {
    /** A model that takes one sample at a time, without an axis for it. */
    public static final int NO_BATCH = -1;

    /** Everything is found; further inputs are 0. */
    public static final ModelInputs DEFAULT = new ModelInputs(Optional.empty(), OptionalInt.empty(), Map.of(), 0);

    public ModelInputs {
        others = Map.copyOf(others);
        if (batchAxis.orElse(0) < NO_BATCH) {
            throw new IllegalArgumentException(
                    "batch axis: expected 0 or more, or " + NO_BATCH + " for none, got " + batchAxis.getAsInt());
        }
        if (samples.orElse(1) < 1) {
            throw new IllegalArgumentException("expected 1 or more samples of a view, got " + samples.getAsInt());
        }
    }

    /** All rows of what has a row a sample. */
    public ModelInputs(Optional<String> main, OptionalInt batchAxis, Map<String, NpyArray> others, double fill) {
        this(main, batchAxis, others, fill, OptionalInt.empty(), false, Optional.empty());
    }

    /** The same for views of so many samples. */
    public ModelInputs ofSamples(int count) {
        return new ModelInputs(main, batchAxis, others, fill, OptionalInt.of(count), untied, included);
    }

    /** The same with what an exporter stored once as one tensor for each reader, or not. */
    public ModelInputs untied(boolean apart) {
        return new ModelInputs(main, batchAxis, others, fill, samples, apart, included);
    }

    /** The same with single numbers of such names as parameters. */
    public ModelInputs including(Optional<Pattern> names) {
        return new ModelInputs(main, batchAxis, others, fill, samples, untied, names);
    }
}
