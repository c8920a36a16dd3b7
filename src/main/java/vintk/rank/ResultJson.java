package vintk.rank;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import vintk.file.Utf8;
import vintk.score.Cost;
import vintk.score.EngineChoice;
import vintk.score.Estimate;
import vintk.score.Named;
import vintk.score.Result;
import vintk.score.Score;
import vintk.score.Source;
import vintk.score.Status;
import vintk.score.Taken;

/**
 * How a {@link Result} is written as JSON, and read back without loss.
 *
 * <p>Keys are in snake case, always all present and always in this order; what is absent is {@code null}, never NaN. Unknown
 * keys are ignored on reading, so that a report may add its own (such as the rank).
 */
public final class ResultJson {

    /** Rejects text after the value, which plain Jackson would overlook; shared, as mappers are thread-safe. */
    static final ObjectMapper MAPPER = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private ResultJson() {}

    /**
     * A file that is a JSON array.
     *
     * @param elements what it is one of, as messages have it
     * @throws IOException if the file cannot be read, or is not one
     */
    public static JsonNode array(Path path, String elements) throws IOException {
        JsonNode root;
        try {
            root = MAPPER.readTree(Utf8.read(path));
        } catch (JsonProcessingException e) {
            throw new IOException("%s is not JSON: %s".formatted(path, e.getOriginalMessage()), e);
        }
        if (!root.isArray()) {
            throw new IOException("Expected %s to be a JSON array of %s".formatted(path, elements));
        }
        return root;
    }

    /** The tree of a result; the caller may change it. */
    public static ObjectNode tree(Result result) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("id", result.name());
        node.put("status", result.status().id());
        node.put("message", result.message());
        node.set("vintk", estimate(result.vintk()));
        node.set("ntk", estimate(result.ntk()));
        put(node, "params", result.cost().parameters());
        put(node, "macs", result.cost().macs());
        put(node, "peak_bytes", result.cost().peakBytes());
        node.put("seconds", result.cost().seconds());
        node.put("engine", result.engine().map(EngineChoice::engine).orElse(null));
        node.put("engine_reason", result.engine().map(EngineChoice::reason).orElse(null));
        node.put("output", result.taken().map(Taken::output).orElse(null));
        node.put("sample", result.taken().map(Taken::sample).orElse(null));
        node.set("source", source(result.source()));
        node.set("settings", SettingsJson.tree(result.settings()));
        result.warnings().forEach(node.putArray("warnings")::add);
        ArrayNode repeats = node.putArray("repeats");
        for (Score score : result.repeats()) {
            ObjectNode repeat = repeats.addObject();
            // Follows from the study's seed; written so that one repeat can be run again.
            repeat.put("seed", Evaluation.seed(result.settings().seed(), repeats.size() - 1));
            repeat.setAll(ScoreJson.tree(score));
        }
        return node;
    }

    /** One line of JSON, without a line break. */
    public static String line(Result result) {
        return tree(result).toString();
    }

    /**
     * The result that a tree stands for.
     *
     * @throws IllegalArgumentException naming the key that is missing or of the wrong kind
     */
    public static Result result(JsonNode node) {
        List<Score> repeats = new ArrayList<>();
        list(node, "repeats").forEach(score -> repeats.add(ScoreJson.score(score)));
        JsonNode engine = node.path("engine");
        return new Result(
                name(need(node, "id")),
                source(need(node, "source")),
                Named.find(Status.class, need(node, "status").asText()),
                need(node, "message").asText(),
                estimate(need(node, "vintk")),
                estimate(need(node, "ntk")),
                repeats,
                new Cost(
                        integer(node, "params"),
                        integer(node, "macs"),
                        integer(node, "peak_bytes"),
                        number(need(node, "seconds"), "seconds")),
                engine.isTextual()
                        ? Optional.of(new EngineChoice(
                                engine.asText(), need(node, "engine_reason").asText()))
                        : Optional.empty(),
                text(node, "output")
                        .map(output -> new Taken(output, text(node, "sample").orElse(""))),
                SettingsJson.settings(need(node, "settings")),
                texts(node, "warnings"));
    }

    /** Parses one line and reads it as {@link #result(JsonNode)} does. */
    static Result result(String line) {
        try {
            return result(MAPPER.readTree(line));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("Expected a line of JSON: " + e.getOriginalMessage(), e);
        }
    }

    static JsonNode need(JsonNode node, String key) {
        JsonNode value = node.get(key);
        if (value == null) {
            throw new IllegalArgumentException("Expected the key '%s' of a result, found none".formatted(key));
        }
        return value;
    }

    static double number(JsonNode node, String key) {
        if (!node.isNumber()) {
            throw new IllegalArgumentException("Expected a number for '%s', got %s".formatted(key, node));
        }
        return node.asDouble();
    }

    static long wholeNumber(JsonNode node, String key) {
        if (!node.isIntegralNumber() || !node.canConvertToLong()) {
            throw new IllegalArgumentException("Expected a whole number for '%s', got %s".formatted(key, node));
        }
        return node.asLong();
    }

    /** How many of something, of which there is one at least. */
    static int count(JsonNode node, String key) {
        long count = wholeNumber(node, key);
        if (count < 1 || count > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Expected 1 or more for '%s', got %d".formatted(key, count));
        }
        return (int) count;
    }

    static JsonNode list(JsonNode node, String key) {
        JsonNode list = need(node, key);
        if (!list.isArray()) {
            throw new IllegalArgumentException("Expected a list for '%s', got %s".formatted(key, list));
        }
        return list;
    }

    private static String name(JsonNode id) {
        if (!id.isTextual() || id.asText().isEmpty()) {
            throw new IllegalArgumentException("Expected a name for 'id', got %s".formatted(id));
        }
        return id.asText();
    }

    static Optional<String> text(JsonNode node, String key) {
        return node.path(key).isTextual() ? Optional.of(node.path(key).asText()) : Optional.empty();
    }

    static List<String> texts(JsonNode node, String key) {
        List<String> texts = new ArrayList<>();
        list(node, key).forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static ObjectNode estimate(Optional<Estimate> estimate) {
        if (estimate.isEmpty()) {
            return null;
        }
        ObjectNode node = MAPPER.createObjectNode();
        node.put("mean", estimate.get().mean());
        OptionalDouble error = estimate.get().standardError();
        node.put("standard_error", error.isPresent() ? (Double) error.getAsDouble() : null);
        node.put("count", estimate.get().count());
        return node;
    }

    private static Optional<Estimate> estimate(JsonNode node) {
        if (node.isNull()) {
            return Optional.empty();
        }
        JsonNode error = need(node, "standard_error");
        return Optional.of(new Estimate(
                number(need(node, "mean"), "mean"),
                error.isNull() ? OptionalDouble.empty() : OptionalDouble.of(number(error, "standard_error")),
                count(need(node, "count"), "count")));
    }

    private static ObjectNode source(Source source) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("file", source.file().orElse(null));
        node.put("sha256", source.sha256().orElse(null));
        node.put("space", source.space().orElse(null));
        try {
            node.set(
                    "choices",
                    source.choices().isPresent()
                            ? MAPPER.readTree(source.choices().get())
                            : null);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "Expected the choices of a candidate as JSON, got " + source.choices(), e);
        }
        return node;
    }

    private static Source source(JsonNode node) {
        JsonNode choices = need(node, "choices");
        return new Source(
                text(node, "file"),
                // Lines of earlier versions have none.
                node.has("sha256") ? text(node, "sha256") : Optional.empty(),
                text(node, "space"),
                choices.isNull() ? Optional.empty() : Optional.of(choices.toString()));
    }

    private static void put(ObjectNode node, String key, OptionalLong value) {
        node.put(key, value.isPresent() ? (Long) value.getAsLong() : null);
    }

    private static OptionalLong integer(JsonNode node, String key) {
        JsonNode value = need(node, key);
        return value.isNull() ? OptionalLong.empty() : OptionalLong.of(wholeNumber(value, key));
    }
}
