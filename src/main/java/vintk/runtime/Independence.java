package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
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
        try (GraphRun run = open(1, sample)) {
            for (int i = 0; i < samples; i++) {
                alone[i] = run(run, Arrays.copyOfRange(data, i * width, (i + 1) * width), i, 1, sample);
            }
        }
        float[] together;
        try (GraphRun run = open(samples, sample)) {
            together = run(run, Arrays.copyOf(data, samples * width), 0, samples, sample);
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

    private GraphRun open(int samples, Shape sample) {
        ModelProto bound = Resolver.bound(model, signature, samples, sample);
        ModelProto.Builder builder = bound.toBuilder();
        builder.getGraphBuilder().clearOutput().addOutputBuilder().setName(output);
        return new GraphRun(builder.build().toByteArray(), settings);
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
        double largest = 0;
        for (float[] values : alone) {
            for (float value : values) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        double best = Double.POSITIVE_INFINITY;
        for (int block = 1; block <= size; block++) {
            if (size % block == 0) {
                best = Math.min(best, difference(together, alone, block));
            }
        }
        return largest == 0 || Double.isNaN(best) ? 0 : best / largest;
    }

    /** Runs of {@code block} numbers of one sample, sample after sample, again and again. */
    private static double difference(float[] together, float[][] alone, int block) {
        int samples = alone.length;
        double worst = 0;
        for (int k = 0; k < together.length; k++) {
            int run = k / block;
            float expected = alone[run % samples][run / samples * block + k % block];
            worst = Math.max(worst, Math.abs((double) together[k] - expected));
        }
        return worst;
    }
}
