package vintk.space;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/**
 * What was chosen for one dimension: a number, or a list of numbers (one per stage or block).
 *
 * @param values the number or numbers; whole numbers are written without a fraction
 * @param single whether this is a plain number, not a list of one
 */
public record Choice(List<Double> values, boolean single) {
    public Choice {
        values = List.copyOf(values);
        if (values.isEmpty() || (single && values.size() != 1)) {
            throw new IllegalArgumentException("a choice is one number or a list of at least one, got " + values);
        }
        for (double value : values) {
            if (!(value > 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException("a choice is a positive number, got " + value);
            }
        }
    }

    /** One number. */
    static Choice of(double value) {
        return new Choice(List.of(value), true);
    }

    /** A list of numbers. */
    static Choice of(List<Double> values) {
        return new Choice(values, false);
    }

    /** The sum of the numbers: for a number of blocks per stage, the blocks in all. */
    double sum() {
        return values.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** As in the files: {@code 192}, {@code 3.5}, {@code [2,8,4]}. */
    @Override
    public String toString() {
        return json().toString();
    }

    JsonNode json() {
        if (single) {
            return number(values.get(0));
        }
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        values.forEach(value -> array.add(number(value)));
        return array;
    }

    private static JsonNode number(double value) {
        boolean whole = value == Math.rint(value) && value < 1e15;
        return whole ? JsonNodeFactory.instance.numberNode((long) value) : JsonNodeFactory.instance.numberNode(value);
    }

    /** The choice that {@link #json} wrote; anything else is refused in words. */
    static Choice read(JsonNode node) {
        if (!node.isArray()) {
            return of(value(node));
        }
        List<Double> values = new ArrayList<>();
        node.forEach(item -> values.add(value(item)));
        if (values.isEmpty()) {
            throw new IllegalArgumentException("expected a number or a list of numbers, got an empty list");
        }
        return of(values);
    }

    private static double value(JsonNode node) {
        if (!node.isNumber()) {
            throw new IllegalArgumentException("expected a number, got " + node);
        }
        return node.doubleValue();
    }
}
