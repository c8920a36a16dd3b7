package vintk.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vintk.runtime.GradientCheck;
import vintk.runtime.GradientReport;
import vintk.runtime.KernelOptions;
import vintk.runtime.OnnxNetwork;
import vintk.runtime.SessionSettings;

/** {@code vintk check-gradient}: is the gradient of this model right? */
@Command(
        name = "check-gradient",
        header = "Verifies the gradient of a model by finite differences.",
        description = {
            "",
            "Four comparisons: the imported graph with the model itself; the gradient by all parameters with differences"
                    + " along random directions, and in float32 with float64; the gradient of every operator by itself, on the numbers it sees in this"
                    + " model. In float64 wherever ONNX Runtime can. The worst operator is named.",
            "",
            "Exit code 0 when all is within tolerance, 1 when something is wrong."
        },
        footer = {
            "",
            "Examples:",
            "  vintk check-gradient vit.onnx",
            "  vintk check-gradient vit.onnx --inputs x.npy --batch 4 --output logits --json"
        })
final class CheckGradientCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL.onnx", description = "The model.")
    private Path model;

    @Option(
            names = "--inputs",
            paramLabel = "WHAT",
            defaultValue = "synthetic",
            description = "Samples as for 'rank': synthetic, noise, a folder of images or a .npy file; what is no image"
                    + " is noise (default: ${DEFAULT-VALUE}).")
    private String inputs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Samples; more than 1 checks that each gets its own gradient (default: ${DEFAULT-VALUE}, or what"
                            + " the model is fixed to).")
    private int batch;

    @Mixin
    private SizeFlags size;

    @Option(
            names = "--directions",
            paramLabel = "D",
            defaultValue = "3",
            description = "Random directions of the whole gradient (default: ${DEFAULT-VALUE}).")
    private int directions;

    @Mixin
    private ParameterFlags parameters;

    @Mixin
    private ModelFlags others;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        CommonOptions.atLeastOne("--batch", batch);
        CommonOptions.atLeastOne("--directions", directions);
        OnnxNetwork network = OnnxNetwork.read(model, parameters.reading(others.others()));
        int count = Math.toIntExact(network.fixedBatch() > 0 ? network.fixedBatch() : batch);
        Samples samples = Samples.of(network, "--inputs", inputs, count, count, size, common);
        KernelOptions options = KernelOptions.defaults()
                .withParameters(parameters.filter(), parameters.output())
                .withSession(SessionSettings.of(KernelFlags.threads(common)))
                .withSeed(common.seed);
        GradientReport report;
        try (Progress progress = new Progress(common, "checking", " operators")) {
            report = new GradientCheck(network, options)
                    .run(samples.data(), count, samples.sample(), directions, progress::stepTo);
        }
        network.remarks().forEach(common::remark);
        print(report);
        return report.passed() ? ExitCode.OK : ExitCode.SOME_FAILED;
    }

    private void print(GradientReport report) {
        if (common.json) {
            common.println(GradientText.json(report));
        } else if (!common.quiet) {
            common.print(GradientText.table(model.getFileName().toString(), report));
        }
        report.fault().ifPresent(fault -> common.warn(model.getFileName() + ": " + fault));
    }
}
