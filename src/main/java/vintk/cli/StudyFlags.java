package vintk.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import vintk.report.ReportFormat;

/** Where the results of many models go. */
final class StudyFlags {
    @Option(names = "--out", paramLabel = "FILE", description = "Results, as .csv, .json, .jsonl, or .html to look at.")
    Path out;

    @Option(
            names = "--resume",
            description = "Go on with an --out that was cut short, or add to a .jsonl: what has a score there is kept.")
    boolean resume;

    /** Where results are kept as they come: the file itself where that is a list of lines, else one beside it until the end. */
    Path journal() {
        return ReportFormat.of(out) == ReportFormat.JSONL
                ? out
                : out.resolveSibling(out.getFileName() + ".partial.jsonl");
    }
}
