package vintk.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import vintk.rank.Agreement;
import vintk.rank.Coefficient;
import vintk.rank.Correlation;
import vintk.rank.Truth;
import vintk.report.ResultsFile;
import vintk.report.TextLayout;
import vintk.score.Named;
import vintk.score.Statistic;

/** {@code vintk correlate}: how well scores rank models whose accuracy is known. */
@Command(
        name = "correlate",
        mixinStandardHelpOptions = true,
        versionProvider = Vintk.Version.class,
        header = "Correlates results with known accuracies.",
        description = {
            "",
            "Kendall tau-b, Spearman rho and Pearson r with 95 %% bootstrap intervals, for the ViNTK and NTK scores"
                    + " (turned so that higher is better), parameters and MACs. Models are matched by id."
        },
        footer = {"", "Example:", "  vintk correlate results.csv --truth accuracies.json --column cifar100"})
final class CorrelateCommand implements Callable<Integer> {
    /** Resamples of fewer are mostly of the same ones. */
    private static final int FEW = 10;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "RESULTS", description = "A file that 'rank --out' wrote: .csv, .json or .jsonl.")
    private Path results;

    @Option(
            names = "--truth",
            paramLabel = "FILE",
            required = true,
            description = "Accuracies by id: a JSON array, or a CSV table with the ids in its column id, or the first.")
    private Path truth;

    @Option(names = "--column", paramLabel = "NAME", required = true, description = "The column of the truth.")
    private String column;

    @Option(
            names = "--statistic",
            paramLabel = "STAT",
            description =
                    "Of the kernel, as 'rank' has them: results hold all, alignment where there were --labels (default: the one"
                            + " that ranked).")
    private String statistic;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        Optional<Statistic> named = Optional.ofNullable(statistic).map(text -> Named.find(Statistic.class, text));
        ResultsFile file = ResultsFile.read(results, named);
        Agreement agreement = Agreement.of(file.models(), Truth.read(truth, column), common.seed);
        PrintWriter out = spec.commandLine().getOut();
        if (common.json) {
            out.println(json(agreement));
        } else {
            text(out, agreement);
        }
        file.warnings().forEach(warning -> common.remark(spec, warning));
        out.flush();
        return ExitCode.OK;
    }

    private static void text(PrintWriter out, Agreement agreement) {
        out.printf(
                "%s: %d models matched%nwithout a score: %s%nresults without truth: %s%ntruths without a result: %s%n%n",
                agreement.column(),
                agreement.matched(),
                named(agreement.unscored()),
                named(agreement.withoutTruth()),
                named(agreement.withoutResult()));
        out.printf("%-8s %-22s %-22s %s%n", "", "Kendall tau-b", "Spearman rho", "Pearson r");
        for (Correlation correlation : agreement.correlations()) {
            if (correlation.count() < agreement.matched()) {
                out.println(correlation.predictor() + ": of " + correlation.count() + " models");
            }
            out.printf(
                    "%-8s %-22s %-22s %s%n",
                    correlation.predictor(),
                    text(correlation.kendall()),
                    text(correlation.spearman()),
                    text(correlation.pearson()));
        }
        if (agreement.correlations().stream()
                .anyMatch(c ->
                        c.kendall().value().isEmpty() || c.pearson().value().isEmpty())) {
            out.printf("%n- is not defined: fewer than two models, or all numbers of one side equal.%n");
        }
        if (agreement.matched() < FEW) {
            out.printf("%nOf so few models the intervals (95 %%, bootstrap) cannot be relied on.%n");
        }
    }

    private static String named(List<String> models) {
        return models.isEmpty() ? "0" : models.size() + " (" + TextLayout.some(models) + ")";
    }

    private static String text(Coefficient coefficient) {
        if (coefficient.value().isEmpty()) {
            return "-";
        }
        return String.format(
                Locale.ROOT,
                "%.3f [%.2f, %.2f]",
                coefficient.value().getAsDouble(),
                coefficient.low().orElse(Double.NaN),
                coefficient.high().orElse(Double.NaN));
    }

    private static ObjectNode json(Agreement agreement) {
        ObjectNode node = new ObjectMapper().createObjectNode();
        node.put("column", agreement.column());
        node.put("matched", agreement.matched());
        node.put("unscored", agreement.unscored().size());
        node.put("without_truth", agreement.withoutTruth().size());
        node.put("without_result", agreement.withoutResult().size());
        for (Correlation correlation : agreement.correlations()) {
            ObjectNode one = node.putObject(correlation.predictor());
            one.put("models", correlation.count());
            put(one, "kendall", correlation.kendall());
            put(one, "spearman", correlation.spearman());
            put(one, "pearson", correlation.pearson());
        }
        return node;
    }

    private static void put(ObjectNode node, String name, Coefficient coefficient) {
        ObjectNode one = node.putObject(name);
        coefficient.value().ifPresent(v -> one.put("value", v));
        coefficient.low().ifPresent(v -> one.put("low", v));
        coefficient.high().ifPresent(v -> one.put("high", v));
    }
}
