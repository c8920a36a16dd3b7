package vintk.space;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One level of a space file while it is read. It puts the file and the key in front of every complaint.
 */
final class Section {
    private final String file;
    private final String path;
    private final JsonNode node;

    Section(String file, String path, JsonNode node) {
        this.file = file;
        this.path = path;
        this.node = node;
        if (!node.isObject()) {
            throw new SpaceException(file + ": " + (path.isEmpty() ? "" : path + ": ")
                    + "expected keys with values (key: value), got " + brief(node));
        }
    }

    boolean has(String key) {
        return node.has(key);
    }

    List<String> keys() {
        List<String> keys = new ArrayList<>();
        node.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    JsonNode node(String key) {
        if (!has(key)) {
            throw problem(key, "expected a value, got none: add the key");
        }
        return node.get(key);
    }

    Section section(String key) {
        return new Section(file, place(key), node(key));
    }

    String text(String key) {
        return checked(key, () -> text(node(key)));
    }

    private static String text(JsonNode value) {
        if (!value.isValueNode() || value.isNull() || value.asText().isBlank()) {
            throw new IllegalArgumentException("expected a text, got " + brief(value));
        }
        return value.asText().strip();
    }

    /** A positive number, in decimals; YAML readers take {@code 1e-6} for a text, which is no reason to refuse it. */
    double number(String key) {
        String text = node(key).isValueNode() ? node(key).asText() : brief(node(key));
        try {
            double value = new BigDecimal(text).doubleValue();
            if (value > 0 && !Double.isInfinite(value)) {
                return value;
            }
        } catch (NumberFormatException said) {
            // the complaint below is the same for no number and a bad number
        }
        throw problem(key, "expected a positive number, got '" + text + "'");
    }

    int whole(String key) {
        double value = number(key);
        if (value != Math.rint(value) || value > Integer.MAX_VALUE) {
            throw problem(key, "expected a whole number, got " + value);
        }
        return (int) value;
    }

    int whole(String key, int otherwise) {
        return has(key) ? whole(key) : otherwise;
    }

    /** A whole number; 0 where there is none, or 0. */
    int wholeOrNone(String key) {
        return !has(key) || text(key).equals("0") ? 0 : whole(key);
    }

    /** A constant of {@code type}, written in lower case with hyphens. */
    <E extends Enum<E>> E oneOf(String key, Class<E> type) {
        String text = text(key);
        List<String> names = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            String name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (name.equals(text)) {
                return constant;
            }
            names.add(name);
        }
        throw problem(key, "expected one of " + String.join(", ", names) + "; got '" + text + "'");
    }

    List<String> texts(String key) {
        if (!has(key)) {
            return List.of();
        }
        return list(key, Section::text);
    }

    List<Choice> choices(String key) {
        return list(key, Choice::read);
    }

    private <T> List<T> list(String key, Function<JsonNode, T> read) {
        JsonNode value = node(key);
        if (!value.isArray()) {
            throw problem(key, "expected a list [a, b, …], got " + brief(value));
        }
        List<T> items = new ArrayList<>();
        for (JsonNode item : value) {
            items.add(checked(key, () -> read.apply(item)));
        }
        return items;
    }

    /** Runs {@code work} on what {@code key} holds; a complaint of it gets the file and key put in front. */
    <T> T checked(String key, Supplier<T> work) {
        try {
            return work.get();
        } catch (SpaceException placed) {
            throw placed;
        } catch (IllegalArgumentException e) {
            throw problem(key, e.getMessage());
        }
    }

    SpaceException problem(String key, String complaint) {
        return new SpaceException(file + ": " + place(key) + ": " + complaint);
    }

    /** Refuses other keys: a misspelt one must neither be ignored, nor the right one be said to be missing. */
    Section only(String... known) {
        for (String key : keys()) {
            if (!List.of(known).contains(key)) {
                throw problem(
                        key, "unknown key; expected one of " + String.join(", ", known) + ": correct or remove it");
            }
        }
        return this;
    }

    private String place(String key) {
        return path.isEmpty() || key.isEmpty() ? path + key : path + "." + key;
    }

    private static String brief(JsonNode value) {
        String text = value.isMissingNode() || value.isNull() ? "nothing" : value.toString();
        return text.length() <= 60 ? text : text.substring(0, 57) + "…";
    }
}
