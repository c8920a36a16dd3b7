package vintk.runtime;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What {@link GradientCheck} found.
 *
 * @param output that was differentiated
 * @param samples in the batch
 * @param tensors parameters that reach the output
 * @param elements of all of them
 * @param imported the imported graph's output against the model's own
 * @param whole the gradient of all parameters against differences
 * @param operators the same of every operator by itself, the worst first
 */
public record GradientReport(
        String output,
        long samples,
        int tensors,
        long elements,
        Imported imported,
        Whole whole,
        List<Operator> operators) {
    public GradientReport {
        operators = List.copyOf(operators);
    }

    /** What became of a comparison. */
    public enum Status {
        OK,
        WRONG,
        /** On a kink wherever it was tried, or drowned in rounding: nothing can be said. */
        UNMEASURED
    }

    /**
     * The import: largest difference relative to the largest element of the output.
     *
     * @param error that difference
     * @param tolerance up to which it is rounding
     * @param at where the first value differs, or empty
     */
    public record Imported(double error, double tolerance, String at) {
        public Status status() {
            return error <= tolerance ? Status.OK : Status.WRONG;
        }
    }

    /**
     * The gradient along random directions.
     *
     * @param engine batched, or single where samples could not be tracked
     * @param status of {@code error}; that of {@code rounding} is {@link #isPrecise}
     * @param error of the worst direction, relative to the size that derivatives along such directions have
     * @param tolerance of {@code error}
     * @param unsettled how far the differences themselves may be off, in the same unit
     * @param directions how many were measured
     * @param kinks how many were not, as they run over a kink
     * @param moved whether the parameters were moved off a kink
     * @param rounding the gradient in float32 against that in float64, relative
     * @param roundingTolerance of {@code rounding}
     * @param single operators without a kernel in float64
     */
    public record Whole(
            String engine,
            Status status,
            double error,
            double tolerance,
            double unsettled,
            int directions,
            int kinks,
            boolean moved,
            double rounding,
            double roundingTolerance,
            Set<String> single) {
        public boolean isPrecise() {
            return rounding <= roundingTolerance;
        }
    }

    /**
     * One operator on its activations.
     *
     * @param operator its type, such as {@code Conv}
     * @param name of the first node of this form
     * @param count nodes of the same operator, attributes and shapes
     * @param status of {@code error}
     * @param error of the worst input, relative to the derivatives
     * @param tolerance of {@code error}
     * @param leftOut the part of its output that was left out, as it lies on kinks
     * @param precision float64, or float32 where there is no other kernel, or integers, which have no differences
     * @param remark what more there is to say, or empty
     */
    public record Operator(
            String operator,
            String name,
            int count,
            Status status,
            double error,
            double tolerance,
            double leftOut,
            String precision,
            String remark) {
        /** The worst first: those that are wrong, then by error in units of the tolerance. */
        static final Comparator<Operator> WORST_FIRST = Comparator.comparing((Operator o) -> o.status() != Status.WRONG)
                .thenComparing(o -> o.status() == Status.UNMEASURED)
                .thenComparing(Comparator.comparingDouble((Operator o) -> o.error() / o.tolerance())
                        .reversed());

        @Override
        public String toString() {
            return operator + (name.isEmpty() ? "" : " '" + name + "'");
        }
    }

    /** The operator with the largest error, those that are wrong first; empty where there is none. */
    public Optional<Operator> worst() {
        return operators.stream().findFirst();
    }

    public boolean passed() {
        return fault().isEmpty();
    }

    /** What is wrong, in one line; empty where nothing is. */
    public Optional<String> fault() {
        Optional<Operator> wrong =
                operators.stream().filter(o -> o.status() == Status.WRONG).findFirst();
        if (imported.status() != Status.OK) {
            String at = imported.at().isEmpty() ? "" : ", first at " + imported.at();
            return Optional.of(
                    line("the imported graph is another function than the model%s: error %.2g", at, imported.error()));
        }
        if (wrong.isPresent()) {
            return Optional.of(line(
                    "the gradient of %s is wrong: error %.2g%s",
                    wrong.get(),
                    wrong.get().error(),
                    wrong.get().remark().isEmpty() ? "" : " (" + wrong.get().remark() + ")"));
        }
        String worst = worst().map(w -> line("; the worst is %s with error %.2g", w, w.error()))
                .orElse("");
        return switch (whole.status()) {
            case WRONG ->
                Optional.of(line(
                        "the whole gradient is wrong by %.2g though each operator by itself is right%s",
                        whole.error(), worst));
            case UNMEASURED ->
                Optional.of(steps(operators)
                        .map(o -> line("the whole gradient could not be measured: %s rounds to integers%s", o, worst))
                        .orElse(line(
                                "the whole gradient could not be measured: differences do not settle (%.2g)%s",
                                whole.unsettled(), worst)));
            case OK ->
                whole.isPrecise()
                        ? Optional.empty()
                        : Optional.of(line(
                                "the gradient in float32 is off by %.2g of that in float64%s",
                                whole.rounding(), worst));
        };
    }

    /** One that gives integers, or takes them. */
    static Optional<Operator> steps(List<Operator> operators) {
        return operators.stream()
                .filter(o -> o.precision().equals(OperatorCheck.INTEGERS))
                .findFirst();
    }

    private static String line(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
