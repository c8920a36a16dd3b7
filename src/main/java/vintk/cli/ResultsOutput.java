package vintk.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import vintk.file.RegularFile;
import vintk.rank.Journal;
import vintk.report.ReportFormat;

/**
 * Where results go. Nothing of somebody else is written over, nor what a run that is not done has scored: that may have taken days.
 *
 * @param file in a format that its name says
 */
record ResultsOutput(Path file) {
    /** Whether it is a list of lines, and so its own journal. */
    boolean isLines() {
        return ReportFormat.of(file) == ReportFormat.JSONL;
    }

    /** Where results are kept as they come: the file itself where that is a list of lines, else one beside it until the end. */
    Path journal() {
        return isLines() ? file : file.resolveSibling(file.getFileName() + ".partial.jsonl");
    }

    /**
     * Makes the folder, and tries the file.
     *
     * @param read by the command
     * @throws IOException where it is no file, or holds something else than results
     */
    void prepare(String... read) throws IOException {
        OutputFile.prepare(file, read);
        RegularFile.require(file, "a file for results");
        RegularFile.require(journal(), "a file for results");
        ReportFormat.of(file).requireOwn(file);
        ReportFormat.JSONL.requireOwn(journal());
    }

    /**
     * Refuses what a run has begun.
     *
     * @throws IOException where it is being written
     * @throws IllegalArgumentException where it was cut short
     */
    void requireDone() throws IOException {
        if (Files.exists(journal())) {
            Journal.requireFree(journal());
        }
        if (Journal.isUnfinished(journal())) {
            throw new IllegalArgumentException(
                    "%s is of a run that was cut short: --resume goes on with it; or remove it".formatted(journal()));
        }
    }
}
