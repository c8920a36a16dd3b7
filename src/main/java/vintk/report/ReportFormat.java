package vintk.report;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import vintk.file.AtomicFile;
import vintk.rank.Ranking;
import vintk.score.Named;

/** The file formats of a ranking, chosen by extension. */
public enum ReportFormat implements Named {
    CSV("csv", CsvReport::write),
    JSON("json", JsonReport::write),
    JSONL("jsonl", JsonlReport::write),
    HTML("html", HtmlReport::write);

    private final String id;
    private final Report report;

    ReportFormat(String id, Report report) {
        this.id = id;
        this.report = report;
    }

    private interface Report {
        void write(Ranking ranking, Writer out) throws IOException;
    }

    /** The extension without its dot. */
    @Override
    public String id() {
        return id;
    }

    /**
     * The format that a file's extension names, in any case.
     *
     * @throws IllegalArgumentException listing the extensions, if it is none of them
     */
    public static ReportFormat of(Path path) {
        String name =
                path.getFileName() == null ? "" : path.getFileName().toString().toLowerCase(Locale.ROOT);
        for (ReportFormat format : values()) {
            if (name.endsWith("." + format.id)) {
                return format;
            }
        }
        throw new IllegalArgumentException(
                "Expected a file name that ends in .csv, .json, .jsonl or .html, got '%s'".formatted(path));
    }

    /**
     * Writes the report in one step: a reader sees the old file or the new one, never half of it.
     *
     * @throws IOException if the folder does not exist or may not be written
     */
    public void write(Ranking ranking, Path path) throws IOException {
        AtomicFile.write(path, temporary -> {
            try (Writer out = Files.newBufferedWriter(temporary)) {
                report.write(ranking, out);
            }
        });
    }
}
