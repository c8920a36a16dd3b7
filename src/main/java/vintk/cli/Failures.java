package vintk.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import vintk.report.TextLayout;

/** Shows exceptions to those who ask for stack traces. */
final class Failures {
    private Failures() {}

    /** Messages hold names from files. */
    static void trace(PrintWriter err, Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        trace.toString().lines().forEach(line -> err.println(TextLayout.plain(line.replace("\t", "    "))));
        err.flush();
    }
}
