package vintk.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import vintk.report.TextLayout;

/** What every command takes, and how it speaks. */
@Command(mixinStandardHelpOptions = true, versionProvider = Vintk.Version.class)
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

    /** Standard output. */
    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Shows a result, at once: what is said on standard error later stands behind it. */
    void print(Object result) {
        out().print(result);
        out().flush();
    }

    /** The same with the end of a line. */
    void println(Object result) {
        print(result + System.lineSeparator());
    }

    /** Refuses a command line that cannot be used, and names the help of its command. */
    void require(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

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
            trace(spec.commandLine().getErr(), failure);
        }
    }

    /** Messages hold names from files. */
    static void trace(PrintWriter err, Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        trace.toString().lines().forEach(line -> err.println(TextLayout.plain(line.replace("\t", "    "))));
        err.flush();
    }

    /** Refuses what an option cannot count. */
    static void atLeastOne(String option, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(option + ": expected 1 or more, got " + value);
        }
    }
}
