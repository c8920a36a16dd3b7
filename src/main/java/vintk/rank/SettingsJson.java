package vintk.rank;

import static vintk.rank.ResultJson.count;
import static vintk.rank.ResultJson.need;
import static vintk.rank.ResultJson.wholeNumber;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalInt;
import vintk.score.Integration;
import vintk.score.Named;
import vintk.score.Precision;
import vintk.score.Settings;
import vintk.score.Statistic;

/** The part of a result's JSON that says how it was made. */
final class SettingsJson {

    private SettingsJson() {}

    static ObjectNode tree(Settings settings) {
        ObjectNode node = ResultJson.MAPPER.createObjectNode();
        settings.views().forEach(node.putArray("views")::add);
        node.put("statistic", settings.statistic().id());
        // Follows from the statistic; written so that a reader need not know it.
        node.put("direction", settings.direction().id());
        node.put("integration", settings.integration().id());
        node.put("reduction", settings.reduction());
        node.put("batch", settings.batch());
        put(node, "size", settings.size());
        put(node, "classes", settings.classes());
        node.put("inputs", settings.inputs());
        node.put("seed", settings.seed());
        node.put("repeats", settings.repeats());
        node.put("reinit", settings.reinit());
        node.put("parameters", settings.parameters());
        node.put("batch_norm", settings.batchNorm());
        node.put("device", settings.device());
        node.put("dtype", settings.precision().id());
        node.put("version", settings.version());
        return node;
    }

    static Settings settings(JsonNode node) {
        return new Settings(
                ResultJson.texts(node, "views"),
                Named.find(Statistic.class, need(node, "statistic").asText()),
                Named.find(Integration.class, need(node, "integration").asText()),
                need(node, "reduction").asText(),
                count(need(node, "batch"), "batch"),
                integer(need(node, "size"), "size"),
                // Files of earlier versions lack it.
                integer(node.path("classes"), "classes"),
                need(node, "inputs").asText(),
                wholeNumber(need(node, "seed"), "seed"),
                count(need(node, "repeats"), "repeats"),
                // Files of earlier versions lack it: none were drawn anew.
                node.path("reinit").asText("none"),
                need(node, "parameters").asText(),
                need(node, "batch_norm").asText(),
                need(node, "device").asText(),
                Named.find(Precision.class, need(node, "dtype").asText()),
                need(node, "version").asText());
    }

    private static void put(ObjectNode node, String key, OptionalInt value) {
        node.put(key, value.isPresent() ? (Integer) value.getAsInt() : null);
    }

    private static OptionalInt integer(JsonNode value, String key) {
        return value.isNull() || value.isMissingNode() ? OptionalInt.empty() : OptionalInt.of(count(value, key));
    }
}
