package vintk.opset;

import java.util.Arrays;
import java.util.stream.IntStream;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/** Layers of networks: normalisations, dropout. */
final class NetworkAdapters {
    private NetworkAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("LayerNormalization", NetworkAdapters::layerNormalization);
        adapters.single("BatchNormalization", NetworkAdapters::batchNormalization);
        adapters.single("InstanceNormalization", NetworkAdapters::instanceNormalization);
        // Dropout is off, as in inference, whatever the model was exported for.
        adapters.single("Dropout", Site::x);
    }

    /** Zero mean and unit variance over the given axes: (x - μ) / √(σ² + ε). */
    private static Value standardised(Value x, double epsilon, int... axes) {
        Value centred = Ops.sub(x, Ops.reduceMean(x, axes));
        Value variance = Ops.reduceMean(Ops.square(centred), axes);
        Value inverse = Ops.reciprocal(Ops.sqrt(Ops.add(variance, epsilon)));
        return Ops.mul(centred, inverse);
    }

    private static Value layerNormalization(Site site) {
        Value x = site.x();
        int rank = x.shape().rank();
        int[] axes = IntStream.range(site.axis("axis", -1), rank).toArray();
        Value y = Ops.mul(standardised(x, site.attributes().real("epsilon", 1e-5f), axes), site.x(1));
        return site.optional(2) == null ? y : Ops.add(y, site.x(2));
    }

    private static Value instanceNormalization(Site site) {
        Value x = site.x();
        int[] axes = IntStream.range(2, x.shape().rank()).toArray();
        Value y = standardised(x, site.attributes().real("epsilon", 1e-5f), axes);
        return Ops.add(Ops.mul(y, perChannel(site.x(1), x)), perChannel(site.x(2), x));
    }

    /** [C] to [C, 1, ...]: aligned with axis 1 of x. */
    private static Value perChannel(Value vector, Value x) {
        long[] dims = new long[Math.max(1, x.shape().rank() - 1)];
        Arrays.fill(dims, 1);
        dims[0] = vector.shape().dim(0);
        return Ops.reshape(vector, dims);
    }

    /**
     * Inference mode: x a + b with a = scale / √(variance + ε), b = bias - mean a. The running statistics are copies that
     * no gradient reaches, also where an exporter merged them with a parameter of equal content.
     */
    private static Value batchNormalization(Site site) {
        if (site.attributes().integer("training_mode", 0) != 0) {
            throw site.unsupported("training mode is not handled: samples would meet in the batch statistics");
        }
        Value x = site.x();
        Value mean = Value.constant(site.constant(3));
        Value variance = Value.constant(site.constant(4));
        Value deviation = Ops.sqrt(Ops.add(variance, site.attributes().real("epsilon", 1e-5f)));
        Value factor = Ops.div(site.x(1), deviation);
        Value offset = Ops.sub(site.x(2), Ops.mul(mean, factor));
        return Ops.add(Ops.mul(x, perChannel(factor, x)), perChannel(offset, x));
    }
}
