package vintk.score;

import java.util.Optional;
import java.util.function.ToDoubleBiFunction;

/**
 * A number s(Θ) that ranks models by their kernel Θ, with eigenvalues λ₁ ≥ … ≥ λ_n. All logarithms are to base 10. None depends
 * on the order of the samples; {@link #LOG_COND}, {@link #EFFECTIVE_RANK}, {@link #MEAN_COSINE} and {@link #ALIGNMENT} do not
 * depend on the scale of Θ either, the others shift by log10 c when Θ is multiplied by c.
 *
 * <p>Directions follow the literature where it speaks, and are assumptions that a study may overturn where it does not.
 */
public enum Statistic implements Named {
    /**
     * log10(λ₁/λ_n), the condition number of TE-NAS (Chen et al. 2021): lower is better, training at a small learning rate
     * then proceeds at one speed in all directions. Where λ_n is under the noise floor, log10(1/ε) is a lower bound;
     * absent for a kernel of one row.
     */
    LOG_COND(
            "log-cond",
            Direction.LOWER,
            (kernel, spectrum, labels) -> Optional.of(
                    spectrum.illConditioned()
                            ? new Value(-Math.log10(spectrum.relativeFloor()), Bound.AT_LEAST)
                            : Value.exact(Math.log10(spectrum.largest() / spectrum.smallest())))),
    /**
     * log10 λ_n: higher is better, it bounds the rate at which gradient descent converges (Du et al. 2019). Where λ_n is under
     * the noise floor, the floor is an upper bound.
     */
    LOG_MIN(
            "log-min",
            Direction.HIGHER,
            (kernel, spectrum, labels) -> Optional.of(
                    spectrum.illConditioned()
                            ? new Value(
                                    Math.log10(spectrum.largest()) + Math.log10(spectrum.relativeFloor()),
                                    Bound.AT_MOST)
                            : Value.exact(Math.log10(spectrum.smallest())))),
    /** log10 tr Θ: higher is better (NASI, Shu et al. 2022: the trace norm bounds the loss after training from above). */
    LOG_TRACE("log-trace", Direction.HIGHER, exact((kernel, spectrum) -> {
        double magnitude = kernel.magnitude();
        double sum = 0;
        for (int i = 0; i < kernel.size(); i++) {
            sum += kernel.at(i, i) / magnitude;
        }
        return Math.log10(magnitude) + Math.log10(sum);
    })),
    /**
     * log10 ‖Θ‖_F: higher is better. The method is silent; on PiT networks Kendall τ with trained accuracy was found positive
     * (README), which decided, and KNAS (Xu et al. 2021) argues for large Gram matrices of gradients.
     */
    LOG_FROBENIUS("log-frobenius", Direction.HIGHER, exact((kernel, spectrum) -> {
        double magnitude = kernel.magnitude();
        double sum = 0;
        for (double value : kernel.values()) {
            double scaled = value / magnitude;
            sum += scaled * scaled;
        }
        return Math.log10(magnitude) + 0.5 * Math.log10(sum);
    })),
    /**
     * (1/n)·log10 det(Θ + ελ₁I) with ε the noise floor {@link Spectrum#relativeFloor}: higher is better, a larger volume is
     * spanned by the gradients (assumed by analogy with the log-determinant of activation kernels, Mellor et al. 2021). The
     * ridge is the floor itself, so directions that rounding hides all count alike (log10 ελ₁), and the value is a number
     * also where λ_n is not. Eigenvalues made negative by rounding count as 0.
     */
    LOG_DET("log-det", Direction.HIGHER, exact((kernel, spectrum) -> {
        double largest = spectrum.largest();
        double sum = 0;
        for (int i = 0; i < spectrum.size(); i++) {
            sum += Math.log10(Math.max(spectrum.eigenvalue(i), 0) / largest + spectrum.relativeFloor());
        }
        return Math.log10(largest) + sum / spectrum.size();
    })),
    /**
     * exp(−Σ p_i ln p_i) with p = λ/Σλ, between 1 and n, absent for n = 1 (Roy &amp; Vetterli 2007): higher is better (assumed: more directions in
     * which samples can be told apart). Eigenvalues made negative by rounding count as 0.
     */
    EFFECTIVE_RANK("effective-rank", Direction.HIGHER, exact((kernel, spectrum) -> {
        double total = 0;
        for (int i = 0; i < spectrum.size(); i++) {
            total += Math.max(spectrum.eigenvalue(i), 0) / spectrum.largest();
        }
        double entropy = 0;
        for (int i = 0; i < spectrum.size(); i++) {
            double share = Math.max(spectrum.eigenvalue(i), 0) / spectrum.largest() / total;
            if (share > 0) {
                entropy -= share * Math.log(share);
            }
        }
        return Math.exp(entropy);
    })),
    /**
     * Mean of cos(J_i, J_j) over i &lt; j: lower is better (assumed: gradients that point one way make Θ nearly of rank one, which
     * TE-NAS' condition number punishes; GradSign, Zhang &amp; Jia 2022, argues the other way for a trained loss). Samples without
     * any gradient have no cosine and are left out; absent where no pair is left.
     */
    MEAN_COSINE("mean-cosine", Direction.LOWER, (kernel, spectrum, labels) -> {
        double sum = 0;
        long pairs = 0;
        for (int i = 0; i < kernel.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (kernel.at(i, i) > 0 && kernel.at(j, j) > 0) {
                    sum += kernel.at(i, j) / (Math.sqrt(kernel.at(i, i)) * Math.sqrt(kernel.at(j, j)));
                    pairs++;
                }
            }
        }
        // Takes off the rounding by which a mean of cosines may leave [−1, 1].
        return pairs == 0 ? Optional.empty() : Optional.of(Value.exact(Math.max(-1, Math.min(1, sum / pairs))));
    }),
    /**
     * Centred alignment of the kernel with the labels, ⟨HΘH, HYH⟩/(‖HΘH‖·‖HYH‖), Y_ij = 1 where labels agree, H = I − 11ᵀ/n
     * (Cortes et al. 2012): higher is better. Labels of a batch repeat in each view. Absent without labels, with one class
     * only, or where Θ is constant but for noise: ‖HΘH‖ under ε‖Θ‖.
     */
    ALIGNMENT(
            "alignment",
            Direction.HIGHER,
            (kernel, spectrum, labels) -> Alignment.of(kernel, labels, spectrum.relativeFloor()));

    private static final int[] NO_LABELS = {};

    private final String id;
    private final Direction direction;
    private final Formula formula;

    /** What a statistic is of a kernel; empty where it is not defined. */
    private interface Formula {
        Optional<Value> of(Kernel kernel, Spectrum spectrum, int[] labels);
    }

    Statistic(String id, Direction direction, Formula formula) {
        this.id = id;
        this.direction = direction;
        this.formula = formula;
    }

    /** One that is a number of every kernel, whatever the labels. */
    private static Formula exact(ToDoubleBiFunction<Kernel, Spectrum> number) {
        return (kernel, spectrum, labels) -> Optional.of(Value.exact(number.applyAsDouble(kernel, spectrum)));
    }

    @Override
    public String id() {
        return id;
    }

    /** Which end is better. */
    public Direction direction() {
        return direction;
    }

    /** Whether the value needs the labels of the batch. */
    public boolean needsLabels() {
        return this == ALIGNMENT;
    }

    /** The value without labels: absent for {@link #ALIGNMENT}. See {@link #value(Kernel, Spectrum, int[])}. */
    public Optional<Value> value(Kernel kernel, Spectrum spectrum) {
        return value(kernel, spectrum, NO_LABELS);
    }

    /**
     * The value of a kernel that is finite and has λ₁ &gt; 0; absent where the statistic is not defined for it.
     *
     * @param labels class of each of the N samples, or empty where unknown
     * @throws IllegalArgumentException if λ₁ ≤ 0, or if there are labels but not N of them
     */
    public Optional<Value> value(Kernel kernel, Spectrum spectrum, int[] labels) {
        if (!(spectrum.largest() > 0)) {
            throw new IllegalArgumentException(
                    "Expected a kernel with a positive eigenvalue, got λ₁ = %s: no gradient reaches a parameter"
                            .formatted(spectrum.largest()));
        }
        if (labels.length != 0 && labels.length != kernel.samples()) {
            throw new IllegalArgumentException(
                    "Expected one label per sample, N = %d, got %d labels".formatted(kernel.samples(), labels.length));
        }
        return kernel.size() < 2 && isOfSeveral() ? Optional.empty() : formula.of(kernel, spectrum, labels);
    }

    /** Whether a kernel of one row has the same value whatever the model: two eigenvalues are compared. */
    private boolean isOfSeveral() {
        return this == LOG_COND || this == EFFECTIVE_RANK;
    }
}
