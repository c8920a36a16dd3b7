package vintk.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvGenerator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import vintk.rank.Ranking;
import vintk.score.Estimate;
import vintk.score.Result;
import vintk.score.Statistic;

/**
 * A table with a header and one row per model, best first. Absent numbers are empty cells; a bound is not a number, so it is
 * found in {@code scores} only. Lists are joined by "; ", and the nested parts (choices, scores of the repeats) are JSON.
 * Control characters are question marks, but for those of ids, by which tables are joined.
 * Columns {@code vintk:STATISTIC} and {@code ntk:STATISTIC} hold means over the repeats.
 */
final class CsvReport {

    /** Columns and where they stand in {@link vintk.rank.ResultJson}, as JSON pointers. */
    private static final String[][] COLUMNS = {
        {"id", "/id"},
        {"rank", "/rank"},
        {"rank_best", "/rank_best"},
        {"rank_worst", "/rank_worst"},
        {"tied", "/tied"},
        {"status", "/status"},
        {"message", "/message"},
        {"vintk", "/vintk/mean"},
        {"vintk_standard_error", "/vintk/standard_error"},
        {"ntk", "/ntk/mean"},
        {"ntk_standard_error", "/ntk/standard_error"},
        {"params", "/params"},
        {"macs", "/macs"},
        {"peak_bytes", "/peak_bytes"},
        {"seconds", "/seconds"},
        {"engine", "/engine"},
        {"engine_reason", "/engine_reason"},
        {"output", "/output"},
        {"sample", "/sample"},
        {"file", "/source/file"},
        {"sha256", "/source/sha256"},
        {"space", "/source/space"},
        {"choices", "/source/choices"},
        {"views", "/settings/views"},
        {"statistic", "/settings/statistic"},
        {"direction", "/settings/direction"},
        {"integration", "/settings/integration"},
        {"reduction", "/settings/reduction"},
        {"batch", "/settings/batch"},
        {"size", "/settings/size"},
        {"classes", "/settings/classes"},
        {"inputs", "/settings/inputs"},
        {"seed", "/settings/seed"},
        {"repeats", "/settings/repeats"},
        {"parameters", "/settings/parameters"},
        {"batch_norm", "/settings/batch_norm"},
        {"device", "/settings/device"},
        {"dtype", "/settings/dtype"},
        {"reinit", "/settings/reinit"},
        {"version", "/settings/version"},
        {"warnings", "/warnings"},
        {"scores", "/repeats"},
    };

    /** What decides a score besides the model, but for the statistic: of that a row holds all. */
    static final List<String> SETTINGS = Arrays.stream(COLUMNS)
            .filter(column -> column[1].startsWith("/settings/"))
            .map(column -> column[0])
            .filter(name -> !name.equals("statistic") && !name.equals("direction"))
            .toList();

    /** What moves a terminal that shows the file, and some readers of tables take for a line's end; a cell may have lines. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}&&[^\n\t]]");

    private CsvReport() {}

    /** Writes the whole file. */
    static void write(Ranking ranking, Writer out) throws IOException {
        CsvSchema.Builder schema = CsvSchema.builder();
        for (String[] column : COLUMNS) {
            schema.addColumn(column[0]);
        }
        for (Statistic statistic : Statistic.values()) {
            schema.addColumn("vintk:" + statistic.id());
            schema.addColumn("ntk:" + statistic.id());
        }
        CsvMapper mapper = CsvMapper.builder()
                .enable(CsvGenerator.Feature.STRICT_CHECK_FOR_QUOTING)
                .build();
        Iterator<ObjectNode> models = JsonlReport.models(ranking).iterator();
        try (SequenceWriter writer = mapper.writer(schema.build().withHeader()).writeValues(out)) {
            for (Result result : ranking.results()) {
                writer.write(row(models.next(), result));
            }
        }
    }

    private static List<String> row(JsonNode model, Result result) {
        List<String> row = new ArrayList<>();
        for (String[] column : COLUMNS) {
            String cell = cell(model.at(column[1]));
            row.add(column[0].equals("id") ? cell : CONTROL.matcher(cell).replaceAll("?"));
        }
        for (Statistic statistic : Statistic.values()) {
            row.add(cell(result.vintk(statistic)));
            row.add(cell(result.ntk(statistic)));
        }
        return row;
    }

    private static String cell(JsonNode node) {
        if (node.isNull() || node.isMissingNode()) {
            return "";
        }
        if (node.isArray() && (node.isEmpty() || node.get(0).isTextual())) {
            List<String> texts = new ArrayList<>();
            node.forEach(text -> texts.add(text.asText()));
            return String.join("; ", texts);
        }
        return node.isContainerNode() ? node.toString() : node.asText();
    }

    private static String cell(Optional<Estimate> estimate) {
        return estimate.map(known -> Double.toString(known.mean())).orElse("");
    }
}
