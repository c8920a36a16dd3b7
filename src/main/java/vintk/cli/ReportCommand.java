package vintk.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vintk.rank.Journal;
import vintk.rank.Ranking;
import vintk.report.ReportFormat;
import vintk.report.ResultsFile;
import vintk.report.TextLayout;
import vintk.score.Named;
import vintk.score.Result;
import vintk.score.Statistic;

/** {@code vintk report}: results that are there already, as one ranking. */
@Command(
        name = "report",
        header = "Shows results as one ranking, or writes it in another format.",
        description = {
            "",
            "Takes what 'rank --out' and 'score --out' wrote as .jsonl or .json, also of runs that are not done yet, and of several"
                    + " machines that scored a part each. All must have the same settings."
        },
        footer = {
            "",
            "Examples:",
            "  vintk report results.jsonl --out results.html",
            "  vintk report results.jsonl --statistic log-cond",
            "  vintk report results.jsonl --top 10 --max-params 6M",
            "  vintk report part1.jsonl part2.jsonl --out all.csv",
            "  vintk report results.csv.partial.jsonl"
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "RESULTS", description = "Files of results: .jsonl or .json.")
    private List<Path> files;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "The ranking, as .csv, .json, .jsonl, or .html to look at.")
    private Path out;

    @Option(
            names = "--statistic",
            paramLabel = "STAT",
            description =
                    "Rank by another statistic: results hold all, alignment where there were --labels (default: the one that"
                            + " ranked).")
    private String statistic;

    @Option(
            names = "--top",
            paramLabel = "K",
            description = "Print the best K alone; a file of --out has all within the limits (default: all).")
    private Integer top;

    @Mixin
    private LimitFlags limits;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        if (top != null) {
            CommonOptions.atLeastOne("--top", top);
        }
        if (out != null) {
            ResultsOutput output = new ResultsOutput(out);
            output.prepare(files.stream().map(Path::toString).toArray(String[]::new));
            output.requireDone();
        }
        Journal.Contents contents = ResultsFile.merged(files);
        contents.warnings().forEach(common::remark);
        List<Result> results = limits.within(contents.results());
        int others = contents.results().size() - results.size();
        if (others > 0) {
            common.remark(others + " of " + contents.results().size()
                    + " models are not within the limits, or of unknown size, and left out");
        }
        if (statistic != null) {
            Statistic named = Named.find(Statistic.class, statistic);
            results = results.stream().map(result -> result.by(named)).toList();
            if (named.needsLabels() && results.stream().allMatch(r -> r.vintk().isEmpty())) {
                throw new IllegalArgumentException(
                        "--statistic " + statistic + ": these results were scored without --labels");
            }
        }
        if (results.isEmpty()) {
            throw new IllegalArgumentException("no results in "
                    + TextLayout.some(files.stream().map(Path::toString).toList()));
        }
        Ranking ranking = Ranking.of(results);
        if (out != null) {
            ReportFormat.of(out).write(ranking, out);
        }
        Study.show(top == null ? ranking : ranking.best(top), common);
        return ExitCode.OK;
    }
}
