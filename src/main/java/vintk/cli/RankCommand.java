package vintk.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vintk.rank.Subject;
import vintk.space.Candidates;
import vintk.space.Space;

/** {@code vintk rank}: scores many models and sorts them. */
@Command(
        name = "rank",
        header = "Scores models and sorts them, best first.",
        description = {
            "",
            "Takes the name of a search space with --count, a list of candidates with --candidates, or ONNX files and"
                    + " folders of them. Models without a score come last, with the reason."
        },
        footer = {
            "",
            "Examples:",
            "  vintk rank autoformer-tiny --count 20 --out results.csv",
            "  vintk rank autoformer-tiny --count 2000 --out results.jsonl --resume",
            "  vintk rank --candidates candidates.jsonl --repeats 3",
            "  vintk rank exported/ --inputs photos/ --statistic log-cond"
        })
final class RankCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "WHAT", description = "A search space, or ONNX files and folders.")
    private List<String> what = new ArrayList<>();

    @Option(names = "--count", paramLabel = "K", description = "Candidates to draw from the space.")
    private Integer count;

    @Option(
            names = "--candidates",
            paramLabel = "FILE",
            description = "Candidates to score: .jsonl as 'generate' writes it, or a .json table of architectures.")
    private Path candidates;

    @Mixin
    private StudyFlags study;

    @Mixin
    private ScoreFlags score;

    @Mixin
    private SpaceOptions spaces;

    @Mixin
    private LimitFlags draw;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        List<Subject> subjects = subjects();
        return new Study(common, study)
                .run(
                        subjects,
                        score.evaluation(common, spaces.classes()),
                        source -> spaces.content(source, score.size()));
    }

    private List<Subject> subjects() throws IOException {
        if (candidates != null) {
            common.require(
                    what.isEmpty() && count == null,
                    "--candidates is the whole list: leave out --count, spaces and files");
            common.require(
                    !draw.areGiven(), "--min-params, --max-params and --max-macs are for candidates that are drawn");
            requireNothingOfFiles();
            if (study.out != null) {
                OutputFile.prepare(study.out, candidates.toString());
            }
            return spaces.subjects(Candidates.read(candidates, spaces.own(), common::remark), score.size());
        }
        common.require(!what.isEmpty(), "expected a search space, --candidates FILE, or ONNX files and folders");
        String name = what.get(0);
        boolean isFile = Files.exists(Path.of(name));
        boolean space = what.size() == 1 && !isFile && !ModelFiles.isNamed(Path.of(name));
        if (space || count != null) {
            common.require(what.size() == 1, "--count goes with one search space");
            common.require(
                    !isFile || spaces.knows(name),
                    "--count is for search spaces: of files and folders all models are ranked");
            requireNothingOfFiles();
            common.require(
                    spaces.knows(name) || count != null,
                    "'" + name + "' is neither a file, nor a folder, nor a search space ('vintk spaces' lists them)");
            Space found = spaces.find(name);
            common.require(count != null, "how many candidates of " + found.name() + "? Give --count");
            CommonOptions.atLeastOne("--count", count);
            return spaces.subjects(draw.draw(found, count, common.seed, score.size(), spaces.classes()), score.size());
        }
        common.require(
                !spaces.areGiven() && !draw.areGiven(),
                "--space, --classes, --min-params, --max-params and --max-macs are for candidates of a search space, not for files");
        return ModelFiles.subjects(what, score.modelInputs(), score.initialisation());
    }

    private void requireNothingOfFiles() {
        common.require(
                score.initialisation().isEmpty(),
                "--reinit is for ONNX files: candidates are drawn as their space says");
        common.require(
                !score.isOfFiles(),
                "--input, --samples-input, --fill, --batch-axis and --untie are for ONNX files, not for candidates");
    }
}
