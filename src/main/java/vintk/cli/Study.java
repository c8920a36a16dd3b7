package vintk.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jline.utils.Signals;
import vintk.rank.Earlier;
import vintk.rank.Evaluation;
import vintk.rank.InWork;
import vintk.rank.Journal;
import vintk.rank.Ranking;
import vintk.rank.Subject;
import vintk.rank.Workers;
import vintk.report.JsonReport;
import vintk.report.ReportFormat;
import vintk.report.TableReport;
import vintk.runtime.Interruption;
import vintk.score.Result;
import vintk.score.Source;
import vintk.score.Status;

/**
 * Scores a list of models with a progress bar, keeps every result on disk as it comes, and reports. Ctrl-C, the signal
 * with which schedulers end a job, or the end of the terminal, ends the run under way and reports what is there.
 */
final class Study {
    /** As shells report a process that a signal ended: 128 and the signal's number. */
    private static final int HUNG_UP = 129;

    private static final int INTERRUPTED = 130;

    private static final int TERMINATED = 143;

    private final CommonOptions common;
    private final ResultsOutput output;
    private final boolean resume;
    private final List<Result> results = new ArrayList<>();
    private final List<Result> taken = new ArrayList<>();
    private volatile int interruption;
    private volatile InWork inWork = InWork.nowhere();

    Study(CommonOptions common, StudyFlags flags) {
        this.common = common;
        this.output = flags.out == null ? null : new ResultsOutput(flags.out);
        this.resume = flags.resume;
        if (resume && output == null) {
            throw new IllegalArgumentException("--resume goes on with a file of results: name it with --out");
        }
    }

    /** Scores all files that have no score yet; returns the exit code. */
    int run(List<Subject> subjects, Evaluation evaluation) throws IOException {
        return run(subjects, evaluation, source -> Optional.empty());
    }

    /**
     * Scores all subjects that have no score yet; returns the exit code.
     *
     * @param content of candidates by now, as {@link Earlier#requireSameNetworks} has it
     */
    int run(List<Subject> subjects, Evaluation evaluation, Function<Source, Optional<String>> content)
            throws IOException {
        Earlier earlier = earlier(evaluation);
        earlier.requireSameNetworks(content);
        earlier.requireOneOfAName(subjects);
        List<Subject> open = earlier.open(subjects, common::remark);
        if (resume) {
            int kept = subjects.size() - open.size();
            int others = earlier.without(subjects).size();
            common.remark(kept + " of " + subjects.size() + " models have their score, " + open.size() + " to do"
                    + (others == 0 ? "" : "; ranked together with " + others + " more that the file holds"));
        }
        int missing;
        try (Journal journal = openJournal();
                InWork work = openWork();
                Progress progress = new Progress(common, "scoring", " models")) {
            progress.stepTo(subjects.size() - open.size(), subjects.size());
            inWork = work;
            List<Result> scored = interruptibly(() -> score(evaluation, open, work, result -> {
                take(result, journal, progress);
                work.ends(result.name());
            }));
            missing = open.size() - scored.size();
            results.addAll(earlier.without(open));
            results.addAll(scored);
        } catch (UncheckedIOException e) {
            // What is scored is shown at least.
            results.addAll(earlier.without(open));
            results.addAll(taken);
            if (!results.isEmpty()) {
                show(Ranking.of(results), common);
            }
            IOException cause = e.getCause();
            throw new IOException(
                    "%s; %d of %d models are scored, --resume goes on"
                            .formatted(cause.getMessage(), results.size(), subjects.size()),
                    cause);
        }
        if (missing > 0) {
            common.warn("interrupted, " + (subjects.size() - missing) + " of " + subjects.size()
                    + " models are scored"
                    + (output == null || results.isEmpty()
                            ? ""
                            : "; they are in " + output.file() + ", --resume goes on"));
        }
        if (!results.isEmpty()) {
            report(missing == 0);
        } else if (common.json) {
            common.println("[]");
        }
        if (output != null && !output.isLines() && (missing == 0 || results.isEmpty())) {
            Files.deleteIfExists(output.journal());
        }
        return interruption != 0 ? interruption : exitCode();
    }

    /** Those last that were in work when the process ended, each on its own: one may end it again. */
    private List<Result> score(Evaluation evaluation, List<Subject> open, InWork work, Consumer<Result> sink) {
        List<List<Subject>> parts = new ArrayList<>();
        List<Subject> first = new ArrayList<>();
        parts.add(first);
        List<Result> results = new ArrayList<>();
        for (Subject subject : open) {
            int times = work.times(subject);
            if (times >= InWork.MOST) {
                Result result = evaluation.givenUp(subject);
                sink.accept(result);
                results.add(result);
            } else if (times > 0) {
                common.remark(subject.name() + " was in work when the process ended; it is taken last");
                parts.add(List.of(subject));
            } else {
                first.add(subject);
            }
        }
        for (List<Subject> part : parts) {
            results.addAll(Workers.run(evaluation, part, () -> interruption != 0, work::begins, sink));
        }
        return results;
    }

    /** What the file holds already. */
    private Earlier earlier(Evaluation evaluation) throws IOException {
        if (output == null) {
            return Earlier.none();
        }
        output.prepare();
        if (!resume) {
            output.requireDone();
            return Earlier.none();
        }
        if (!Files.exists(output.journal()) && Files.exists(output.file())) {
            throw new IllegalArgumentException(
                    output.file() + " is complete; --resume adds to a .jsonl alone: give another --out, or remove it");
        }
        return Earlier.read(output.journal(), evaluation.settings());
    }

    private Journal openJournal() throws IOException {
        if (output == null) {
            return null;
        }
        return resume ? Journal.resume(output.journal()) : Journal.create(output.journal());
    }

    private InWork openWork() throws IOException {
        if (output == null) {
            return InWork.nowhere();
        }
        return resume ? InWork.resume(output.journal()) : InWork.begin(output.journal());
    }

    /** What signals end early. Only now, when the progress bar is there: its terminal gives signals back to the system. */
    private List<Result> interruptibly(Supplier<List<Result>> work) {
        Object beforeHup = Signals.register("HUP", () -> interrupt(HUNG_UP));
        Object beforeInt = Signals.register("INT", () -> interrupt(INTERRUPTED));
        Object beforeTerm = Signals.register("TERM", () -> interrupt(TERMINATED));
        try {
            return work.get();
        } finally {
            Signals.unregister("HUP", beforeHup);
            Signals.unregister("INT", beforeInt);
            Signals.unregister("TERM", beforeTerm);
            Interruption.reset();
        }
    }

    private void take(Result result, Journal journal, Progress progress) {
        try {
            if (journal != null) {
                journal.append(result);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        taken.add(result);
        progress.step();
    }

    /** The second one ends the process at once: results are on disk as they come, and no clean-up may run while kernels do. */
    private void interrupt(int code) {
        if (interruption != 0) {
            inWork.close();
            Runtime.getRuntime().halt(code);
        }
        interruption = code;
        Interruption.request();
    }

    /** @param complete whether all is scored: until then the journal stays as it is, which says no places */
    private void report(boolean complete) throws IOException {
        Ranking ranking = Ranking.of(results);
        show(ranking, common);
        if (output == null || !complete && output.isLines()) {
            return;
        }
        try {
            ReportFormat.of(output.file()).write(ranking, output.file());
        } catch (IOException e) {
            String kept = output.isLines()
                    ? "it holds all results, and --resume adds their places"
                    : "all results are in " + output.journal() + ", --resume goes on";
            throw new IOException(e.getMessage() + "; " + kept, e);
        }
    }

    static void show(Ranking ranking, CommonOptions common) throws IOException {
        if (common.json) {
            JsonReport.write(ranking, common.out());
            common.out().flush();
        } else {
            common.print(TableReport.text(ranking));
        }
    }

    private int exitCode() {
        long failed = results.stream().filter(r -> r.status() != Status.OK).count();
        if (failed == results.size()) {
            return ExitCode.NOTHING_SCORED;
        }
        return failed > 0 ? ExitCode.SOME_FAILED : ExitCode.OK;
    }
}
