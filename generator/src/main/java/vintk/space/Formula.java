package vintk.space;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A product or quotient of numbers and names, read from left to right: {@code 64}, {@code embed_dim},
 * {@code base_dim * num_heads}, {@code width / heads}. Enough to say every width of a transformer, and too little to hide
 * a program in a data file.
 */
final class Formula {
    private static final Pattern OPERAND = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*|[0-9]+(\\.[0-9]+)?");
    private static final Pattern OPERATOR = Pattern.compile("\\s*([*/])\\s*");

    private final String text;
    private final List<String> operands = new ArrayList<>();
    private final List<String> operators = new ArrayList<>();

    Formula(String text) {
        this.text = text.strip();
        Matcher matcher = OPERAND.matcher(this.text);
        int at = 0;
        while (true) {
            if (!matcher.usePattern(OPERAND).region(at, this.text.length()).lookingAt()) {
                throw new IllegalArgumentException(
                        "expected numbers and names of choices joined by * or /, got '" + text + "'");
            }
            operands.add(matcher.group());
            at = matcher.end();
            if (at == this.text.length()) {
                return;
            }
            if (!matcher.usePattern(OPERATOR).region(at, this.text.length()).lookingAt()) {
                throw new IllegalArgumentException(
                        "expected * or / after '" + this.text.substring(0, at) + "', got '" + text + "'");
            }
            operators.add(matcher.group(1));
            at = matcher.end();
        }
    }

    /** The names it mentions. */
    List<String> names() {
        return operands.stream().filter(Formula::isName).toList();
    }

    double value(ToDoubleFunction<String> names) {
        double result = operand(0, names);
        for (int i = 0; i < operators.size(); i++) {
            double right = operand(i + 1, names);
            result = operators.get(i).equals("*") ? result * right : result / right;
        }
        return result;
    }

    /** The value where only whole numbers make sense. */
    int whole(String what, ToDoubleFunction<String> names) {
        double value = value(names);
        if (value != Math.rint(value) || value < 1 || value > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(what + " = " + text + (operators.isEmpty() ? "" : " = " + numbers(names))
                    + ": expected a whole number of 1 or more, got " + value);
        }
        return (int) value;
    }

    /** The formula with numbers in place of names. */
    private String numbers(ToDoubleFunction<String> names) {
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < operands.size(); i++) {
            said.append(i == 0 ? "" : " " + operators.get(i - 1) + " ").append(Choice.of(operand(i, names)));
        }
        return said.toString();
    }

    private double operand(int i, ToDoubleFunction<String> names) {
        String operand = operands.get(i);
        return isName(operand) ? names.applyAsDouble(operand) : Double.parseDouble(operand);
    }

    private static boolean isName(String operand) {
        return !Character.isDigit(operand.charAt(0));
    }

    @Override
    public String toString() {
        return text;
    }
}
