package vintk.fourier;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Views from their texts. */
final class ViewText {
    private static final String STANDARDISED = ":std";
    private static final String KNOWN = "Views: identity, high-pass:r, low-pass:r, band:a,b (radii from 0 to 1.4142, as"
            + " fractions of Nyquist), rff:sigma; each may end in ':std'";

    private ViewText() {}

    static View parse(String text) {
        String trimmed = text.trim();
        if (trimmed.endsWith(STANDARDISED)) {
            return new Standardised(parse(trimmed.substring(0, trimmed.length() - STANDARDISED.length())));
        }
        int colon = trimmed.indexOf(':');
        String kind = colon < 0 ? trimmed : trimmed.substring(0, colon);
        double[] numbers = colon < 0 ? new double[0] : numbers(trimmed.substring(colon + 1), text);
        int expected;
        switch (kind) {
            case "identity" -> expected = 0;
            case "high-pass", "low-pass", "rff" -> expected = 1;
            case "band" -> expected = 2;
            default -> throw new IllegalArgumentException("Unknown view '" + text + "'. " + KNOWN);
        }
        if (numbers.length != expected) {
            throw new IllegalArgumentException("View '" + text + "': expected " + expected
                    + (expected == 1 ? " number" : " numbers") + " after '" + kind + "', got " + numbers.length + ". "
                    + KNOWN);
        }
        return switch (kind) {
            case "identity" -> new Identity();
            case "high-pass" -> new HighPass(numbers[0]);
            case "low-pass" -> new LowPass(numbers[0]);
            case "rff" -> new RandomFeatures(numbers[0]);
            default -> new Band(numbers[0], numbers[1]);
        };
    }

    private static double[] numbers(String text, String view) {
        String[] pieces = text.split(",", -1);
        double[] numbers = new double[pieces.length];
        for (int i = 0; i < pieces.length; i++) {
            try {
                numbers[i] = Double.parseDouble(pieces[i]);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        "View '" + view + "': expected a number, got '" + pieces[i] + "'. " + KNOWN);
            }
        }
        return numbers;
    }

    static List<View> parseList(String text) {
        List<String> pieces = new ArrayList<>();
        for (String piece : text.split(",", -1)) {
            boolean begins = piece.isBlank() || Character.isLetter(piece.trim().charAt(0));
            if (begins || pieces.isEmpty()) {
                pieces.add(piece);
            } else {
                pieces.set(pieces.size() - 1, pieces.get(pieces.size() - 1) + "," + piece);
            }
        }
        Set<View> views = new LinkedHashSet<>();
        for (String piece : pieces) {
            View view = parse(piece);
            if (!views.add(view)) {
                throw new IllegalArgumentException("Views '" + text + "': " + view
                        + " is there twice, which makes the kernel singular; expected different views");
            }
        }
        return List.copyOf(views);
    }

    /** The shortest text that is read back as this number: {@code 0.25}, {@code 1}, never {@code 1.0} or {@code 1E-4}. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }
}
