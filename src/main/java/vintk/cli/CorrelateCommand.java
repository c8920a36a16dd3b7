package vintk.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vintk.rank.Agreement;
import vintk.rank.Coefficient;
import vintk.rank.Correlation;
import vintk.rank.Truth;
import vintk.report.ResultsFile;
import vintk.report.TextLayout;
import vintk.score.Direction;
import vintk.score.Named;
import vintk.score.Statistic;

/** {@code vintk correlate}: how well scores rank models whose accuracy is known. */
@Command(
        name = "correlate",
        header = "Correlates results with known accuracies.",
        description = {
            "",
            "Kendall tau-b, Spearman rho and Pearson r with 95 %% bootstrap intervals, for the ViNTK and NTK scores"
                    + " (turned so that higher is better) and the logarithms of parameters and MACs; how much better ViNTK is"
                    + " than the others; and how good the models are that each would choose. Models are matched by id."
        },
        footer = {
            "",
            "Examples:",
            "  vintk correlate results.csv --truth accuracies.json --column cifar100",
            "  vintk correlate part1.jsonl part2.jsonl --truth accuracies.csv"
        })
final class CorrelateCommand implements Callable<Integer> {
    /** Resamples of fewer are mostly of the same ones. */
    private static final int FEW = 10;

    private static final String ROW = "%-14s %-21s %-21s %s%n";

    @Parameters(
            arity = "1..*",
            paramLabel = "RESULTS",
            description = "What 'rank --out' wrote: a .csv, or .json and .jsonl, several where a study ran in parts.")
    private List<Path> results;

    @Option(
            names = "--truth",
            paramLabel = "FILE",
            required = true,
            description =
                    "Accuracies by id, higher is better: a JSON array, or a CSV table with the ids in its column id, or the first.")
    private Path truth;

    @Option(
            names = "--column",
            paramLabel = "NAME",
            description = "The column of the truth (default: the only one of numbers).")
    private String column;

    @Option(
            names = "--statistic",
            paramLabel = "STAT",
            description =
                    "Of the kernel, as 'rank' has them: results hold all, alignment where there were --labels (default: the one"
                            + " that ranked).")
    private String statistic;

    @Option(
            names = "--top",
            paramLabel = "K",
            description = "How many models are chosen (default: a tenth of those matched).")
    private Integer top;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        if (top != null) {
            CommonOptions.atLeastOne("--top", top);
        }
        Optional<Statistic> named = Optional.ofNullable(statistic).map(text -> Named.find(Statistic.class, text));
        ResultsFile read = ResultsFile.read(results, named);
        Truth known = column == null ? Truth.read(truth) : Truth.read(truth, column);
        OptionalInt chosen = top == null ? OptionalInt.empty() : OptionalInt.of(top);
        Agreement agreement = Agreement.of(read.models(), known, common.seed, chosen);
        PrintWriter out = common.out();
        if (common.json) {
            out.println(json(agreement));
        } else {
            text(out, agreement);
        }
        read.warnings().forEach(common::remark);
        out.flush();
        return ExitCode.OK;
    }

    private void text(PrintWriter out, Agreement agreement) {
        out.printf(
                "%s: %d %s matched%nwithout a score: %s%nresults without truth: %s%ntruths without a result: %s%n%n",
                TextLayout.plain(agreement.column()),
                agreement.matched().size(),
                agreement.matched().size() == 1 ? "model" : "models",
                named(agreement.unscored()),
                named(agreement.withoutTruth()),
                named(agreement.withoutResult()));
        table(out, agreement);
        List<String> notes = notes(agreement);
        if (!notes.isEmpty()) {
            out.printf("%n%s%n", String.join(System.lineSeparator(), notes));
        }
        if (agreement.matched().size() > 1 && !agreement.choices().isEmpty()) {
            choices(out, agreement);
        }
    }

    private static List<Correlation> all(Agreement agreement) {
        return Stream.concat(agreement.correlations().stream(), agreement.comparisons().stream())
                .toList();
    }

    private static void table(PrintWriter out, Agreement agreement) {
        out.printf(ROW, agreement.statistic().id(), "Kendall tau-b", "Spearman rho", "Pearson r");
        for (Correlation correlation : all(agreement)) {
            if (correlation.count() < agreement.matched().size()) {
                out.println(correlation.predictor() + ": of " + correlation.count() + " models");
            }
            out.printf(
                    ROW,
                    correlation.predictor(),
                    text(correlation.kendall()),
                    text(correlation.spearman()),
                    text(correlation.pearson()));
        }
    }

    private static List<String> notes(Agreement agreement) {
        List<String> notes = new ArrayList<>();
        if (agreement.statistic().direction() == Direction.LOWER) {
            notes.add("Of %s less is better: its sign is turned."
                    .formatted(agreement.statistic().id()));
        }
        if (!agreement.comparisons().isEmpty()) {
            notes.add("vintk - params: by how much better; vintk | params: given the parameters.");
        }
        if (all(agreement).stream()
                .anyMatch(c ->
                        c.kendall().value().isEmpty() || c.pearson().value().isEmpty())) {
            notes.add("- is not defined: fewer than two models, or all numbers of one side equal.");
        }
        int models = agreement.matched().size();
        if (models >= FEW) {
            notes.add("In brackets: 95 %% percentile bootstrap intervals over models, of %d resamples."
                    .formatted(Correlation.RESAMPLES));
        }
        if (models < Coefficient.FEWEST) {
            notes.add("Fewer than %d models have no intervals.".formatted(Coefficient.FEWEST));
        } else if (models < FEW) {
            notes.add("Of so few models the intervals (95 %, bootstrap) cannot be relied on.");
        }
        if (all(agreement).stream().anyMatch(CorrelateCommand::isWithoutInterval)) {
            notes.add("There is no interval where more than 5 % of the resamples have no coefficient.");
        }
        return notes;
    }

    private void choices(PrintWriter out, Agreement agreement) {
        int chosen = agreement.chosen();
        out.printf(
                Locale.ROOT,
                "%n%-23s %-18s %-12s best (of all: %.6g)%n",
                "the first " + chosen + (top == null ? " (a tenth)" : ""),
                "among the best " + chosen,
                "truth: first",
                agreement.best());
        for (Agreement.Choice choice : agreement.choices()) {
            String first = String.format(Locale.ROOT, "%.6g", choice.first());
            out.printf(
                    Locale.ROOT,
                    "by %-20s %-18d %-12s %.6g%n",
                    choice.predictor(),
                    choice.found(),
                    first,
                    choice.best());
        }
    }

    /** Though there are models enough. */
    private static boolean isWithoutInterval(Correlation correlation) {
        return correlation.count() >= Coefficient.FEWEST
                && Stream.of(correlation.kendall(), correlation.spearman(), correlation.pearson())
                        .anyMatch(c -> c.value().isPresent() && c.low().isEmpty());
    }

    private static String named(List<String> models) {
        return models.isEmpty() ? "0" : models.size() + " (" + TextLayout.some(models) + ")";
    }

    private static String text(Coefficient coefficient) {
        if (coefficient.value().isEmpty()) {
            return "-";
        }
        String value = String.format(Locale.ROOT, "%.3f", coefficient.value().getAsDouble());
        return coefficient.low().isEmpty()
                ? value
                : String.format(
                        Locale.ROOT,
                        "%s [%.2f, %.2f]",
                        value,
                        coefficient.low().getAsDouble(),
                        coefficient.high().getAsDouble());
    }

    private ObjectNode json(Agreement agreement) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        results.stream().map(Path::toString).forEach(node.putArray("results")::add);
        node.put("truth", truth.toString());
        node.put("column", agreement.column());
        node.put("statistic", agreement.statistic().id());
        ObjectNode intervals = node.putObject("intervals");
        intervals.put("kind", "percentile bootstrap over models");
        intervals.put("level", 0.95);
        intervals.put("resamples", Correlation.RESAMPLES);
        intervals.put("seed", common.seed);
        intervals.put("version", Vintk.Version.number());
        put(node, "matched", agreement.matched());
        put(node, "unscored", agreement.unscored());
        put(node, "without_truth", agreement.withoutTruth());
        put(node, "without_result", agreement.withoutResult());
        agreement.correlations().forEach(correlation -> put(node.putObject(correlation.predictor()), correlation));
        ObjectNode comparisons = node.putObject("comparisons");
        agreement
                .comparisons()
                .forEach(correlation -> put(comparisons.putObject(correlation.predictor()), correlation));
        ObjectNode choices = node.putObject("choices");
        choices.put("of", agreement.chosen());
        choices.put("best", agreement.best());
        for (Agreement.Choice choice : agreement.choices()) {
            ObjectNode one = choices.putObject(choice.predictor());
            one.put("found", choice.found());
            one.put("first", choice.first());
            one.put("best", choice.best());
        }
        return node;
    }

    private static void put(ObjectNode node, String name, List<String> ids) {
        node.put(name, ids.size());
        ids.forEach(node.putArray(name + "_ids")::add);
    }

    private static void put(ObjectNode node, Correlation correlation) {
        node.put("models", correlation.count());
        put(node, "kendall", correlation.kendall());
        put(node, "spearman", correlation.spearman());
        put(node, "pearson", correlation.pearson());
    }

    private static void put(ObjectNode node, String name, Coefficient coefficient) {
        ObjectNode one = node.putObject(name);
        coefficient.value().ifPresent(v -> one.put("value", v));
        coefficient.low().ifPresent(v -> one.put("low", v));
        coefficient.high().ifPresent(v -> one.put("high", v));
    }
}
