package vintk.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine.Model.CommandSpec;
import vintk.report.TextLayout;

/** Shows the exceptions behind statuses to those who ask for stack traces. */
final class Failures {
    private Failures() {}

    static void show(CommandSpec spec, CommonOptions common, Throwable failure) {
        if (common.stacktrace) {
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
}
