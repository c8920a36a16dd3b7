package vintk.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import vintk.runtime.Initialisation;
import vintk.runtime.KernelOptions;
import vintk.runtime.ModelInputs;
import vintk.runtime.OnnxNetwork;
import vintk.runtime.Reduction;
import vintk.runtime.SessionSettings;

/** How a kernel is computed. */
final class KernelFlags {
    @Option(
            names = "--reduction",
            paramLabel = "R",
            defaultValue = "sum",
            description =
                    "Outputs to one number: sum, class:C, trace:K (K random vectors), trace:all, vector:FILE.npy, or full"
                            + " (kernel of all outputs: [N·O, N·O]) (default: ${DEFAULT-VALUE}).")
    String reduction;

    @Mixin
    ParameterFlags parameters;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "auto",
            description = "batched, per-sample, or auto, the first that fits (default: ${DEFAULT-VALUE}).")
    String engine;

    @Option(
            names = "--reinit",
            paramLabel = "SCHEME",
            description =
                    "Draw the parameters of files anew from --seed, by their roles: kaiming, xavier, trunc-normal:STD or"
                            + " pytorch-default (default: as in the file).")
    String reinit;

    @Option(
            names = "--accurate",
            description =
                    "Multiply gradients in float64: condition numbers and smallest eigenvalues up to a condition of"
                            + " 1e8, for about a fifth more time.")
    boolean accurate;

    /** More threads than this only wait for each other. */
    private static final int MAX_THREADS = 256;

    KernelOptions options(CommonOptions common) {
        return KernelOptions.defaults()
                .withReduction(Reduction.parse(reduction))
                .withParameters(parameters.filter(), parameters.output())
                .withEngine(engine())
                .withAccurate(accurate)
                .withSession(SessionSettings.of(threads(common)))
                .withSeed(common.seed);
    }

    /** How parameters of files are drawn; empty where files keep their own. */
    Optional<Initialisation> initialisation() {
        return Optional.ofNullable(reinit).map(Initialisation::parse);
    }

    /** As results name it. */
    String reinitText() {
        return initialisation().map(Initialisation::toString).orElse("none");
    }

    /** The network of a file, its parameters as in the file or drawn anew. */
    OnnxNetwork network(Path file, ModelInputs inputs, CommonOptions common) {
        Optional<Initialisation> drawn = initialisation();
        OnnxNetwork network = OnnxNetwork.read(file, parameters.reading(inputs));
        return drawn.isPresent() ? network.reinitialised(drawn.get(), common.seed) : network;
    }

    static int threads(CommonOptions common) {
        if (common.threads < 0 || common.threads > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "--threads: expected 0 (one a core) to " + MAX_THREADS + ", got " + common.threads);
        }
        return common.threads;
    }

    private KernelOptions.Engine engine() {
        return switch (engine) {
            case "auto" -> KernelOptions.Engine.AUTO;
            case "batched" -> KernelOptions.Engine.BATCHED;
            case "per-sample" -> KernelOptions.Engine.PER_SAMPLE;
            default ->
                throw new IllegalArgumentException(
                        "--engine: expected auto, batched or per-sample, got '" + engine + "'");
        };
    }
}
