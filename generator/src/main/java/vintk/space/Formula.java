package vintk.space;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
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
            if (matcher.group().matches("[0.]+")) {
                throw new IllegalArgumentException("expected numbers above 0, got '" + text + "'");
            }
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

    /** So many times the value, rounded down. */
    BigInteger floor(int times, ToDoubleFunction<String> names) {
        return product("*", names)
                .multiply(BigDecimal.valueOf(times))
                .divideToIntegralValue(product("/", names))
                .toBigInteger();
    }

    /** The value where only whole numbers make sense. */
    int whole(String what, ToDoubleFunction<String> names) {
        BigDecimal above = product("*", names);
        BigDecimal below = product("/", names);
        BigInteger value = floor(1, names);
        if (above.remainder(below).signum() != 0 || value.signum() < 1 || value.bitLength() >= Integer.SIZE) {
            throw new IllegalArgumentException(what + " = " + text + (operators.isEmpty() ? "" : " = " + numbers(names))
                    + ": expected a whole number from 1 to " + Integer.MAX_VALUE + ", got "
                    + above.divide(below, MathContext.DECIMAL64));
        }
        return value.intValueExact();
    }

    /**
     * Of the operands that are multiplied by, or of those that are divided by: exactly, and as decimal numbers, as they are written.
     * In floating point 1.15 · 200 is less than 230.
     */
    private BigDecimal product(String operator, ToDoubleFunction<String> names) {
        BigDecimal product = BigDecimal.ONE;
        for (int i = 0; i < operands.size(); i++) {
            if (operator.equals(i == 0 ? "*" : operators.get(i - 1))) {
                product = product.multiply(operand(i, names));
            }
        }
        return product;
    }

    /** The formula with numbers in place of names. */
    private String numbers(ToDoubleFunction<String> names) {
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < operands.size(); i++) {
            said.append(i == 0 ? "" : " " + operators.get(i - 1) + " ")
                    .append(operand(i, names).stripTrailingZeros().toPlainString());
        }
        return said.toString();
    }

    private BigDecimal operand(int i, ToDoubleFunction<String> names) {
        String operand = operands.get(i);
        return isName(operand) ? BigDecimal.valueOf(names.applyAsDouble(operand)) : new BigDecimal(operand);
    }

    private static boolean isName(String operand) {
        return !Character.isDigit(operand.charAt(0));
    }

    @Override
    public String toString() {
        return text;
    }
}
