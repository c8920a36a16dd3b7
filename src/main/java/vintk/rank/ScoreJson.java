package vintk.rank;

import static vintk.rank.ResultJson.list;
import static vintk.rank.ResultJson.need;
import static vintk.rank.ResultJson.number;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import vintk.score.Bound;
import vintk.score.Extremes;
import vintk.score.Integration;
import vintk.score.Measurement;
import vintk.score.Named;
import vintk.score.Score;
import vintk.score.Statistic;
import vintk.score.Status;
import vintk.score.Value;
import vintk.score.ViewMeasurement;

/** The part of a result's JSON that holds one repeat. */
final class ScoreJson {

    private ScoreJson() {}

    static ObjectNode tree(Score score) {
        ObjectNode node = ResultJson.MAPPER.createObjectNode();
        node.put("status", score.status().id());
        node.put("message", score.message());
        node.put("statistic", score.statistic().id());
        node.put("integration", score.integration().id());
        node.put("baseline", score.baseline());
        node.set("ntk", score.plain().map(ScoreJson::tree).orElse(null));
        node.set("vintk", score.integrated().map(ScoreJson::tree).orElse(null));
        ArrayNode profile = node.putArray("profile");
        for (ViewMeasurement point : score.profile()) {
            ObjectNode entry = profile.addObject();
            entry.put("view", point.view());
            entry.setAll(tree(point.measurement()));
        }
        score.warnings().forEach(node.putArray("warnings")::add);
        return node;
    }

    static Score score(JsonNode node) {
        List<ViewMeasurement> profile = new ArrayList<>();
        list(node, "profile")
                .forEach(entry ->
                        profile.add(new ViewMeasurement(need(entry, "view").asText(), measurement(entry))));
        return new Score(
                Named.find(Status.class, need(node, "status").asText()),
                need(node, "message").asText(),
                Named.find(Statistic.class, need(node, "statistic").asText()),
                Named.find(Integration.class, need(node, "integration").asText()),
                need(node, "baseline").asText(),
                optional(need(node, "ntk")),
                optional(need(node, "vintk")),
                profile,
                ResultJson.texts(node, "warnings"));
    }

    private static ObjectNode tree(Measurement measurement) {
        ObjectNode node = ResultJson.MAPPER.createObjectNode();
        Optional<Extremes> extremes = measurement.extremes();
        node.put("largest_eigenvalue", extremes.map(Extremes::largest).orElse(null));
        node.put("smallest_eigenvalue", extremes.map(Extremes::smallest).orElse(null));
        node.put("noise_floor", extremes.map(Extremes::noiseFloor).orElse(null));
        ObjectNode values = node.putObject("statistics");
        for (Statistic statistic : Statistic.values()) {
            ObjectNode entry = measurement
                    .value(statistic)
                    .map(value -> ResultJson.MAPPER
                            .createObjectNode()
                            .put("value", value.value())
                            .put("bound", value.bound().id()))
                    .orElse(null);
            values.set(statistic.id(), entry);
        }
        return node;
    }

    private static Optional<Measurement> optional(JsonNode node) {
        return node.isNull() ? Optional.empty() : Optional.of(measurement(node));
    }

    private static Measurement measurement(JsonNode node) {
        Optional<Extremes> extremes = need(node, "noise_floor").isNull()
                ? Optional.empty()
                : Optional.of(new Extremes(
                        number(need(node, "largest_eigenvalue"), "largest_eigenvalue"),
                        number(need(node, "smallest_eigenvalue"), "smallest_eigenvalue"),
                        number(need(node, "noise_floor"), "noise_floor")));
        TreeMap<Statistic, Value> values = new TreeMap<>();
        JsonNode statistics = need(node, "statistics");
        for (Statistic statistic : Statistic.values()) {
            // A statistic that a later version adds is missing from an older file.
            JsonNode entry = statistics.path(statistic.id());
            if (entry.isObject()) {
                values.put(
                        statistic,
                        new Value(
                                number(need(entry, "value"), statistic.id()),
                                Named.find(Bound.class, need(entry, "bound").asText())));
            }
        }
        return new Measurement(extremes, values);
    }
}
