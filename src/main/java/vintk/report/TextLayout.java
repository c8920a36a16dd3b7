package vintk.report;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Lines for people: widths, padding, shortening and wrapping, counted in code points; nothing in them but what is seen. */
public final class TextLayout {
    private static final int NAMED = 3;

    /** Control characters, also those above ASCII; what turns the direction of writing, or has no width; breaks of lines. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private TextLayout() {}

    /**
     * A text on one line of a terminal. Files hold any text, and may be called anything: what moves the cursor, colours the terminal
     * or lets one line look like two is shown as a question mark.
     */
    public static String plain(String text) {
        return UNSEEN.matcher(text).replaceAll("?");
    }

    /** Names in a sentence: three of them, and whether there are more. */
    public static String some(List<String> names) {
        String first = names.stream().limit(NAMED).map(TextLayout::plain).collect(Collectors.joining(", "));
        return names.size() > NAMED ? first + ", ..." : first;
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    /** The widest cell of each column. */
    public static int[] widths(List<String[]> rows) {
        int[] widths = new int[rows.get(0).length];
        for (String[] row : rows) {
            for (int c = 0; c < row.length; c++) {
                widths[c] = Math.max(widths[c], length(row[c]));
            }
        }
        return widths;
    }

    /**
     * Appends a row with two spaces between columns and none at the end. Numbers are right-aligned; the columns that hold text,
     * {@code name} and the last, left-aligned.
     */
    static void row(StringBuilder text, String[] cells, int[] widths, int name) {
        StringBuilder line = new StringBuilder();
        for (int c = 0; c < cells.length; c++) {
            boolean left = c == name || c == cells.length - 1;
            line.append(c == 0 ? "" : "  ").append(left ? left(cells[c], widths[c]) : right(cells[c], widths[c]));
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    /** Plain, and exactly so wide: padded behind, or shortened in the middle, where names differ least. */
    public static String left(String text, int width) {
        int length = length(text);
        if (length <= width) {
            return plain(text) + " ".repeat(width - length);
        }
        int[] points = plain(text).codePoints().toArray();
        // The end tells candidates apart, so it keeps the larger half.
        int head = (width - 1) / 2;
        int tail = width - 1 - head;
        return new String(points, 0, head) + "…" + new String(points, length - tail, tail);
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - length(text))) + plain(text);
    }

    /** Plain, and at most so wide, the end cut off. */
    static String cut(String text, int width) {
        if (length(text) <= width) {
            return plain(text);
        }
        return new String(plain(text).codePoints().toArray(), 0, width - 1) + "…";
    }

    /** Appends a paragraph, broken between words; a word wider than the line stands alone, cut. */
    static void wrap(StringBuilder text, String paragraph, int width) {
        wrap(text, paragraph, width, 0);
    }

    /** The same with every line indented; {@code width} counts the indent. */
    public static void wrap(StringBuilder text, String paragraph, int width, int indent) {
        int used = 0;
        for (String word : paragraph.strip().split("\\s+")) {
            String fitting = cut(word, width - indent);
            int length = length(fitting);
            if (used > indent && used + 1 + length > width) {
                text.append('\n');
                used = 0;
            }
            if (used == 0) {
                text.append(" ".repeat(indent));
                used = indent;
            }
            if (used > indent) {
                text.append(' ');
                used++;
            }
            text.append(fitting);
            used += length;
        }
        text.append('\n');
    }
}
