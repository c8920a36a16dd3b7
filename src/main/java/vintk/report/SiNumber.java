package vintk.report;

import java.util.Locale;

/** Large counts to three digits with a decimal prefix: 5.72 M, 1.26 G, 893 K. */
public final class SiNumber {

    private static final String[] PREFIXES = {"", " K", " M", " G", " T", " P", " E"};

    private SiNumber() {}

    /** @param count 0 or more */
    public static String of(long count) {
        if (count < 1000) {
            return Long.toString(count);
        }
        double scaled = count;
        int prefix = 0;
        // 999.5 rounds to 1000, which is 1.00 of the next prefix.
        while (scaled >= 999.5 && prefix + 1 < PREFIXES.length) {
            scaled /= 1000;
            prefix++;
        }
        String format = scaled < 9.995 ? "%.2f%s" : scaled < 99.95 ? "%.1f%s" : "%.0f%s";
        return String.format(Locale.ROOT, format, scaled, PREFIXES[prefix]);
    }
}
