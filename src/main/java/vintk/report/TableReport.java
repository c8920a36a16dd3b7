package vintk.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import vintk.rank.Ranked;
import vintk.rank.Ranking;
import vintk.score.Cost;
import vintk.score.Estimate;
import vintk.score.Precision;
import vintk.score.Result;
import vintk.score.Score;
import vintk.score.Settings;
import vintk.score.Taken;
import vintk.score.Value;

/**
 * A ranking for the terminal: what was measured, one line per model, models without a score at the end with status and reason,
 * and notes. Plain text without colour, every line at most as wide as asked for; long names are shortened in the middle.
 */
public final class TableReport {
    /** The usual width of a terminal. */
    static final int WIDTH = 80;

    private static final int NARROWEST = 72;

    private static final String NONE = "-";

    private TableReport() {}

    /** The table at the usual width. */
    public static String text(Ranking ranking) {
        return text(ranking, WIDTH);
    }

    /**
     * The table.
     *
     * @param width of a line in characters, 72 or more; less is taken as 72, which the numbers need
     */
    static String text(Ranking ranking, int width) {
        int columns = Math.max(NARROWEST, width);
        List<Result> results = ranking.results();
        StringBuilder text = new StringBuilder();
        caption(results).forEach(sentence -> TextLayout.wrap(text, sentence, columns));
        text.append('\n');
        int decimals = decimals(ranking);
        boolean repeated = ranking.ranked().stream().anyMatch(TableReport::repeated);
        List<String[]> cells = new ArrayList<>();
        // With repeats a second column says which ranks the errors leave open.
        int name = repeated ? 2 : 1;
        cells.add((repeated ? "# ranks " : "# ")
                .concat("model ViNTK NTK params MACs s status")
                .split(" "));
        for (Ranked place : ranking.ranked()) {
            cells.add(cells(place, decimals, repeated));
        }
        int[] widths = TextLayout.widths(cells);
        // Models without a score have only a name and a text; their names may be the longest.
        for (Result result : ranking.unranked()) {
            widths[name] = Math.max(widths[name], TextLayout.length(name(result)));
        }
        int others = Arrays.stream(widths).sum() - widths[name] + 2 * (widths.length - 1);
        widths[name] = Math.max(8, Math.min(widths[name], columns - others));
        cells.forEach(row -> TextLayout.row(text, row, widths, name));
        int indent = Arrays.stream(widths, 0, name).sum() + 2 * name;
        for (Result result : ranking.unranked()) {
            failed(text, result, indent, widths[name], columns);
        }
        List<String> notes = notes(ranking, results, "ranks");
        if (!notes.isEmpty()) {
            text.append('\n');
            notes.forEach(note -> TextLayout.wrap(text, note, columns));
        }
        return text.toString();
    }

    static List<String> caption(List<Result> results) {
        Settings settings = results.get(0).settings();
        List<String> caption = new ArrayList<>();
        caption.add("ViNTK is %s of %s, %s is better."
                .formatted(
                        settings.statistic().id(),
                        settings.integration().description(),
                        settings.direction().id()));
        caption.add("Views %s; N = %d inputs per view; seed %d%s."
                .formatted(
                        String.join(", ", settings.views()),
                        settings.batch(),
                        settings.seed(),
                        settings.repeats() > 1
                                ? "; mean ± standard error of %d repeats".formatted(settings.repeats())
                                : ""));
        String unusual = unusual(settings);
        if (!unusual.isEmpty()) {
            caption.add("Other than by default: " + unusual + ".");
        }
        boolean files = results.stream().anyMatch(r -> r.source().file().isPresent());
        if (settings.repeats() > 1 && settings.reinit().equals("none") && files) {
            caption.add("Weights are as in the files: errors are of the inputs alone.");
        }
        if (!settings.reinit().equals("none")) {
            caption.add("Parameters of files are drawn anew: %s.".formatted(settings.reinit()));
        }
        if (results.stream().anyMatch(result -> !result.settings().equals(settings))) {
            caption.add("Settings differ between models: these are those of " + name(results.get(0)) + ".");
        }
        return caption;
    }

    /** What decides scores and is not said elsewhere, where it was asked for. */
    private static String unusual(Settings settings) {
        List<String> unusual = new ArrayList<>();
        if (!settings.inputs().equals("synthetic")) {
            unusual.add("inputs " + TextLayout.plain(settings.inputs()));
        }
        settings.size().ifPresent(size -> unusual.add("size " + size));
        settings.classes().ifPresent(classes -> unusual.add("classes " + classes));
        if (!settings.reduction().equals("sum")) {
            unusual.add("reduction " + TextLayout.plain(settings.reduction()));
        }
        if (!settings.parameters().equals("all")) {
            unusual.add("parameters " + TextLayout.plain(settings.parameters()));
        }
        if (settings.precision() != Precision.FLOAT32) {
            unusual.add(settings.precision().id());
        }
        return String.join("; ", unusual);
    }

    private static String[] cells(Ranked place, int decimals, boolean repeated) {
        Result result = place.result();
        Cost cost = result.cost();
        List<String> row = new ArrayList<>();
        row.add(place.rank() + (place.tied() ? "=" : ""));
        if (repeated) {
            row.add(place.best() == place.worst() ? "" + place.best() : place.best() + "-" + place.worst());
        }
        row.add(name(result));
        row.add(vintk(result, decimals));
        row.add(ntk(result, decimals));
        row.add(count(cost.parameters()));
        row.add(count(cost.macs()));
        row.add(seconds(cost.seconds()));
        row.add(result.status().id());
        return row.toArray(String[]::new);
    }

    /** A page has it so too. */
    private static String name(Result result) {
        return TextLayout.plain(result.name());
    }

    private static void failed(StringBuilder text, Result result, int indent, int width, int columns) {
        String line = NONE + " ".repeat(indent - 1) + TextLayout.left(name(result), width) + "  "
                + result.status().id();
        text.append(TextLayout.cut(line, columns)).append('\n');
        TextLayout.wrap(text, result.message(), columns, indent + 2);
    }

    static List<String> notes(Ranking ranking, List<Result> results, String ranks) {
        List<String> notes = new ArrayList<>();
        if (ranking.ranked().stream().anyMatch(Ranked::tied)) {
            notes.add("= marks equal scores.");
        }
        if (ranking.ranked().stream().anyMatch(TableReport::repeated)) {
            notes.add(ranks + ": the places that a model may have where scores move by one standard error.");
        }
        if (!ranking.unranked().isEmpty()) {
            notes.add("Without a score, so not ranked: %d of %d models."
                    .formatted(ranking.unranked().size(), results.size()));
        }
        List<String> samples = ranking.ranked().stream()
                .flatMap(place -> place.result().taken().stream())
                .map(Taken::sample)
                .filter(sample -> !sample.isEmpty())
                .distinct()
                .toList();
        if (samples.size() > 1) {
            notes.add("Models took samples of different shapes (%s): such scores do not compare."
                    .formatted(TextLayout.some(samples)));
        }
        Map<String, List<String>> warned = new LinkedHashMap<>();
        for (Result result : results) {
            result.warnings().forEach(warning -> warned.computeIfAbsent(warning, w -> new ArrayList<>())
                    .add(name(result)));
        }
        warned.forEach((warning, names) -> notes.add("Warning (%s%s): %s"
                .formatted(names.size() == 1 ? "" : names.size() + " models: ", TextLayout.some(names), warning)));
        return notes;
    }

    /**
     * Digits behind the point: with errors, enough for two digits of the smallest; without, three, or as many (up to six) as
     * keep different scores different.
     */
    static int decimals(Ranking ranking) {
        double smallest = ranking.ranked().stream()
                .flatMapToDouble(place -> place.result().vintk().orElseThrow().standardError().stream())
                .filter(error -> error > 0)
                .min()
                .orElse(0);
        if (smallest > 0) {
            return (int) Math.max(2, Math.min(5, Math.ceil(-Math.log10(smallest)) + 1));
        }
        long different =
                ranking.ranked().stream().mapToDouble(Ranked::score).distinct().count();
        for (int decimals = 3; decimals < 6; decimals++) {
            int tried = decimals;
            long shown = ranking.ranked().stream()
                    .map(place -> fixed(place.score(), tried))
                    .distinct()
                    .count();
            if (shown == different) {
                return decimals;
            }
        }
        return 6;
    }

    private static boolean repeated(Ranked place) {
        return place.result().vintk().orElseThrow().standardError().isPresent();
    }

    private static String estimate(Estimate estimate, int decimals) {
        String mean = fixed(estimate.mean(), decimals);
        return estimate.standardError().isPresent()
                ? mean + " ± " + fixed(estimate.standardError().getAsDouble(), decimals)
                : mean;
    }

    /** The score with its error; a dash where there is none. */
    static String vintk(Result result, int decimals) {
        return result.vintk().map(known -> estimate(known, decimals)).orElse(NONE);
    }

    /** The plain score, or the bound that the first repeat gave. */
    static String ntk(Result result, int decimals) {
        if (result.ntk().isPresent()) {
            return fixed(result.ntk().get().mean(), decimals);
        }
        Optional<Value> bound = result.repeats().stream().findFirst().flatMap(Score::ntkValue);
        return bound.map(value -> value.bound().symbol() + fixed(value.value(), decimals))
                .orElse(NONE);
    }

    private static String fixed(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    private static String count(OptionalLong count) {
        return count.isPresent() ? SiNumber.of(count.getAsLong()) : NONE;
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 10 ? "%.2f" : seconds < 100 ? "%.1f" : "%.0f", seconds);
    }
}
