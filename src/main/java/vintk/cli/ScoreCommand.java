package vintk.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code vintk score}: scores model files. */
@Command(
        name = "score",
        header = "Scores ONNX models.",
        description = {"", "The same table as 'rank'; with --json every statistic, per view, with its noise floor."},
        footer = {
            "",
            "Examples:",
            "  vintk score resnet18.onnx",
            "  vintk score a.onnx b.onnx --inputs photos/ --batch 16 --repeats 3",
            "  vintk score vit.onnx --output logits --parameters weights --json",
            "  vintk score trained.onnx --reinit kaiming --repeats 5"
        })
final class ScoreCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "MODEL.onnx", description = "Model files.")
    private List<String> models = new ArrayList<>();

    @Mixin
    private StudyFlags study;

    @Mixin
    private ScoreFlags score;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        return new Study(common, study)
                .run(
                        ModelFiles.subjects(models, score.modelInputs(), score.initialisation()),
                        score.evaluation(common, OptionalInt.empty()));
    }
}
