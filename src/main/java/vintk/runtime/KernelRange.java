package vintk.runtime;

import java.util.Arrays;
import java.util.Optional;

/**
 * How large a kernel is, against what float32 can hold: gradients that are numbers of it may have products that are none.
 *
 * @param largest magnitude of an entry; infinite where one is no number
 */
record KernelRange(double largest) {
    /**
     * Below it products of float32 may lose digits or be 0: gradients of 1e8 parameters have elements of 1e-16 then, whose products are
     * six digits above the smallest normal number. Kernels of usual networks are far above.
     */
    private static final double PRODUCTS = 1e-24;

    /** Below it float64 products do not help: the gradients themselves lose digits. */
    private static final double GRADIENTS = 1e-70;

    static KernelRange of(double[] kernel) {
        return new KernelRange(Arrays.stream(kernel)
                .map(x -> Double.isNaN(x) ? Double.POSITIVE_INFINITY : Math.abs(x))
                .max()
                .orElse(0));
    }

    boolean isNumber() {
        return largest < Double.POSITIVE_INFINITY;
    }

    /** Whether products of float32 gave it, and not what they become where they leave their range. */
    boolean isOfProducts() {
        return largest >= PRODUCTS && isNumber();
    }

    /** What there is to say of the same kernel where it was taken by float64 products. */
    Optional<String> remark(KernelRange accurate) {
        return accurate.largest == 0 || !accurate.isNumber()
                ? Optional.empty()
                : Optional.of("products of gradients are too " + (isNumber() ? "small" : "large")
                        + " for float32: this kernel is of float64 products, as with --accurate");
    }

    /** What there is to say of a kernel that no products make right. */
    Optional<String> remark() {
        return largest == 0 || largest >= GRADIENTS
                ? Optional.empty()
                : Optional.of(
                        "gradients are as small as numbers of float32 can be: few digits of this kernel are right, or none");
    }
}
