package vintk.cli;

import picocli.CommandLine.Model.CommandSpec;

/** Shows the exceptions behind statuses to those who ask for stack traces. */
final class Failures {
    private Failures() {}

    static void show(CommandSpec spec, CommonOptions common, Throwable failure) {
        if (common.stacktrace) {
            failure.printStackTrace(spec.commandLine().getErr());
            spec.commandLine().getErr().flush();
        }
    }
}
