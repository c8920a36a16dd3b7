package vintk.score;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What scoring one model gave, over all repeats.
 *
 * @param name id of the model, by which results meet ground truth
 * @param source where the model came from
 * @param status {@link Status#OK} exactly if there is a ViNTK estimate
 * @param message why, where the status is not ok; empty otherwise
 * @param vintk the ranking statistic of the integrated kernel, over the repeats
 * @param ntk the ranking statistic of the plain kernel; absent also where a repeat gave only a bound
 * @param repeats one score per repeat, in the order of the repeats
 * @param cost what the model weighs and what scoring took
 * @param engine which engine ran, if it came to that
 * @param taken what of the model; empty where it never gave a kernel
 * @param settings everything else that decides the numbers
 * @param warnings what a reader should know, in sentences, without repetition
 */
public record Result(
        String name,
        Source source,
        Status status,
        String message,
        Optional<Estimate> vintk,
        Optional<Estimate> ntk,
        List<Score> repeats,
        Cost cost,
        Optional<EngineChoice> engine,
        Optional<Taken> taken,
        Settings settings,
        List<String> warnings) {

    public Result {
        if ((status == Status.OK) != vintk.isPresent()) {
            throw new IllegalArgumentException("Expected a score exactly with status ok, got %s with %s for model %s"
                    .formatted(status.id(), vintk, name));
        }
        repeats = List.copyOf(repeats);
        warnings = List.copyOf(warnings);
    }

    /**
     * The result of R ≥ 1 repeats. It has a score only if every repeat has one: a mean over the repeats that happened to
     * survive would flatter the model. Otherwise the status is that of the first repeat without a number.
     *
     * @param warnings besides those of the scores
     */
    public static Result of(
            String name,
            Source source,
            List<Score> repeats,
            Cost cost,
            EngineChoice engine,
            Taken taken,
            Settings settings,
            List<String> warnings) {
        return of(name, source, repeats, cost, Optional.of(engine), Optional.of(taken), settings, warnings);
    }

    private static Result of(
            String name,
            Source source,
            List<Score> repeats,
            Cost cost,
            Optional<EngineChoice> engine,
            Optional<Taken> taken,
            Settings settings,
            List<String> warnings) {
        Optional<Score> failure =
                repeats.stream().filter(score -> score.status() != Status.OK).findFirst();
        LinkedHashSet<String> all = new LinkedHashSet<>(warnings);
        repeats.forEach(score -> all.addAll(score.warnings()));
        return new Result(
                name,
                source,
                failure.map(Score::status).orElse(Status.OK),
                failure.map(score -> message(score, repeats)).orElse(""),
                estimate(repeats.stream().map(Score::vintkValue).toList()),
                estimate(repeats.stream().map(Score::ntkValue).toList()),
                repeats,
                cost,
                engine,
                taken,
                settings,
                new ArrayList<>(all));
    }

    /** The result of a model that never gave a kernel. */
    public static Result failed(
            String name, Source source, Status status, String message, Cost cost, Settings settings) {
        return new Result(
                name,
                source,
                status,
                message,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                cost,
                Optional.empty(),
                Optional.empty(),
                settings,
                List.of());
    }

    /** The same kernels by another statistic, as if that had been asked for. */
    public Result by(Statistic statistic) {
        List<Score> others = repeats.stream().map(score -> score.by(statistic)).toList();
        return others.isEmpty()
                ? failed(name, source, status, message, cost, settings.by(statistic))
                : of(name, source, others, cost, engine, taken, settings.by(statistic), warnings);
    }

    /** Any statistic of the integrated kernel over the repeats; absent where a repeat lacks it or gave only a bound. */
    public Optional<Estimate> vintk(Statistic statistic) {
        return estimate(repeats, Score::integrated, statistic);
    }

    /** Any statistic of the plain kernel over the repeats; absent where a repeat lacks it or gave only a bound. */
    public Optional<Estimate> ntk(Statistic statistic) {
        return estimate(repeats, Score::plain, statistic);
    }

    private static Optional<Estimate> estimate(
            List<Score> repeats, Function<Score, Optional<Measurement>> kernel, Statistic statistic) {
        return estimate(repeats.stream()
                .map(score -> kernel.apply(score).flatMap(measurement -> measurement.value(statistic)))
                .toList());
    }

    private static String message(Score failure, List<Score> repeats) {
        long failures =
                repeats.stream().filter(score -> score.status() != Status.OK).count();
        return repeats.size() == 1
                ? failure.message()
                : "%s (%d of %d repeats without a score)".formatted(failure.message(), failures, repeats.size());
    }

    private static Optional<Estimate> estimate(List<Optional<Value>> values) {
        boolean known = !values.isEmpty()
                && values.stream()
                        .allMatch(value -> value.isPresent() && value.get().exact());
        return known
                ? Optional.of(Estimate.of(values.stream()
                        .mapToDouble(value -> value.orElseThrow().value())
                        .toArray()))
                : Optional.empty();
    }
}
