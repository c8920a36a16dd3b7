package vintk.runtime;

import vintk.onnx.Shape;

/**
 * Whether the sum of a network's outputs is constant, as after a Softmax: its gradient is rounding noise, whose kernel must not be
 * taken for one. The measure is the kernel of a random projection of the outputs.
 */
public final class ConstantOutput {
    /** A trace a sample below which the sum of outputs is looked at more closely: usual kernels are many orders above. */
    private static final double SUSPICIOUS = 1e-6;

    /** Squared rounding errors of float32 gradients, with room: below this share of another kernel there is nothing. */
    private static final double NOISE = 1e-10;

    private ConstantOutput() {}

    /**
     * Refuses a kernel of nothing.
     *
     * @param kernel of the batch, with these options
     * @throws ModelException of kind CONSTANT_OUTPUT
     */
    public static void refuse(
            KernelMatrix kernel, Network network, Shape sample, KernelOptions options, float[] data, long seed) {
        if (options.reduction().kind() != Reduction.Kind.SUM || trace(kernel) > SUSPICIOUS * kernel.size()) {
            return;
        }
        KernelOptions random = options.withReduction(Reduction.NORMAL);
        try (KernelEngine engine = KernelEngine.open(network, kernel.size(), sample, random)) {
            if (trace(kernel) < NOISE * trace(engine.compute(data, seed))) {
                throw new ModelException(
                        ModelException.Kind.CONSTANT_OUTPUT,
                        "the sum of output '" + kernel.output()
                                + "' is constant (a Softmax at the end?): use --reduction class:C or trace:K, or --output");
            }
        }
    }

    private static double trace(KernelMatrix kernel) {
        double trace = 0;
        for (int i = 0; i < kernel.size(); i++) {
            trace += kernel.values()[i * kernel.size() + i];
        }
        return trace;
    }
}
