package vintk.cli;

/** What a command returns to the shell. */
final class ExitCode {
    /** Everything asked for was done. */
    static final int OK = 0;

    /** Some models have no score; the others have. */
    static final int SOME_FAILED = 1;

    /** The command line, or a file it names, cannot be used as it is. */
    static final int USAGE = 2;

    /** No model could be scored, differentiated or run. */
    static final int NOTHING_SCORED = 3;

    private ExitCode() {}
}
