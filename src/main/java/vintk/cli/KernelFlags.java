package vintk.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Option;
import vintk.runtime.Initialisation;
import vintk.runtime.KernelOptions;
import vintk.runtime.ModelInputs;
import vintk.runtime.OnnxNetwork;
import vintk.runtime.ParameterFilter;
import vintk.runtime.Reduction;

/** How a kernel is computed. */
final class KernelFlags {
    /** Which initializers count. */
    enum Convention {
        ALL,
        WEIGHTS
    }

    @Option(
            names = "--reduction",
            paramLabel = "R",
            defaultValue = "sum",
            description =
                    "Outputs to one number: sum, class:C, trace:K (K random vectors), trace:all, vector:FILE.npy, or full"
                            + " (kernel of all outputs) (default: ${DEFAULT-VALUE}).")
    String reduction;

    @Option(
            names = "--parameters",
            paramLabel = "WHICH",
            defaultValue = "all",
            description = "all, or weights: matrices and kernels only, as TE-NAS counts (default: ${DEFAULT-VALUE}).")
    Convention convention;

    @Option(names = "--include", paramLabel = "REGEX", description = "Count only parameters whose name contains this.")
    String include;

    @Option(names = "--exclude", paramLabel = "REGEX", description = "Leave out parameters whose name contains this.")
    String exclude;

    @Option(
            names = "--output",
            paramLabel = "NAME",
            description = "Output to differentiate (default: the first float one).")
    String output;

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

    /** More threads than this only wait for each other. */
    private static final int MAX_THREADS = 256;

    KernelOptions options(CommonOptions common, boolean perParameter) {
        return new KernelOptions(
                Reduction.parse(reduction),
                new ParameterFilter(
                        convention == Convention.WEIGHTS, pattern("--include", include), pattern("--exclude", exclude)),
                Optional.ofNullable(output),
                engine(),
                perParameter,
                threads(common),
                common.seed);
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
        OnnxNetwork network = OnnxNetwork.read(file, inputs);
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

    static Optional<Pattern> pattern(String option, String regex) {
        try {
            return Optional.ofNullable(regex).map(Pattern::compile);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    option + ": '" + regex + "' is no regular expression: " + e.getDescription(), e);
        }
    }

    /** As results name it: the convention, and the patterns where given. */
    String parametersText() {
        StringBuilder text = new StringBuilder(convention.name().toLowerCase(Locale.ROOT));
        if (include != null) {
            text.append(" include ").append(include);
        }
        if (exclude != null) {
            text.append(" exclude ").append(exclude);
        }
        return text.toString();
    }
}
