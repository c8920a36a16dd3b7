package vintk.space;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A search space: dimensions to choose in, and how choices become a network. Immutable; made from a YAML file
 * ({@link #read}, or {@link Spaces} for the built-in ones).
 */
public final class Space {
    private static final int LONGEST_RUN = 10_000;

    /** Candidates in a row that are not as wanted: some seconds. */
    private static final int MOST_MISSES = 200_000;

    /** Candidates that are tried before all are said to make a network. */
    private static final int TRIES = 1000;

    /** Of a SHA-256 in base 36: 155 bits. */
    private static final int DIGEST_DIGITS = 30;

    private final String name;
    private final List<String> aliases;
    private final String description;
    private final String source;
    private final int image;
    private final int classes;
    private final List<Dimension> dimensions;
    private final List<String> names;
    private final Blueprint blueprint;
    private final Set<String> perBlock;
    private final Numbering numbering;

    Space(
            String name,
            List<String> aliases,
            String description,
            String source,
            int image,
            int classes,
            List<Dimension> dimensions,
            List<String> names,
            Blueprint blueprint) {
        this.name = name;
        this.aliases = List.copyOf(aliases);
        this.description = description;
        this.source = source;
        this.image = image;
        this.classes = classes;
        this.dimensions = List.copyOf(dimensions);
        this.names = List.copyOf(names);
        this.blueprint = blueprint;
        this.perBlock = new LinkedHashSet<>();
        for (Dimension dimension : dimensions) {
            if (dimension.perBlock()) {
                perBlock.add(dimension.name());
            }
        }
        this.numbering = new Numbering(this.dimensions);
        if (!names.isEmpty() && !BigInteger.valueOf(names.size()).equals(size())) {
            throw new IllegalArgumentException(
                    "expected one name per architecture, " + size() + " in all, got " + names.size());
        }
    }

    /** Reads a space file; its form is that of the built-in ones, and unknown keys or bad values are refused by name. */
    static Space read(Path file) {
        return SpaceFile.read(file);
    }

    /** The name that ids and records carry. */
    public String name() {
        return name;
    }

    /** One line for people. */
    public String description() {
        return description;
    }

    /** Where the space was published. */
    public String source() {
        return source;
    }

    /** Default side of the input image, in pixels. */
    public int image() {
        return image;
    }

    /** Default number of classes. */
    public int classes() {
        return classes;
    }

    /** What is chosen, in the order of the file and of every record. */
    public List<Dimension> dimensions() {
        return dimensions;
    }

    /** Number of architectures that are drawn from, exactly. */
    public BigInteger size() {
        return numbering.size();
    }

    /** Whether some of so many architectures make no network, as choices exclude each other: of some drawn, or of all where they are few. */
    public boolean hasGaps() {
        RandomStream random = RandomStream.of(0, "gaps/" + name);
        boolean few = size().compareTo(BigInteger.valueOf(TRIES)) <= 0;
        return IntStream.range(0, few ? size().intValueExact() : TRIES)
                .mapToObj(i -> candidate(few ? BigInteger.valueOf(i) : random.nextBigInteger(size())))
                .anyMatch(candidate -> network(candidate, image, classes).isEmpty());
    }

    /** Its name and its aliases. */
    List<String> allNames() {
        List<String> all = new ArrayList<>(List.of(name));
        all.addAll(aliases);
        return all;
    }

    /** Whether {@code text} is the space's name or one of its aliases. */
    boolean answersTo(String text) {
        return allNames().contains(text);
    }

    /** Architecture number {@code index}, 0 … size - 1. */
    Candidate candidate(BigInteger index) {
        if (index.signum() < 0 || index.compareTo(size()) >= 0) {
            throw new SpaceException("space " + name + " has no architecture " + index + ": expected 0 to "
                    + size().subtract(BigInteger.ONE));
        }
        return new Candidate(id(index), name, numbering.decode(index));
    }

    /** The number of an architecture, so that {@code candidate(index(choices))} has its choices. */
    BigInteger index(Map<String, Choice> choices) {
        check(choices);
        try {
            return numbering.encode(choices);
        } catch (IllegalArgumentException e) {
            throw new SpaceException("space " + name + ": " + e.getMessage(), e);
        }
    }

    /** The id of architecture {@code index}: the space's name and the number in base 36, so that it is unique. */
    String id(BigInteger index) {
        if (!names.isEmpty()) {
            return names.get(index.intValueExact());
        }
        String number = index.toString(36);
        if (isVast()) {
            byte[] digest = Sha256.begin().digest(number.getBytes(StandardCharsets.US_ASCII));
            BigInteger kept = BigInteger.valueOf(36).pow(DIGEST_DIGITS);
            number = new BigInteger(1, digest).mod(kept).toString(36);
        }
        return name + "-" + "0".repeat(digits() - number.length()) + number;
    }

    /** Whether numbers are too long for ids: a digest takes their place, of which two are alike as good as never. */
    private boolean isVast() {
        return name.length() + 1 + lastNumber().length() > Candidate.LONGEST_ID;
    }

    private int digits() {
        return isVast() ? DIGEST_DIGITS : lastNumber().length();
    }

    private String lastNumber() {
        return size().subtract(BigInteger.ONE).toString(36);
    }

    /** Draws different candidates of all that make a network, as {@link #sample(int, long, int, int, Predicate)} does. */
    public List<Candidate> sample(int count, long seed) {
        return sample(count, seed, image, classes, network -> true);
    }

    /** Refuses an id that sampling gives to other choices: a changed candidate that kept its parent's. */
    void checkId(String id, Map<String, Choice> choices) {
        boolean own = names.contains(id)
                || names.isEmpty() && id.matches(Pattern.quote(name) + "-[0-9a-z]{" + digits() + "}");
        if (!own) {
            return;
        }
        String drawn;
        try {
            drawn = id(index(choices));
        } catch (SpaceException e) {
            // Choices that are accepted but never drawn have no id.
            return;
        }
        if (!id.equals(drawn)) {
            throw new SpaceException("id " + id + " is that of other choices: leave it out, and they get " + drawn);
        }
    }

    /**
     * Draws {@code count} different candidates, uniform over the architectures that are wanted: those whose choices exclude each other
     * make no network, and are passed over. Result and order depend on the seed, the space and what is wanted alone, and a smaller count
     * gives the beginning of a larger one.
     *
     * @param size side of the input image, in pixels
     * @param classes outputs of the head
     * @param wanted whether a network counts
     * @throws SpaceException where there are fewer, or none among very many
     */
    public List<Candidate> sample(int count, long seed, int size, int classes, Predicate<VisionTransformer> wanted) {
        if (count < 1) {
            throw new SpaceException("count: expected 1 or more, got " + count);
        }
        if (BigInteger.valueOf(count).compareTo(size()) > 0) {
            throw new SpaceException("space " + name + " has only " + size() + " architectures, cannot draw " + count
                    + " different ones");
        }
        try {
            options(size, classes).requireAny();
        } catch (IllegalArgumentException e) {
            throw new SpaceException("space " + name + ": " + e.getMessage(), e);
        }
        // The first count steps of a Fisher-Yates shuffle of 0 … size - 1, keeping only the places that were moved.
        RandomStream random = RandomStream.of(seed, "sample/" + name);
        Map<BigInteger, BigInteger> moved = new HashMap<>();
        List<Candidate> drawn = new ArrayList<>();
        BigInteger here = BigInteger.ZERO;
        for (int misses = 0; drawn.size() < count; here = here.add(BigInteger.ONE)) {
            if (here.equals(size()) || misses > MOST_MISSES) {
                throw new SpaceException("space " + name + ": of " + here + " architectures"
                        + (here.equals(size()) ? "" : " drawn") + " only " + drawn.size()
                        + " make a network as wanted, cannot draw " + count);
            }
            BigInteger there = here.add(random.nextBigInteger(size().subtract(here)));
            Candidate candidate = candidate(moved.getOrDefault(there, there));
            moved.put(there, moved.getOrDefault(here, here));
            if (network(candidate, size, classes).filter(wanted).isPresent()) {
                drawn.add(candidate);
                misses = 0;
            } else {
                misses++;
            }
        }
        return drawn;
    }

    private Optional<VisionTransformer> network(Candidate candidate, int size, int classes) {
        try {
            return Optional.of(candidate.resolve(this, size, classes));
        } catch (SpaceException e) {
            // Choices that exclude each other, such as a width that so many heads do not share evenly.
            return Optional.empty();
        }
    }

    /** All candidates in the order of their numbers, made as they are asked for. */
    public Stream<Candidate> enumerate() {
        return Stream.iterate(BigInteger.ZERO, i -> i.compareTo(size()) < 0, i -> i.add(BigInteger.ONE))
                .map(this::candidate);
    }

    VisionTransformer resolve(Map<String, Choice> choices, int size, int classes) {
        check(choices);
        return blueprint.build(choices, perBlock, size, classes);
    }

    /** Refuses choices that lack a dimension, hold one that is not there, a value not on offer, or too few values. */
    void check(Map<String, Choice> choices) {
        List<String> known = dimensions.stream().map(Dimension::name).toList();
        for (String key : choices.keySet()) {
            if (!known.contains(key)) {
                throw new SpaceException(
                        "space " + name + " has no choice named " + key + ": expected " + String.join(", ", known));
            }
        }
        for (Dimension dimension : dimensions) {
            Choice choice = choices.get(dimension.name());
            if (choice == null) {
                throw new SpaceException("space " + name + ": no value for " + dimension.name() + ": expected "
                        + String.join(", ", known));
            }
            if (!dimension.perBlock() && !dimension.accepted().contains(choice)) {
                throw refused(dimension, choice.toString());
            }
        }
        dimensions.stream().filter(Dimension::perBlock).forEach(dimension -> checkPerBlock(dimension, choices));
    }

    private void checkPerBlock(Dimension dimension, Map<String, Choice> choices) {
        Choice choice = choices.get(dimension.name());
        int expected = Numbering.length(dimension, choices);
        if (choice.single() || choice.values().size() != expected) {
            throw new SpaceException("space " + name + ": " + dimension.name() + ": expected a list of " + expected
                    + " numbers, one per " + dimension.per().orElseThrow() + "; got "
                    + (choice.single() ? choice : choice.values().size() + " numbers"));
        }
        List<Choice> accepted = dimension.accepted();
        for (double value : choice.values()) {
            if (!accepted.contains(Choice.of(value))) {
                throw refused(dimension, Choice.of(value).toString());
            }
        }
    }

    private SpaceException refused(Dimension dimension, String got) {
        return new SpaceException("space " + name + ": " + dimension.name() + ": expected one of "
                + dimension.accepted() + ", got " + got + "; a space file of your own can offer other values");
    }

    /** An option that makes no network, whatever it meets, is refused when the space is read, not when the unlucky candidate is drawn. */
    void requireNetworks() {
        options(image, classes).requireAny();
        options(image, classes).requireEach();
    }

    private OptionCheck options(int size, int classes) {
        return new OptionCheck(
                name, dimensions, picked -> blueprint.build(numbering.constant(picked), perBlock, size, classes));
    }

    /** Refuses {@code per:} references that cannot say a number of blocks. */
    static void checkGovernors(List<Dimension> dimensions) {
        for (Dimension dimension : dimensions) {
            if (dimension.per().isEmpty()) {
                continue;
            }
            String by = dimension.per().get();
            Optional<Dimension> governor = dimensions.stream()
                    .filter(other -> other.name().equals(by) && !other.perBlock())
                    .findFirst();
            if (governor.isEmpty()) {
                throw new IllegalArgumentException(dimension.name()
                        + ": per: expected the name of a choice made once per network, got '" + by + "'");
            }
            for (Choice choice : governor.get().accepted()) {
                boolean whole = choice.values().stream().allMatch(value -> value == Math.rint(value));
                if (!whole || choice.sum() > LONGEST_RUN) {
                    throw new IllegalArgumentException(dimension.name() + ": per: " + by + " = " + choice
                            + " is no number of blocks: expected whole numbers up to " + LONGEST_RUN);
                }
            }
        }
    }

    @Override
    public String toString() {
        return name + " (" + size() + " architectures)";
    }
}
