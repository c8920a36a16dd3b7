package vintk.rank;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import vintk.file.RegularFile;
import vintk.file.Utf8;

/**
 * A column of a ground truth table: what models reached after training, higher is better.
 *
 * @param column name of the column
 * @param values by model id; models for which the column is empty are missing
 */
public record Truth(String column, SortedMap<String, Double> values) {

    /** What tables write where a number is missing. */
    private static final Set<String> EMPTY = Set.of("", "-", "nan", "na", "n/a", "none", "null");

    private static final String NO_NUMBERS = "no column has any (a table is of cells between commas, without units)";

    public Truth {
        TreeMap<String, Double> numbers = new TreeMap<>(values);
        // A zero has no sign: ranks would tell two apart.
        numbers.replaceAll((id, value) -> value + 0.0);
        values = Collections.unmodifiableSortedMap(numbers);
    }

    /**
     * Reads a column from a JSON array of objects with an {@code id} (the column at top level, or inside an object such as
     * {@code acc}), or from a CSV file with a header (the ids in its first column), as the file's extension says.
     *
     * @throws IOException if the file cannot be read or does not have this form
     * @throws IllegalArgumentException if no row has a number in that column; the message lists the columns that have
     */
    public static Truth read(Path path, String column) throws IOException {
        return of(path, rows(path), column);
    }

    /**
     * The same of the only column that has numbers.
     *
     * @throws IllegalArgumentException where none has, or listing those that have
     */
    public static Truth read(Path path) throws IOException {
        List<Map.Entry<String, JsonNode>> rows = rows(path);
        Set<String> columns = numericColumns(rows);
        if (columns.size() > 1) {
            throw new IllegalArgumentException("%s has numbers in several columns: choose one of %s by --column"
                    .formatted(path, String.join(", ", columns)));
        }
        if (columns.isEmpty()) {
            throw new IllegalArgumentException("%s has no numbers beside the ids: %s".formatted(path, NO_NUMBERS));
        }
        return of(path, rows, columns.iterator().next());
    }

    private static List<Map.Entry<String, JsonNode>> rows(Path path) throws IOException {
        RegularFile.require(path, "a file of accuracies");
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".json")) {
            return jsonRows(path);
        }
        if (name.endsWith(".csv")) {
            return csvRows(path);
        }
        throw new IOException("Expected ground truth as .json or .csv, got %s".formatted(path));
    }

    private static Truth of(Path path, List<Map.Entry<String, JsonNode>> rows, String column) throws IOException {
        TreeMap<String, Double> values = new TreeMap<>();
        Set<String> seen = new LinkedHashSet<>();
        List<String> words = new ArrayList<>();
        for (Map.Entry<String, JsonNode> row : rows) {
            if (!seen.add(row.getKey())) {
                throw new IOException("%s has two rows of the id '%s'".formatted(path, row.getKey()));
            }
            JsonNode cell = find(row.getValue(), column);
            OptionalDouble value = number(cell);
            if (value.isPresent()) {
                values.put(row.getKey(), value.getAsDouble());
            } else if (cell.isTextual() && !EMPTY.contains(cell.asText().strip().toLowerCase(Locale.ROOT))) {
                words.add("'%s' of '%s'".formatted(cell.asText(), row.getKey()));
            }
        }
        if (values.isEmpty()) {
            Set<String> columns = numericColumns(rows);
            String advice = columns.isEmpty() ? NO_NUMBERS : "choose one of " + String.join(", ", columns);
            throw new IllegalArgumentException(
                    "%s has no numbers in a column '%s': %s".formatted(path, column, advice));
        }
        if (!words.isEmpty()) {
            throw new IOException("%s: expected numbers in column '%s', or empty cells, got %s"
                    .formatted(path, column, String.join(", ", words.subList(0, Math.min(3, words.size())))));
        }
        return new Truth(column, values);
    }

    private static List<Map.Entry<String, JsonNode>> jsonRows(Path path) throws IOException {
        List<Map.Entry<String, JsonNode>> rows = new ArrayList<>();
        for (JsonNode row : ResultJson.array(path, "models")) {
            if (!row.path("id").isValueNode()) {
                throw new IOException("Model %d of %s has no 'id'".formatted(rows.size() + 1, path));
            }
            rows.add(Map.entry(row.get("id").asText().strip(), row));
        }
        return rows;
    }

    private static List<Map.Entry<String, JsonNode>> csvRows(Path path) throws IOException {
        CsvMapper mapper = CsvMapper.builder()
                .enable(CsvParser.Feature.WRAP_AS_ARRAY)
                .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
                .build();
        List<String[]> lines;
        try {
            lines = mapper.readerFor(String[].class)
                    .<String[]>readValues(Utf8.read(path))
                    .readAll();
        } catch (JsonProcessingException e) {
            throw new IOException("%s is not CSV: %s".formatted(path, e.getOriginalMessage()), e);
        }
        if (lines.isEmpty()) {
            throw new IOException("%s is empty: expected a header and one row per model".formatted(path));
        }
        List<String> names = Arrays.stream(lines.get(0)).map(String::strip).toList();
        Set<String> columns = new HashSet<>();
        for (String name : names) {
            if (!name.isEmpty() && !columns.add(name)) {
                throw new IOException("%s has two columns '%s'".formatted(path, name));
            }
        }
        // Other programs put a column of row numbers in front.
        int id = Math.max(0, names.indexOf("id"));
        List<Map.Entry<String, JsonNode>> rows = new ArrayList<>();
        for (String[] line : lines.subList(1, lines.size())) {
            ObjectNode row = ResultJson.MAPPER.createObjectNode();
            for (int i = 0; i < Math.min(line.length, names.size()); i++) {
                if (i != id) {
                    row.put(names.get(i), line[i]);
                }
            }
            if (id < line.length) {
                rows.add(Map.entry(line[id].strip(), row));
            }
        }
        return rows;
    }

    /** The column at top level, or else in the first object of the row that has it. */
    private static JsonNode find(JsonNode row, String column) {
        if (row.has(column)) {
            return row.get(column);
        }
        for (JsonNode part : row) {
            if (part.isObject() && part.has(column)) {
                return part.get(column);
            }
        }
        return row.path(column);
    }

    private static OptionalDouble number(JsonNode node) {
        double value = Double.NaN;
        if (node.isNumber()) {
            value = node.asDouble();
        } else if (node.isTextual()) {
            try {
                value = Double.parseDouble(node.asText().trim());
            } catch (NumberFormatException e) {
                // A word, or an empty cell: no number here.
                value = Double.NaN;
            }
        }
        return Double.isFinite(value) ? OptionalDouble.of(value) : OptionalDouble.empty();
    }

    private static Set<String> numericColumns(List<Map.Entry<String, JsonNode>> rows) {
        Set<String> columns = new LinkedHashSet<>();
        for (Map.Entry<String, JsonNode> row : rows) {
            collect(row.getValue(), columns, true);
        }
        // Row numbers, as other programs put them.
        columns.remove("");
        return columns;
    }

    private static void collect(JsonNode node, Set<String> columns, boolean deeper) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (number(field.getValue()).isPresent()) {
                columns.add(field.getKey());
            } else if (deeper && field.getValue().isObject()) {
                collect(field.getValue(), columns, false);
            }
        }
    }
}
