package vintk.cli;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Option;
import vintk.runtime.ModelInputs;
import vintk.runtime.ParameterFilter;

/** Which output is differentiated, by which parameters. */
final class ParameterFlags {
    /** Which initializers count. */
    enum Convention {
        ALL,
        WEIGHTS
    }

    @Option(
            names = "--parameters",
            paramLabel = "WHICH",
            defaultValue = "all",
            description = "all, or weights: what has two axes or more. TE-NAS' code counts as --include weight does"
                    + " (default: ${DEFAULT-VALUE}).")
    private Convention convention;

    @Option(
            names = "--include",
            paramLabel = "REGEX",
            description =
                    "Count only parameters in whose names this is found; also masks, tables of sines, single numbers and what arithmetic makes statistics, of such names.")
    private String include;

    @Option(
            names = "--exclude",
            paramLabel = "REGEX",
            description = "Leave out parameters in whose names this is found.")
    private String exclude;

    @Option(
            names = "--untie",
            description =
                    "Count a parameter for each reader of a tensor of one number throughout (scales of 1, biases of 0):"
                            + " exporters write equal ones once.")
    private boolean untied;

    @Option(
            names = "--output",
            paramLabel = "NAME",
            description = "Output to differentiate (default: the first float one).")
    private String output;

    ParameterFilter filter() {
        return new ParameterFilter(
                convention == Convention.WEIGHTS, pattern("--include", include), pattern("--exclude", exclude));
    }

    /** How files are read, with what is said of their tensors. */
    ModelInputs reading(ModelInputs inputs) {
        return inputs.untied(untied).including(pattern("--include", include));
    }

    /** Whether what a file shares counts for each reader. */
    boolean untied() {
        return untied;
    }

    /** The name given, or empty. */
    Optional<String> output() {
        return Optional.ofNullable(output);
    }

    private static Optional<Pattern> pattern(String option, String regex) {
        try {
            return Optional.ofNullable(regex).map(Pattern::compile);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    option + ": '" + regex + "' is no regular expression: " + e.getDescription(), e);
        }
    }

    /** As results name it: the convention, and the patterns and the output where given. */
    String text() {
        StringBuilder text = new StringBuilder(convention.name().toLowerCase(Locale.ROOT));
        if (untied) {
            text.append(" untied");
        }
        if (include != null) {
            text.append(" include ").append(include);
        }
        if (exclude != null) {
            text.append(" exclude ").append(exclude);
        }
        if (output != null) {
            text.append(" of output ").append(output);
        }
        return text.toString();
    }
}
