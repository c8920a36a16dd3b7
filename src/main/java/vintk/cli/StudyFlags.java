package vintk.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the results of many models go. */
final class StudyFlags {
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "Results, as .csv, .json, .jsonl, or .html to look at; report reads .json and .jsonl.")
    Path out;

    @Option(
            names = "--resume",
            description = "Go on with an --out that was cut short, or add to a .jsonl: what has a score there is kept.")
    boolean resume;
}
