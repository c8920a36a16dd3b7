package vintk.score;

/**
 * The floating-point type in which the per-sample gradients were computed. It decides how much of a kernel's spectrum means
 * anything; the Gram sum over layers and the eigenvalues are always in double.
 */
public enum Precision implements Named {
    FLOAT32("float32", 1e-6, 1e-3),
    /** Float32 whose products round their operands to TensorFloat-32: 11 bits instead of 24. */
    TF32("tf32", 1e-3, 1e-2),
    /** Float32 gradients whose products are of float64 ({@code --accurate}). */
    ACCURATE("float32-gram64", 1e-8, 1e-3),
    FLOAT64("float64", 0, 1e-9);

    /** Unit roundoff spacing of double, 2⁻⁵². */
    private static final double DOUBLE_EPSILON = 0x1p-52;

    /** Allowance over n·2⁻⁵² for the rounding of the gradients themselves, which the bound of the eigensolver leaves out. */
    private static final double DOUBLE_ALLOWANCE = 10;

    private final String id;
    private final double fixedFloor;
    private final double defect;

    Precision(String id, double fixedFloor, double defect) {
        this.id = id;
        this.fixedFloor = fixedFloor;
        this.defect = defect;
    }

    @Override
    public String id() {
        return id;
    }

    /**
     * The noise floor as a fraction of λ₁: an eigenvalue below it cannot be told from zero.
     *
     * <p>For float32 it is 1e-6, about eight units of 2⁻²³: the accuracy to which the smallest eigenvalue of a float32 Gram
     * matrix is known in practice (METHOD §4). For TensorFloat-32, with operands rounded to 2⁻¹¹, it is 1e-3. For float64 it is 10·n·2⁻⁵², the backward error of a symmetric eigensolver
     * (Golub &amp; Van Loan, §8.1: ‖E‖ ≲ n·ε·λ₁) with one decimal digit for the gradients.
     *
     * @param size rows n of the kernel
     */
    public double relativeFloor(int size) {
        return this != FLOAT64 ? fixedFloor : DOUBLE_ALLOWANCE * size * DOUBLE_EPSILON;
    }

    /**
     * The largest defect, as a fraction of the largest entry or eigenvalue, that rounding explains: of symmetry
     * (|Θ_ij − Θ_ji|) or of positivity (−λ_n). Set far above ordinary rounding (three decimal digits above the float32 floor)
     * because it separates faults of a computation from rounding, and must not fire for a deep network with cancellation.
     */
    public double toleratedDefect() {
        return defect;
    }
}
