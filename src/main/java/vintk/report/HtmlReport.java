package vintk.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import vintk.rank.Ranking;
import vintk.rank.ResultJson;
import vintk.score.Estimate;
import vintk.score.Result;
import vintk.score.Statistic;

/**
 * A page for a browser that needs nothing else: scores over costs or other statistics as points, a table to sort and search, and
 * what is known of each model. The page draws itself ({@code report.js}, with Chart.js) from JSON that it holds.
 */
final class HtmlReport {
    private static final String LIBRARY = "/META-INF/resources/webjars/chart.js/4.4.9/dist/chart.umd.js";

    /** What a table and its details show; the rest is in the other formats. */
    private static final List<String> KEYS = List.of(
            "id",
            "rank",
            "rank_best",
            "rank_worst",
            "tied",
            "status",
            "message",
            "params",
            "macs",
            "seconds",
            "output",
            "sample",
            "warnings");

    private HtmlReport() {}

    /** Writes the whole page. */
    static void write(Ranking ranking, Writer out) throws IOException {
        String[] page = resource("report.html").split("/\\*[A-Z]+\\*/\n");
        out.write(page[0]);
        out.write(resource(LIBRARY));
        out.write(page[1]);
        report(ranking, out);
        out.write(page[2]);
        out.write(resource("report.js"));
        out.write(page[3]);
    }

    private static void report(Ranking ranking, Writer out) throws IOException {
        List<Result> results = ranking.results();
        ObjectNode head = JsonNodeFactory.instance.objectNode();
        TableReport.caption(results).forEach(head.putArray("caption")::add);
        ArrayNode notes = head.putArray("notes");
        TableReport.notes(ranking, results, "Ranks in brackets").forEach(notes::add);
        notes.add("Settings: %s.".formatted(settings(results.get(0))));
        ArrayNode statistics = head.putArray("statistics");
        for (Statistic statistic : Statistic.values()) {
            statistics.add(statistic.id());
        }
        int decimals = TableReport.decimals(ranking);
        Iterator<ObjectNode> models = JsonlReport.models(ranking).iterator();
        out.write("{\"head\": " + inert(head) + ", \"models\": [\n");
        for (Iterator<Result> each = results.iterator(); each.hasNext(); ) {
            out.write(inert(model(each.next(), models.next(), decimals)));
            out.write(each.hasNext() ? ",\n" : "\n");
        }
        out.write("]}\n");
    }

    /** All of them, so that a page alone says how to come by its numbers. */
    private static String settings(Result result) {
        List<String> settings = new ArrayList<>();
        for (Map.Entry<String, JsonNode> setting :
                ResultJson.tree(result).get("settings").properties()) {
            JsonNode value = setting.getValue();
            if (!value.isNull()) {
                List<String> texts = new ArrayList<>();
                value.forEach(each -> texts.add(each.asText()));
                String text = value.isArray() ? String.join(", ", texts) : value.asText();
                settings.add(setting.getKey().replace('_', ' ') + " " + text);
            }
        }
        return String.join("; ", settings);
    }

    /** JSON inside of a page: no text in it ends the element around it. */
    private static String inert(ObjectNode node) {
        return node.toString().replace("<", "\\u003c");
    }

    private static ObjectNode model(Result result, ObjectNode whole, int decimals) {
        ObjectNode model = JsonNodeFactory.instance.objectNode();
        KEYS.forEach(key -> model.set(key, whole.get(key)));
        model.set("file", whole.at("/source/file"));
        model.set("space", whole.at("/source/space"));
        model.set("choices", whole.at("/source/choices/choices"));
        put(model, "vintk", result.vintk());
        put(model, "ntk", result.ntk());
        model.put("vintk_text", TableReport.vintk(result, decimals));
        model.put("ntk_text", TableReport.ntk(result, decimals));
        ObjectNode statistics = model.putObject("statistics");
        statistics.set("vintk", means(result::vintk));
        statistics.set("ntk", means(result::ntk));
        return model;
    }

    private static void put(ObjectNode model, String kernel, Optional<Estimate> estimate) {
        model.put(kernel, estimate.map(Estimate::mean).orElse(null));
        model.put(
                kernel + "_error",
                estimate.filter(known -> known.standardError().isPresent())
                        .map(known -> known.standardError().getAsDouble())
                        .orElse(null));
    }

    private static ArrayNode means(Function<Statistic, Optional<Estimate>> estimates) {
        ArrayNode means = JsonNodeFactory.instance.arrayNode();
        for (Statistic statistic : Statistic.values()) {
            means.add(estimates.apply(statistic).map(Estimate::mean).orElse(null));
        }
        return means;
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
