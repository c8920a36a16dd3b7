package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Arrays;
import java.util.Locale;
import vintk.onnx.Shape;

/**
 * Whether a model gives a sample the same output in a batch as alone. A kernel is defined for such models only: batch
 * statistics, or numbers computed from the batch size, would give values that depend on the company of a sample.
 */
final class Independence {
    /** Samples that are tried together and alone. */
    static final int SAMPLES = 3;

    /** Relative to the largest output: far above rounding, far below what a batch statistic does. */
    private static final double TOLERANCE = 1e-3;

    private final ModelProto model;
    private final Signature signature;
    private final String output;
    private final SessionSettings settings;

    Independence(ModelProto model, Signature signature, String output, SessionSettings settings) {
        this.model = model;
        this.signature = signature;
        this.output = output;
        this.settings = settings;
    }

    void require(float[] data, Shape sample) {
        int width = Math.toIntExact(sample.elements());
        int samples = Math.min(SAMPLES, data.length / width);
        if (samples < 2) {
            return;
        }
        float[][] alone = new float[samples][];
        float[] together = null;
        boolean free = signature.fixedBatch() == 0;
        try (GraphRun run = open(1, sample)) {
            for (int i = 0; i < samples; i++) {
                alone[i] = run(run, Arrays.copyOfRange(data, i * width, (i + 1) * width), i, 1, sample);
            }
            if (free) {
                together = together(run, data, samples, sample);
            }
        }
        if (!free) {
            try (GraphRun run = open(samples, sample)) {
                together = together(run, data, samples, sample);
            }
        }
        double difference = difference(together, alone);
        if (difference > TOLERANCE) {
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
    }

    private float[] together(GraphRun run, float[] data, int samples, Shape sample) {
        return run(run, Arrays.copyOf(data, samples * Math.toIntExact(sample.elements())), 0, samples, sample);
    }

    /** For any number of samples where the model takes any. */
    private GraphRun open(int samples, Shape sample) {
        ModelProto bound = Resolver.bound(model, signature, samples, sample);
        ModelProto.Builder builder = bound.toBuilder();
        builder.getGraphBuilder().clearOutput().addOutputBuilder().setName(output);
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

    /** Samples may be blocks of the output or interleaved (the batch merged behind another axis): the better reading counts. */
    private static double difference(float[] together, float[][] alone) {
        int samples = alone.length;
        int size = alone[0].length;
        if (together.length != samples * size) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = largest(together);
        for (float[] values : alone) {
            largest = Math.max(largest, largest(values));
        }
        double best = Double.POSITIVE_INFINITY;
        // Whole samples first: that is what most outputs are.
        for (int block = size; block > 0 && best > TOLERANCE * largest; block--) {
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
