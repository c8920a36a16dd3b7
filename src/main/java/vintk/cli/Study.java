package vintk.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jline.utils.Signals;
import vintk.rank.Evaluation;
import vintk.rank.Journal;
import vintk.rank.Ranking;
import vintk.rank.Subject;
import vintk.rank.Workers;
import vintk.report.JsonReport;
import vintk.report.ReportFormat;
import vintk.report.TableReport;
import vintk.runtime.Interruption;
import vintk.score.Result;
import vintk.score.Status;

/**
 * Scores a list of models with a progress bar, keeps every result on disk as it comes, and reports. Ctrl-C, or the signal
 * with which schedulers end a job, ends the run under way and reports what is there.
 */
final class Study {
    /** As shells report a process that a signal ended: 128 and the signal's number. */
    private static final int INTERRUPTED = 130;

    private static final int TERMINATED = 143;

    /** Columns of the progress bar. */
    private static final int WIDTH = 80;

    private final CommonOptions common;
    private final Path out;
    private final PrintWriter stdout;
    private final PrintWriter stderr;
    private List<Result> results = List.of();
    private volatile int interruption;

    /** @param out a file for the results, or null */
    Study(CommonOptions common, Path out, PrintWriter stdout, PrintWriter stderr) {
        this.common = common;
        this.out = out;
        this.stdout = stdout;
        this.stderr = stderr;
        if (out != null) {
            ReportFormat.of(out);
        }
    }

    /** Scores all subjects; returns the exit code. */
    int run(List<Subject> subjects, Evaluation evaluation) throws IOException {
        Path journalFile = out == null ? null : journal();
        if (out != null) {
            OutputFile.prepare(out);
        }
        try (Journal journal = journalFile == null ? null : Journal.create(journalFile);
                ProgressBar bar = bar(subjects.size())) {
            results = interruptibly(() ->
                    Workers.run(evaluation, subjects, () -> interruption != 0, result -> take(result, journal, bar)));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (results.size() < subjects.size()) {
            stderr.println("vintk: interrupted, " + results.size() + " of " + subjects.size() + " models are scored"
                    + (out == null || results.isEmpty() ? "" : "; they are in " + out));
            stderr.flush();
        }
        if (!results.isEmpty()) {
            report();
        }
        if (journalFile != null && !journalFile.equals(out)) {
            Files.deleteIfExists(journalFile);
        }
        return interruption != 0 ? interruption : exitCode();
    }

    /** What signals end early. Only now, when the progress bar is there: its terminal gives signals back to the system. */
    private List<Result> interruptibly(Supplier<List<Result>> work) {
        Object beforeInt = Signals.register("INT", () -> interrupt(INTERRUPTED));
        Object beforeTerm = Signals.register("TERM", () -> interrupt(TERMINATED));
        try {
            return work.get();
        } finally {
            Signals.unregister("INT", beforeInt);
            Signals.unregister("TERM", beforeTerm);
            Interruption.reset();
        }
    }

    private void take(Result result, Journal journal, ProgressBar bar) {
        try {
            if (journal != null) {
                journal.append(result);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (bar != null) {
            bar.step();
        }
    }

    private void interrupt(int code) {
        interruption = code;
        Interruption.request();
    }

    /** Results as they come go to the file itself where that is a list of lines, else to one beside it until the end. */
    private Path journal() {
        return ReportFormat.of(out) == ReportFormat.JSONL
                ? out
                : out.resolveSibling(out.getFileName() + ".partial.jsonl");
    }

    private ProgressBar bar(int models) {
        if (common.quiet || System.console() == null || models < 2) {
            return null;
        }
        ConsoleProgressBarConsumer console = new ConsoleProgressBarConsumer(System.err);
        return new ProgressBarBuilder()
                .setTaskName("scoring")
                .setUnit(" models", 1)
                .setInitialMax(models)
                // Asking for its width opens the terminal, before signals are taken.
                .setMaxRenderedLength(Math.min(WIDTH, console.getMaxRenderedLength()))
                .setConsumer(console)
                .build();
    }

    private void report() throws IOException {
        Ranking ranking = Ranking.of(results);
        if (out != null) {
            ReportFormat.of(out).write(ranking, out);
        }
        stdout.print(common.json ? JsonReport.text(ranking) : TableReport.text(ranking));
        stdout.flush();
    }

    private int exitCode() {
        long failed = results.stream().filter(r -> r.status() != Status.OK).count();
        if (failed == results.size()) {
            return ExitCode.NOTHING_SCORED;
        }
        return failed > 0 ? ExitCode.SOME_FAILED : ExitCode.OK;
    }
}
