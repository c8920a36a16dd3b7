package vintk.score;

import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The eigenvalues λ₁ ≥ … ≥ λ_n of a kernel, in double precision, and the floor under which they are noise.
 *
 * <p>Cost is that of a symmetric tridiagonal reduction without vectors, about 4/3·n³ operations. Backward stable: each
 * eigenvalue is known to about n·2⁻⁵²·λ₁, far below the error the kernel brings with it.
 */
public final class Spectrum {

    private final double[] descending;
    private final double relativeFloor;

    private Spectrum(double[] descending, double relativeFloor) {
        this.descending = descending;
        this.relativeFloor = relativeFloor;
    }

    /**
     * The spectrum of a finite kernel.
     *
     * @throws IllegalArgumentException if an entry is not finite
     * @throws ArithmeticException if the iteration does not converge, or if an eigenvalue is more negative than rounding
     *     explains ({@link Precision#toleratedDefect()}), which no Gram matrix can have
     */
    public static Spectrum of(Kernel kernel) {
        if (!kernel.finite()) {
            throw new IllegalArgumentException("Expected finite entries, got %s: a kernel like this has no spectrum"
                    .formatted(kernel.describeNonFinite()));
        }
        int n = kernel.size();
        // Scaled by a power of two, which is exact, so that kernels of any magnitude neither over- nor underflow
        // inside.
        int exponent = kernel.magnitude() == 0 ? 0 : Math.getExponent(kernel.magnitude());
        DMatrixRMaj scaled = new DMatrixRMaj(n, n);
        for (int i = 0; i < n * n; i++) {
            scaled.data[i] = Math.scalb(kernel.values()[i], -exponent);
        }
        EigenDecomposition_F64<DMatrixRMaj> solver = DecompositionFactory_DDRM.eig(n, false, true);
        if (!solver.decompose(scaled)) {
            throw new ArithmeticException("The eigenvalues of a %d × %d kernel did not converge".formatted(n, n));
        }
        double[] ascending = new double[n];
        for (int i = 0; i < n; i++) {
            ascending[i] = Math.scalb(solver.getEigenvalue(i).getReal(), exponent);
        }
        Arrays.sort(ascending);
        double[] descending = new double[n];
        for (int i = 0; i < n; i++) {
            descending[i] = ascending[n - 1 - i];
        }
        double most = Math.max(Math.abs(descending[0]), Math.abs(descending[n - 1]));
        if (descending[n - 1] < -kernel.precision().toleratedDefect() * most) {
            throw new ArithmeticException(
                    "Expected a positive semidefinite kernel, got eigenvalues from %s to %s: the gradients do not belong together"
                            .formatted(descending[n - 1], descending[0]));
        }
        // No Gram matrix has one below 0: what made it so is noise of at least that size.
        double seen = descending[n - 1] < 0 ? descending[n - 1] / -most : 0;
        return new Spectrum(descending, Math.max(kernel.precision().relativeFloor(n), seen));
    }

    /** Number of eigenvalues n. */
    public int size() {
        return descending.length;
    }

    /** λ_{i+1}: index 0 is the largest. */
    public double eigenvalue(int index) {
        return descending[index];
    }

    /** λ₁. */
    public double largest() {
        return descending[0];
    }

    /** λ_n as computed: may be negative by rounding, and means nothing below {@link #noiseFloor()}. */
    public double smallest() {
        return descending[descending.length - 1];
    }

    /** ε: the noise floor as a fraction of λ₁, {@link Precision#relativeFloor}, or −λ_n/λ₁ where λ_n is more negative than that. */
    public double relativeFloor() {
        return relativeFloor;
    }

    /** ε·λ₁, in the units of the kernel: eigenvalues below it cannot be told from zero. */
    public double noiseFloor() {
        return relativeFloor * largest();
    }

    /** Whether λ_n lies below the noise floor, so that only a bound of it is known. */
    public boolean illConditioned() {
        return smallest() < noiseFloor();
    }
}
