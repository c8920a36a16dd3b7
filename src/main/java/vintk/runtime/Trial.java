package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import vintk.onnx.Shape;
import vintk.space.RandomStream;

/**
 * What a model makes of a few samples, by itself.
 *
 * <p>Whether it gives a sample the same output in a batch as alone: a kernel is defined for such models only, as batch statistics,
 * or numbers computed from the batch size, would give values that depend on the company of a sample. And whether float32 suffices:
 * outputs that change when a sample is moved by as little as rounding does have changed as much by rounding (in 35 of 36 networks within a
 * factor of 5 of their distance from float64), and a kernel by more.
 */
final class Trial {
    /** Samples that are tried together and alone: two show what each takes from all others, or from their number. */
    static final int SAMPLES = 2;

    /** Of how much outputs differ between samples: far below what a batch statistic does. */
    private static final double TOLERANCE = 1e-3;

    /** Of the largest output: more than it is rounded by, where it is the sum of some thousand numbers. */
    private static final double ROUNDED = 1e-5;

    /** Of the sum of all magnitudes: a Softmax' outputs add up to 1 that nearly. */
    private static final double ROUNDED_SUM = 1e-6;

    /** Times what moving a sample by rounding does: a network of much rounding rounds otherwise in a batch. */
    private static final double TIMES = 20;

    /** Four units in the last place: each sample is moved by so much of itself. */
    private static final float MOVE = 0x1p-22f;

    /** Of the largest output. Of 36 networks the kernels of those above were off by 1e-3 to a hundredfold, those below by 3e-3 at most. */
    private static final double ROUNDING = 1e-5;

    private final ModelProto model;
    private final Signature signature;
    private final String output;
    private final SessionSettings settings;

    Trial(ModelProto model, Signature signature, String output, SessionSettings settings) {
        this.model = model;
        this.signature = signature;
        this.output = output;
        this.settings = settings;
    }

    /**
     * What was found.
     *
     * @param number whether all outputs are numbers, or infinite
     * @param telling whether other samples need not be tried: equal ones, and outputs that are no numbers, hide what depends on others
     * @param sameSum whether outputs differ, but their sums do not, as after a Softmax
     * @param remark of a loss of precision
     */
    record Found(boolean number, boolean telling, boolean sameSum, Optional<String> remark) {
        static final Found NOTHING = new Found(true, true, false, Optional.empty());
    }

    /**
     * Runs the model.
     *
     * @param data [N, ...sample]; the first samples are taken
     * @throws ModelException if they influence each other
     */
    Found run(float[] data, Shape sample) {
        int width = Math.toIntExact(sample.elements());
        int samples = Math.min(SAMPLES, data.length / width);
        if (samples < 2) {
            return Found.NOTHING;
        }
        float[] moved;
        float[][] alone = new float[samples][];
        float[] together = null;
        boolean free = signature.fixedBatch() == 0;
        try (GraphRun run = open(1, sample)) {
            for (int i = 0; i < samples; i++) {
                alone[i] = run(run, Arrays.copyOfRange(data, i * width, (i + 1) * width), i, 1, sample);
            }
            moved = signature.main().dataType().isFloating()
                    ? run(run, moved(Arrays.copyOf(data, width)), 0, 1, sample)
                    : alone[0];
            if (free) {
                together = together(run, data, samples, sample);
            }
        }
        if (!free) {
            try (GraphRun run = open(samples, sample)) {
                together = together(run, data, samples, sample);
            }
        }
        requireRows(together.length, alone[0].length, samples);
        double change = difference(moved, new float[][] {alone[0]}, 0);
        double spread = spread(alone);
        double tolerance = Math.max(ROUNDED, Math.max(TIMES * change, TOLERANCE * spread));
        double difference = difference(together, alone, tolerance);
        if (difference > tolerance) {
            throw new ModelException(
                    ModelException.Kind.ERROR,
                    String.format(
                            Locale.ROOT,
                            "samples influence each other: output '%s' of a sample differs by %.2g (relative) between a batch"
                                    + " of %d and alone, so no kernel is defined (batch statistics, or the batch size in a"
                                    + " computation?)",
                            output,
                            difference,
                            samples));
        }
        boolean number = isNumber(alone);
        return new Found(
                number,
                number && spread > 0,
                isSumSame(alone[0], alone[1]),
                change > ROUNDING ? Optional.of(remark(change)) : Optional.empty());
    }

    /** Refuses an output that is no row a sample: one that compares each sample with each, as of two encoders. */
    private void requireRows(int together, int alone, int samples) {
        if (together == samples * alone) {
            return;
        }
        List<String> others = model.getGraph().getOutputList().stream()
                .map(ValueInfoProto::getName)
                .filter(name -> !name.equals(output))
                .toList();
        throw new ModelException(
                ModelException.Kind.ERROR,
                "samples influence each other: output '" + output + "' has another shape in a batch, " + together
                        + " numbers for " + samples + " samples and " + alone
                        + " for one alone, so no kernel is defined"
                        + (others.isEmpty() ? "" : "; --output takes another: " + SomeNames.of(others)));
    }

    /** How far outputs of different samples are apart, over the largest: an offset of all of them says nothing. */
    private static double spread(float[][] outputs) {
        double widest = 0;
        for (int k = 0; k < outputs[0].length; k++) {
            for (float[] output : outputs) {
                double apart = Math.abs((double) output[k] - outputs[0][k]);
                widest = Double.isFinite(apart) ? Math.max(widest, apart) : widest;
            }
        }
        double largest =
                Arrays.stream(outputs).mapToDouble(Trial::largest).max().orElse(0);
        return largest == 0 ? 0 : widest / largest;
    }

    /** Whether the sums of two samples' outputs are as good as equal. They may be by chance: who asks looks at their gradients, too. */
    private static boolean isSumSame(float[] a, float[] b) {
        double sum = 0;
        double apart = 0;
        double size = 0;
        for (int k = 0; k < a.length; k++) {
            double difference = (double) a[k] - b[k];
            sum += difference;
            apart += Math.abs(difference);
            size += Math.abs(a[k]);
        }
        return apart > 0 && Math.abs(sum) < ROUNDED * apart + ROUNDED_SUM * size;
    }

    private static float[] moved(float[] data) {
        float[] signs = new float[data.length];
        RandomStream.of(0, "trial").rademacher(signs);
        for (int i = 0; i < data.length; i++) {
            data[i] *= 1 + MOVE * signs[i];
        }
        return data;
    }

    private static boolean isNumber(float[][] outputs) {
        for (float[] output : outputs) {
            for (float value : output) {
                if (Float.isNaN(value)) {
                    return false;
                }
            }
        }
        return true;
    }

    private String remark(double change) {
        return String.format(
                Locale.ROOT,
                "output '%s' changes by %.1g of itself when a sample is moved by rounding alone: in float32 few digits of this kernel are"
                        + " right, or none (weights without an initialisation that keeps activations in bounds?)",
                output,
                change);
    }

    private float[] together(GraphRun run, float[] data, int samples, Shape sample) {
        return run(run, Arrays.copyOf(data, samples * Math.toIntExact(sample.elements())), 0, samples, sample);
    }

    /** For any number of samples where the model takes any. */
    private GraphRun open(int samples, Shape sample) {
        ModelProto bound = Resolver.bound(model, signature, samples, sample);
        ModelProto.Builder builder = Resolver.part(bound, Set.of(output)).toBuilder();
        if (signature.fixedBatch() == 0) {
            builder.getGraphBuilder().getInputBuilderList().forEach(this::free);
        }
        return new GraphRun(builder.build(), settings);
    }

    private void free(ValueInfoProto.Builder input) {
        int axis = input.getName().equals(signature.main().name()) ? signature.axis() : 0;
        input.getTypeBuilder()
                .getTensorTypeBuilder()
                .getShapeBuilder()
                .getDimBuilder(axis)
                .setDimParam("N");
    }

    private float[] run(GraphRun run, float[] data, int from, int samples, Shape sample) {
        return run.run(signature.feeds(data, from, samples, sample)).get(output).toFloats();
    }

    /**
     * Over the largest output. Samples may be blocks of the output or interleaved (the batch merged behind another axis): the better
     * reading counts.
     *
     * @param enough a difference at which no other reading need be tried
     */
    private static double difference(float[] together, float[][] alone, double enough) {
        int samples = alone.length;
        int size = alone[0].length;
        double largest = largest(together);
        for (float[] values : alone) {
            largest = Math.max(largest, largest(values));
        }
        double best = Double.POSITIVE_INFINITY;
        // Whole samples first: that is what most outputs are.
        for (int block = size; block > 0 && best > enough * largest; block--) {
            if (size % block == 0) {
                Interruption.check();
                best = Math.min(best, difference(together, alone, block, best));
            }
        }
        return best == 0 ? 0 : best / largest;
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Float.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
        }
        return largest;
    }

    /**
     * Runs of {@code block} numbers of one sample, sample after sample, again and again.
     *
     * @param enough a difference that is as good as any larger one
     */
    private static double difference(float[] together, float[][] alone, int block, double enough) {
        int samples = alone.length;
        double worst = 0;
        for (int k = 0; k < together.length && worst < enough; k++) {
            int run = k / block;
            float expected = alone[run % samples][run / samples * block + k % block];
            worst = Math.max(worst, difference(together[k], expected));
        }
        return worst;
    }

    /** Two that are NaN, or infinite of one sign, are the same; one of them alone is as different as can be. */
    private static double difference(float a, float b) {
        if (Float.isFinite(a) && Float.isFinite(b)) {
            return Math.abs((double) a - b);
        }
        return Float.compare(a, b) == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
}
