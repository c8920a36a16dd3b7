package vintk.score;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What one evaluation of one model gave: the plain and the integrated measurement from one joint kernel, or the reason why
 * there is none.
 *
 * @param status how it ended; {@link Status#OK} exactly if {@link #vintk()} is a number
 * @param message why, where the status is not ok; empty otherwise
 * @param statistic which ranks
 * @param integration which makes the views one
 * @param baseline name of the view whose block is the plain kernel: identity, or the first where identity is not a view
 * @param plain all statistics of the baseline block
 * @param integrated all statistics of the integrated kernel
 * @param profile all statistics of each view's block, in the order of the views; a view without any gradient is missing
 * @param warnings what a reader should know, in sentences
 */
public record Score(
        Status status,
        String message,
        Statistic statistic,
        Integration integration,
        String baseline,
        Optional<Measurement> plain,
        Optional<Measurement> integrated,
        List<ViewMeasurement> profile,
        List<String> warnings) {

    public Score {
        profile = List.copyOf(profile);
        warnings = List.copyOf(warnings);
    }

    /** Scores a joint kernel without labels. See {@link #of(Kernel, Statistic, Integration, int[])}. */
    public static Score of(Kernel joint, Statistic statistic, Integration integration) {
        return of(joint, statistic, integration, new int[0]);
    }

    /**
     * Scores a joint kernel. Cost: one spectrum of n = V·N rows and V of N rows.
     *
     * @param labels class of each of the N samples, or empty where unknown
     * @throws IllegalArgumentException if the statistic needs labels and there are none: a fault of the call, not of the model
     */
    public static Score of(Kernel joint, Statistic statistic, Integration integration, int[] labels) {
        if (statistic.needsLabels() && labels.length == 0) {
            throw new IllegalArgumentException(
                    "The statistic %s needs the labels of the batch, got none: give labels, or choose another"
                            .formatted(statistic.id()));
        }
        if (!joint.finite()) {
            return failed(Status.NON_FINITE, "the kernel is " + joint.describeNonFinite(), statistic, integration);
        }
        try {
            return measured(joint, statistic, integration, labels);
        } catch (ArithmeticException e) {
            return failed(Status.ERROR, e.getMessage(), statistic, integration);
        }
    }

    /** The score of an evaluation that gave no kernel. */
    static Score failed(Status status, String message, Statistic statistic, Integration integration) {
        return new Score(
                status,
                message,
                statistic,
                integration,
                Kernel.IDENTITY,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of());
    }

    /** The same failure with the cause of it behind its message. */
    public Score because(String reason) {
        return with(status, message + "; " + reason, statistic);
    }

    /** The same kernel by another statistic; what gave no kernel has failed by any. */
    Score by(Statistic other) {
        Optional<Value> value = integrated.flatMap(measurement -> measurement.value(other));
        Status now = integrated.isEmpty() ? status : status(integrated, value);
        return with(now, integrated.isEmpty() ? message : message(now, other, value), other);
    }

    private Score with(Status now, String why, Statistic ranking) {
        return new Score(now, why, ranking, integration, baseline, plain, integrated, profile, warnings);
    }

    /** The ranking statistic of the integrated kernel, if it is a number. */
    public OptionalDouble vintk() {
        return number(vintkValue());
    }

    /** The ranking statistic of the plain kernel, if it is a number. */
    public OptionalDouble ntk() {
        return number(ntkValue());
    }

    /** As {@link #vintk()}, bounds included. */
    public Optional<Value> vintkValue() {
        return integrated.flatMap(measurement -> measurement.value(statistic));
    }

    /** As {@link #ntk()}, bounds included. */
    public Optional<Value> ntkValue() {
        return plain.flatMap(measurement -> measurement.value(statistic));
    }

    private static OptionalDouble number(Optional<Value> value) {
        return value.filter(Value::exact).stream().mapToDouble(Value::value).findFirst();
    }

    private static Score measured(Kernel given, Statistic statistic, Integration integration, int[] labels) {
        Kernel joint = given.withoutNoise();
        List<Optional<Measurement>> blocks = new ArrayList<>();
        List<ViewMeasurement> profile = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        for (int view = 0; view < joint.views().size(); view++) {
            String name = joint.views().get(view);
            Optional<Measurement> block = Measurement.of(joint.block(view), labels);
            blocks.add(block);
            block.ifPresentOrElse(
                    measurement -> profile.add(new ViewMeasurement(name, measurement)),
                    () -> warnings.add("no gradient, or rounding alone, reaches a parameter from the view " + name));
        }
        int baselineView = joint.baselineView();
        String baseline = joint.views().get(baselineView);
        if (!baseline.equals(Kernel.IDENTITY)) {
            warnings.add("ntk is that of the view " + baseline + ", as identity is not among the views");
        }
        Optional<Measurement> integrated = integration.measure(joint, blocks, labels);
        Optional<Value> value = integrated.flatMap(measurement -> measurement.value(statistic));
        Status status = status(integrated, value);
        return new Score(
                status,
                integrated.isEmpty() && !profile.isEmpty()
                        ? "a sum over views needs a kernel of each: " + warnings.get(0)
                        : message(status, statistic, value),
                statistic,
                integration,
                baseline,
                blocks.get(baselineView),
                integrated,
                profile,
                warnings);
    }

    private static Status status(Optional<Measurement> integrated, Optional<Value> value) {
        if (integrated.isEmpty()) {
            return Status.CONSTANT_OUTPUT;
        }
        if (value.isEmpty()) {
            return Status.ERROR;
        }
        return value.get().exact() ? Status.OK : Status.ILL_CONDITIONED;
    }

    private static String message(Status status, Statistic statistic, Optional<Value> value) {
        return switch (status) {
            case OK -> "";
            case CONSTANT_OUTPUT -> "no gradient reaches a parameter: the kernel is zero";
            case ILL_CONDITIONED ->
                String.format(
                        Locale.ROOT,
                        "%s %s %.3f, as the smallest eigenvalue is under the noise floor",
                        statistic.id(),
                        value.orElseThrow().bound().symbol(),
                        value.orElseThrow().value());
            default ->
                "%s is not defined for this batch: it needs at least two samples that differ%s"
                        .formatted(
                                statistic.id(),
                                statistic.needsLabels()
                                        ? " in class (--labels), and in their gradients by more than the noise floor"
                                        : "");
        };
    }
}
