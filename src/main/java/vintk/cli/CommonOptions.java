package vintk.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import vintk.report.TextLayout;

/** What every command takes. */
final class CommonOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Seed of everything drawn (default: ${DEFAULT-VALUE}).")
    long seed;

    @Option(
            names = "--threads",
            paramLabel = "T",
            defaultValue = "0",
            description = "Threads of ONNX Runtime; 0: one a core (default).")
    int threads;

    @Option(names = "--quiet", description = "No progress, no remarks.")
    boolean quiet;

    @Option(names = "--json", description = "JSON on standard output instead of text.")
    boolean json;

    @Option(names = "--stacktrace", description = "Show where an error arose.")
    boolean stacktrace;

    /** Says what a reader should know, on standard error. */
    void remark(String remark) {
        if (!quiet) {
            warn(remark);
        }
    }

    /** Says what has to be known, on standard error, also to those who want no remarks. */
    void warn(String warning) {
        spec.commandLine().getErr().println("vintk: " + TextLayout.plain(warning));
        spec.commandLine().getErr().flush();
    }

    /** Shows the exception behind a status to those who ask for it. */
    void trace(Throwable failure) {
        if (stacktrace) {
            Failures.trace(spec.commandLine().getErr(), failure);
        }
    }

    /** Refuses what an option cannot count. */
    static void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + ": expected 1 or more, got " + value);
        }
    }
}
