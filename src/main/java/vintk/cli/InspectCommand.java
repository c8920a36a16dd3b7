package vintk.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import vintk.onnx.Shape;
import vintk.rank.ImageLayout;
import vintk.runtime.CudaProvider;
import vintk.runtime.Inspection;
import vintk.runtime.KernelOptions;

/** {@code vintk inspect}: what is known of a model before any work. */
@Command(
        name = "inspect",
        header = "Shows what a model is, what would count, and whether it can be scored.",
        description = {
            "",
            "The model is differentiated, but no kernel is computed. A model that cannot be scored is shown as far as it"
                    + " is known, with 'scorable: no' and the reason; the exit code is 0 then, too."
        },
        footer = {
            "",
            "Examples:",
            "  vintk inspect vit.onnx",
            "  vintk inspect detector.onnx --output boxes --batch 8 --all",
            "  vintk inspect vit.onnx --json"
        })
final class InspectCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL.onnx", description = "The model.")
    private Path model;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "Samples of the kernel that memory is estimated for (default: ${DEFAULT-VALUE}).")
    private int batch;

    @Mixin
    private SizeFlags size;

    @Option(names = "--all", description = "Long lists whole.")
    private boolean all;

    @Mixin
    private ModelFlags inputs;

    @Mixin
    private KernelFlags kernel;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        CommonOptions.atLeastOne("--batch", batch);
        // What this machine lacks is no verdict on the model.
        CudaProvider.isBuilt();
        KernelOptions options = kernel.options(common);
        Inspection found =
                Inspection.of(model, kernel.parameters.reading(inputs.others()), batch, size.wanted(), options);
        String refusal = found.refusal().orElseGet(() -> refusal(found.sample().orElseThrow()));
        if (common.json) {
            common.println(InspectJson.tree(model, found, batch, refusal));
        } else {
            common.print(new InspectText(found, batch, all).of(model, refusal));
        }
        return ExitCode.OK;
    }

    /** Why a model that can be differentiated is not scored; empty where it is. */
    private static String refusal(Shape sample) {
        try {
            ImageLayout.requireImages(sample);
            return "";
        } catch (IllegalArgumentException e) {
            return e.getMessage();
        }
    }
}
