package vintk.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vintk.fourier.View;
import vintk.input.Inputs;
import vintk.rank.Evaluation;
import vintk.runtime.Initialisation;
import vintk.runtime.KernelOptions;
import vintk.runtime.ModelInputs;
import vintk.runtime.Reduction;
import vintk.runtime.SessionSettings;
import vintk.score.Integration;
import vintk.score.Named;
import vintk.score.Precision;
import vintk.score.Settings;
import vintk.score.Statistic;

/** How models are scored. */
final class ScoreFlags {
    /** Seconds: thirty years. */
    private static final int LONGEST = 1_000_000_000;

    @Option(
            names = "--views",
            paramLabel = "V,V...",
            defaultValue = "identity,high-pass:0.25:std",
            description =
                    "Views of the inputs: identity, high-pass:R, low-pass:R, band:A,B, rff:SIGMA, each also with :std"
                            + " (default: ${DEFAULT-VALUE}).")
    String views;

    @Option(
            names = "--statistic",
            paramLabel = "STAT",
            defaultValue = "log-frobenius",
            description = "Of the kernel: log-cond, log-min, log-trace, log-frobenius, log-det, effective-rank,"
                    + " mean-cosine, or with --labels alignment (default: ${DEFAULT-VALUE}).")
    String statistic;

    @Option(
            names = "--integration",
            paramLabel = "HOW",
            defaultValue = "joint",
            description = "Views to one score: joint, mean or sum (default: ${DEFAULT-VALUE}).")
    String integration;

    @Option(
            names = "--inputs",
            paramLabel = "WHAT",
            defaultValue = "synthetic",
            description =
                    "synthetic (spectrum and colours of natural images), noise, a folder of images, or a .npy file"
                            + " [N, C, H, W]; with unit: or pixels: in front, from 0 to 1 or 255, for models that normalise"
                            + " images themselves (default: ${DEFAULT-VALUE}).")
    String inputs;

    @Option(
            names = "--labels",
            paramLabel = "FILE.npy",
            description = "The class of each input of --inputs FILE.npy, integers [N]: for alignment.")
    Path labels;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "32",
            description = "Inputs per view (default: ${DEFAULT-VALUE}).")
    int batch;

    @Option(
            names = "--size",
            paramLabel = "PIXELS",
            description = "Height and width of the images (default: 224, or the model's own).")
    Integer size;

    @Option(
            names = "--repeats",
            paramLabel = "R",
            defaultValue = "1",
            description =
                    "Seeds of inputs and of weights, those of files only with --reinit; more than one gives a standard error"
                            + " (default: ${DEFAULT-VALUE}).")
    int repeats;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "Give up on a model after this time; 0: never (default).")
    double timeout;

    @Mixin
    private KernelFlags kernel;

    @Mixin
    private DeviceFlags device;

    @Mixin
    private ModelFlags model;

    /** What model files are given for their other inputs. */
    ModelInputs modelInputs() throws IOException {
        CommonOptions.atLeastOne("--batch", batch);
        return kernel.parameters.reading(model.others().ofSamples(batch));
    }

    /** Whether something is said of the inputs or tensors of files. */
    boolean isOfFiles() {
        return model.isGiven() || kernel.parameters.untied();
    }

    OptionalInt size() {
        return size == null ? OptionalInt.empty() : OptionalInt.of(size);
    }

    /** How parameters of files are drawn; empty where files keep their own. */
    Optional<Initialisation> initialisation() {
        return kernel.initialisation();
    }

    /**
     * Ready to score; what is wrong with the options is said here, before any work.
     *
     * @param classes that candidates are to have, where not those of their spaces
     */
    Evaluation evaluation(CommonOptions common, OptionalInt classes) throws IOException {
        CommonOptions.atLeastOne("--batch", batch);
        CommonOptions.atLeastOne("--repeats", repeats);
        if (size != null) {
            CommonOptions.atLeastOne("--size", size);
        }
        if (!(timeout >= 0 && timeout <= LONGEST)) {
            throw new IllegalArgumentException("--timeout: expected 0 to " + LONGEST + " seconds, got " + timeout);
        }
        List<View> parsed = View.parseList(views);
        KernelOptions options = kernel.options(common);
        if (options.reduction().kind() == Reduction.Kind.FULL) {
            throw new IllegalArgumentException(
                    "--reduction full gives one row an output, not a sample: use it with the command kernel");
        }
        Statistic chosen = Named.find(Statistic.class, statistic);
        if (chosen.needsLabels() && labels == null) {
            throw new IllegalArgumentException(
                    "--statistic " + statistic + " needs the classes of the inputs: --labels");
        }
        Inputs source = labels == null ? Inputs.parse(inputs) : Inputs.parse(inputs, labels);
        source.require(batch);
        if (chosen.needsLabels()
                && Arrays.stream(source.labels(batch)).distinct().count() < 2) {
            throw new IllegalArgumentException(
                    "--labels: the first " + batch + " are of one class; " + statistic + " needs two or more");
        }
        List<SessionSettings> sessions = device.sessions(common);
        Settings settings = new Settings(
                parsed.stream().map(View::toString).toList(),
                chosen,
                Named.find(Integration.class, integration),
                options.reduction().toString(),
                batch,
                size(),
                classes,
                source.spec() + source.content() + model.text(),
                common.seed,
                repeats,
                kernel.reinitText(),
                kernel.parameters.text(),
                "inference",
                DeviceFlags.text(sessions),
                precision(),
                Vintk.Version.number());
        return new Evaluation(
                settings, options, sessions, source, source.labels(batch), parsed, timeout, common::trace);
    }

    private Precision precision() {
        Precision products = device.precision();
        if (!kernel.accurate) {
            return products;
        }
        if (products == Precision.TF32) {
            throw new IllegalArgumentException("--accurate and --precision tf32 exclude each other");
        }
        return Precision.ACCURATE;
    }
}
