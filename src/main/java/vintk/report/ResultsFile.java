package vintk.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import vintk.file.RegularFile;
import vintk.file.Utf8;
import vintk.rank.Journal;
import vintk.rank.Merged;
import vintk.rank.ResultJson;
import vintk.rank.ScoredModel;
import vintk.score.Named;
import vintk.score.Result;
import vintk.score.Statistic;
import vintk.score.Status;

/**
 * A file of results, read back.
 *
 * @param models in the order of the file
 * @param warnings such as a half-written last line of a journal
 */
public record ResultsFile(List<ScoredModel> models, List<String> warnings) {

    public ResultsFile {
        models = List.copyOf(models);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads what {@link ReportFormat} or {@link Journal} wrote, in the format that the extension names. Its results are of one
     * study: others do not compare.
     *
     * @param statistic of the scores; empty for the one that ranked
     * @throws IOException if the file cannot be read, or says what is wrong with it and where
     * @throws IllegalArgumentException if the extension is none of a format, or naming the settings in which results differ
     */
    static ResultsFile read(Path path, Optional<Statistic> statistic) throws IOException {
        return switch (ReportFormat.of(path)) {
            case JSONL, JSON -> whole(List.of(path), statistic);
            case CSV -> new ResultsFile(csv(path, statistic), List.of());
            case HTML ->
                throw new IOException("%s is a page to look at: expected .csv, .json or .jsonl".formatted(path));
        };
    }

    /** The same of several files of whole results, the parts of a study; of one it may be a table. */
    public static ResultsFile read(List<Path> parts, Optional<Statistic> statistic) throws IOException {
        return parts.size() == 1 ? read(parts.get(0), statistic) : whole(parts, statistic);
    }

    private static ResultsFile whole(List<Path> parts, Optional<Statistic> statistic) throws IOException {
        Journal.Contents contents = merged(parts);
        return new ResultsFile(
                contents.results().stream()
                        .map(result -> ScoredModel.of(
                                result, statistic.orElse(result.settings().statistic())))
                        .toList(),
                contents.warnings());
    }

    /**
     * Whole results of several files as those of one study.
     *
     * @throws IOException if one cannot be read, or says what is wrong with it and where
     * @throws IllegalArgumentException as {@link Merged#of} does
     */
    public static Journal.Contents merged(List<Path> parts) throws IOException {
        Map<Path, List<Result>> read = new LinkedHashMap<>();
        List<String> warnings = new ArrayList<>();
        for (Path part : parts) {
            Journal.Contents contents = results(part);
            read.put(part, contents.results());
            warnings.addAll(contents.warnings());
        }
        return new Journal.Contents(Merged.of(read), warnings);
    }

    /**
     * Whole results, as all but a table holds them.
     *
     * @throws IOException if the file cannot be read, or says what is wrong with it and where
     */
    static Journal.Contents results(Path path) throws IOException {
        return switch (ReportFormat.of(path)) {
            case JSONL -> Journal.read(path);
            case JSON -> new Journal.Contents(json(path), List.of());
            case CSV, HTML -> throw new IOException(path + " does not hold all of a result: expected .json or .jsonl");
        };
    }

    private static List<Result> json(Path path) throws IOException {
        RegularFile.require(path, "a file of results");
        List<Result> results = new ArrayList<>();
        for (JsonNode node : ResultJson.array(path, "results")) {
            try {
                results.add(ResultJson.result(node));
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw new IOException(
                        "Model %d of %s is not a result: %s".formatted(results.size() + 1, path, e.getMessage()), e);
            }
        }
        return results;
    }

    private static List<ScoredModel> csv(Path path, Optional<Statistic> statistic) throws IOException {
        RegularFile.require(path, "a file of results");
        List<ScoredModel> models = new ArrayList<>();
        try {
            List<Map<String, String>> rows = new CsvMapper()
                    .readerForMapOf(String.class)
                    .with(CsvSchema.emptySchema().withHeader())
                    .<Map<String, String>>readValues(Utf8.read(path))
                    .readAll();
            String of = statistic.map(named -> ":" + named.id()).orElse("");
            for (Map<String, String> row : rows) {
                requireSettings(path, rows.get(0), row);
                // Only to see that it is one: another table would not have it.
                Named.find(Status.class, cell(row, "status"));
                models.add(new ScoredModel(
                        cell(row, "id"),
                        number(row, "vintk" + of),
                        number(row, "ntk" + of),
                        number(row, "params"),
                        number(row, "macs"),
                        statistic.isPresent() ? statistic.get() : Named.find(Statistic.class, cell(row, "statistic"))));
            }
        } catch (JsonProcessingException e) {
            throw new IOException("%s is not CSV: %s".formatted(path, e.getOriginalMessage()), e);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "Row %d of %s is not a result: %s".formatted(models.size() + 1, path, e.getMessage()), e);
        }
        return models;
    }

    /** As {@link Merged} has it; tables that others wrote may lack these columns. */
    private static void requireSettings(Path path, Map<String, String> first, Map<String, String> row)
            throws IOException {
        for (String column : CsvReport.SETTINGS) {
            if (!Objects.equals(first.get(column), row.get(column))) {
                throw new IOException(
                        "%s holds results of other settings than those before (%s '%s', now '%s'): such scores do not compare"
                                .formatted(path, column, first.get(column), row.get(column)));
            }
        }
    }

    private static String cell(Map<String, String> row, String column) {
        String cell = row.get(column);
        if (cell == null) {
            throw new IllegalArgumentException("expected a column '%s', found none".formatted(column));
        }
        return cell;
    }

    private static OptionalDouble number(Map<String, String> row, String column) {
        String cell = cell(row, column);
        if (cell.isEmpty()) {
            return OptionalDouble.empty();
        }
        double number = Double.parseDouble(cell);
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException(
                    "expected a finite number or nothing in column '%s', got %s".formatted(column, cell));
        }
        return OptionalDouble.of(number);
    }
}
