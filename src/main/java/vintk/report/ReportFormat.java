package vintk.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import vintk.file.AtomicFile;
import vintk.file.Utf8;
import vintk.rank.Journal;
import vintk.rank.Ranking;
import vintk.score.Named;

/** The file formats of a ranking, chosen by extension. */
public enum ReportFormat implements Named {
    CSV("csv", CsvReport::write, "id,rank,rank_best,.*"),
    JSON("json", JsonReport::write, "\\[\n\\{\"id\":.*\"rank_best\":.*"),
    JSONL("jsonl", JsonlReport::write, "\\{\"id\":.*"),
    HTML("html", HtmlReport::write, ".*<title>vintk: .*");

    /** How much of a file tells whose it is: more than a name is long. */
    private static final int BEGINNING = 8192;

    private final String id;
    private final Report report;
    private final Pattern beginning;

    ReportFormat(String id, Report report, String beginning) {
        this.id = id;
        this.report = report;
        this.beginning = Pattern.compile(beginning, Pattern.DOTALL);
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
     * Refuses a file that is there and holds something else than results: it may be the only copy of somebody's table.
     *
     * @throws IOException also where it cannot be read
     */
    public void requireOwn(Path path) throws IOException {
        if (!Files.isRegularFile(path) || Files.size(path) == 0) {
            return;
        }
        try (InputStream in = Files.newInputStream(path)) {
            String text = Utf8.beginning(in.readNBytes(BEGINNING));
            if (!beginning.matcher(text).matches() || this == JSONL && !Journal.isJournal(path)) {
                throw new IOException(
                        path + " is there already and holds something else than results: give another --out");
            }
        }
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
