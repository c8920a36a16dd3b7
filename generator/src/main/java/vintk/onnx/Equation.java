package vintk.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The equation of an Einsum, written out: an ellipsis is replaced by letters of its own, an implied result is given.
 *
 * @param operands the letters of each operand, one an axis
 * @param result the letters of the result
 */
public record Equation(List<String> operands, String result) {
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /** That of an Einsum node. */
    public static Equation of(Node node) {
        return of(node.attributes().text("equation", ""), node.inputs());
    }

    /** The equation {@code text}, for operands of these ranks. */
    public static Equation of(String text, List<Value> values) {
        String[] sides = text.replace(" ", "").split("->", -1);
        String[] given = sides[0].split(",", -1);
        if (given.length != values.size() || sides.length > 2) {
            throw new IllegalArgumentException(
                    "equation '" + text + "' is not one of " + values.size() + " operand(s)");
        }
        int most = 0;
        for (int i = 0; i < given.length; i++) {
            int hidden =
                    values.get(i).shape().rank() - given[i].replace("...", "").length();
            boolean ellipsis = given[i].contains("...");
            if (hidden < 0 || hidden > 0 && !ellipsis) {
                throw new IllegalArgumentException("equation '" + text + "' does not fit to " + values.get(i));
            }
            most = Math.max(most, hidden);
        }
        String hidden = unused(text, most);
        List<String> operands = new ArrayList<>();
        for (int i = 0; i < given.length; i++) {
            int own = values.get(i).shape().rank() - given[i].replace("...", "").length();
            operands.add(given[i].replace("...", hidden.substring(most - own)));
        }
        String result = sides.length > 1 ? sides[1].replace("...", hidden) : hidden + implied(sides[0]);
        return new Equation(List.copyOf(operands), result);
    }

    /** Without "->" the result has the ellipsis and the letters that occur once, in alphabetical order. */
    private static String implied(String operands) {
        StringBuilder letters = new StringBuilder();
        operands.chars()
                .filter(c -> Character.isLetter(c) && operands.indexOf(c) == operands.lastIndexOf(c))
                .sorted()
                .forEach(c -> letters.append((char) c));
        return letters.toString();
    }

    private static String unused(String text, int count) {
        StringBuilder found = new StringBuilder();
        LETTERS.chars().filter(c -> text.indexOf(c) < 0).limit(count).forEach(c -> found.append((char) c));
        if (found.length() < count) {
            throw new IllegalArgumentException("equation '" + text + "' leaves too few letters");
        }
        return found.toString();
    }

    /** A letter that the equation does not use. */
    public String freeLetter() {
        return unused(this.toString(), 1);
    }

    /** The extent of each letter: the largest, as extents of 1 are broadcast. */
    public Map<Character, Long> extents(List<Value> values) {
        Map<Character, Long> extents = new TreeMap<>();
        for (int i = 0; i < operands.size(); i++) {
            for (int j = 0; j < operands.get(i).length(); j++) {
                extents.merge(operands.get(i).charAt(j), values.get(i).shape().dim(j), Math::max);
            }
        }
        return extents;
    }

    /** The shape of the result. */
    public Shape shape(List<Value> values) {
        Map<Character, Long> extents = new HashMap<>(extents(values));
        return Shape.of(result.chars().mapToLong(c -> extents.get((char) c)).toArray());
    }

    /** The axes of a value with letters {@code from}, in the order of {@code to}, which has the same letters. */
    public static int[] order(String from, String to) {
        return to.chars().map(from::indexOf).toArray();
    }

    /** As ONNX writes it. */
    @Override
    public String toString() {
        return String.join(",", operands) + "->" + result;
    }
}
