package vintk.cli;

import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import vintk.score.Cost;
import vintk.score.Result;
import vintk.space.Candidate;
import vintk.space.Space;
import vintk.space.VisionTransformer;

/** How large models may be, of which those are none whose size is not known: candidates of a space that are drawn, or results that are reported. */
final class LimitFlags {
    @Option(
            names = "--min-params",
            paramLabel = "P",
            converter = Amount.class,
            description = "Only models of so many parameters or more, such as 5M.")
    private Long minParams;

    @Option(
            names = "--max-params",
            paramLabel = "P",
            converter = Amount.class,
            description = "Only models of at most so many parameters, such as 6.5M.")
    private Long maxParams;

    @Option(
            names = "--max-macs",
            paramLabel = "M",
            converter = Amount.class,
            description = "Only models of at most so many multiply-adds a sample, such as 1.3G.")
    private Long maxMacs;

    /** Whether not all models are wanted. */
    boolean areGiven() {
        return minParams != null || maxParams != null || maxMacs != null;
    }

    /**
     * Different candidates of a space within the limits.
     *
     * @param size of the images in pixels, where not the space's
     * @param classes outputs of the head, where not the space's
     */
    List<Candidate> draw(Space space, int count, long seed, OptionalInt size, OptionalInt classes) {
        requireOrder();
        return space.sample(count, seed, size.orElse(space.image()), classes.orElse(space.classes()), this::isWithin);
    }

    /** Results of models within the limits; of those that failed too early to be counted none. */
    List<Result> within(List<Result> results) {
        requireOrder();
        List<Result> within = results.stream()
                .filter(result -> !areGiven() || isWithin(result.cost()))
                .toList();
        if (within.isEmpty() && !results.isEmpty()) {
            throw new IllegalArgumentException("none of " + results.size() + " models is within the limits of size");
        }
        return within;
    }

    private void requireOrder() {
        if (minParams != null && maxParams != null && minParams > maxParams) {
            throw new IllegalArgumentException(
                    "--min-params " + minParams + " is more than --max-params " + maxParams + ": no model is both");
        }
    }

    private boolean isWithin(VisionTransformer network) {
        return isWithin(network.parameters(), network.macs());
    }

    private boolean isWithin(Cost cost) {
        return cost.parameters().isPresent()
                && cost.macs().isPresent()
                && isWithin(cost.parameters().getAsLong(), cost.macs().getAsLong());
    }

    private boolean isWithin(long parameters, long macs) {
        return (minParams == null || parameters >= minParams)
                && (maxParams == null || parameters <= maxParams)
                && (maxMacs == null || macs <= maxMacs);
    }

    /** A number with a decimal prefix, as results show them. */
    static final class Amount implements ITypeConverter<Long> {
        private static final String PREFIXES = "KMGT";
        private static final Pattern FORM = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([KMGT]?)");

        @Override
        public Long convert(String text) {
            Matcher form = FORM.matcher(text.toUpperCase(Locale.ROOT));
            if (!form.matches()) {
                throw new TypeConversionException(
                        "expected a number such as 5700000, 5.7M or 1.3G, got '" + text + "'");
            }
            double thousands = form.group(2).isEmpty() ? 0 : 1 + PREFIXES.indexOf(form.group(2));
            return Math.round(Double.parseDouble(form.group(1)) * Math.pow(1000, thousands));
        }
    }
}
