package vintk.runtime;

import java.util.function.Supplier;

/**
 * Whether the sum of a network's outputs is constant, as after a Softmax: its gradient is rounding noise, whose kernel must not be
 * taken for one. The measure is the kernel of a random projection of the outputs.
 */
final class ConstantOutput {
    /** A squared gradient below which the sum of outputs is looked at more closely: usual kernels are many orders above. */
    private static final double SUSPICIOUS = 1e-6;

    /** Squared rounding errors of float32 gradients, with room: below this share of another kernel there is nothing. */
    private static final double NOISE = 1e-10;

    private ConstantOutput() {}

    /** Whether a kernel of this reduction can be that of a constant: of the sum, and of random signs, which may all be the same. */
    static boolean isPossible(Reduction reduction) {
        return reduction.kind() == Reduction.Kind.SUM || reduction.kind() == Reduction.Kind.TRACE;
    }

    /**
     * Refuses a kernel of nothing.
     *
     * @param suspected whether the outputs themselves look like it; large activations make large noise
     * @param random the kernel of a random projection of some samples of the same batch
     * @throws ModelException of kind CONSTANT_OUTPUT
     */
    static void refuse(KernelMatrix kernel, boolean suspected, Supplier<KernelMatrix> random) {
        double square = meanSquare(kernel);
        boolean looked = suspected ? Double.isFinite(square) : square <= SUSPICIOUS;
        if (looked && square < NOISE * meanSquare(random.get())) {
            throw new ModelException(
                    ModelException.Kind.CONSTANT_OUTPUT,
                    "the sum of output '" + kernel.output()
                            + "' is constant (a Softmax at the end?): use --reduction class:C or trace:K, or --output");
        }
    }

    /** Of the length of a gradient. */
    private static double meanSquare(KernelMatrix kernel) {
        double trace = 0;
        for (int i = 0; i < kernel.size(); i++) {
            trace += kernel.values()[i * kernel.size() + i];
        }
        return trace / kernel.size();
    }
}
