package vintk.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.Shape;
import vintk.space.RandomStream;

/**
 * How the outputs of a network become one number a sample, or the kernel one of all of them (METHOD §1).
 *
 * @param kind which reduction
 * @param number the class, from 0, or the number of random vectors; not used by other kinds
 * @param vector the cotangent of {@code vector:FILE}, as many numbers as one sample's output has; absent otherwise
 */
public record Reduction(Kind kind, int number, Optional<NpyArray> vector) {
    /** The kinds, as the command line names them; that of {@link #NORMAL} it does not name. */
    public enum Kind {
        /** v = 1. */
        SUM,
        /** v = e_c, one output. */
        CLASS,
        /** The mean over K vectors of random signs: an estimate of the trace over outputs (Hutchinson 1990). */
        TRACE,
        /** The trace over outputs: the sum of the kernels of all e_c. */
        TRACE_ALL,
        /** A v that is given. */
        VECTOR,
        /** No v: a row and column for each output of each sample. */
        FULL,
        /** v ~ N(0, I). */
        NORMAL
    }

    /** The exact trace takes as many backward passes, and holds as many vectors. */
    private static final int MOST_CLASSES = 10_000;

    /** v = 1, the default. */
    public static final Reduction SUM = new Reduction(Kind.SUM, 0, Optional.empty());

    /** v ~ N(0, I): unlike one of signs it is never constant, not over two outputs either. */
    static final Reduction NORMAL = new Reduction(Kind.NORMAL, 0, Optional.empty());

    /**
     * @throws IllegalArgumentException for a class below 0, for less than one random vector or more than 10,000, and for {@code VECTOR}
     *     without finite numbers
     */
    public Reduction {
        if (kind == Kind.CLASS && number < 0) {
            throw new IllegalArgumentException("a class is 0 or more, got " + number);
        }
        if (kind == Kind.TRACE && (number < 1 || number > MOST_CLASSES)) {
            throw new IllegalArgumentException("reduction trace:K takes a backward pass for each of K random vectors;"
                    + " at least 1 and at most " + MOST_CLASSES + " are done, got " + number);
        }
        if ((kind == Kind.VECTOR) != vector.isPresent()) {
            throw new IllegalArgumentException("a vector goes with the reduction vector, and with no other");
        }
        if (vector.isPresent() && !DoubleStream.of(vector.get().doubles()).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("the reduction's vector has numbers that are not finite");
        }
    }

    /** {@code sum}, {@code class:c}, {@code trace:K}, {@code trace:all}, {@code vector:FILE.npy} or {@code full}. */
    public static Reduction parse(String text) {
        String[] parts = text.split(":", 2);
        String argument = parts.length > 1 ? parts[1] : "";
        switch (parts[0]) {
            case "sum":
                return SUM;
            case "class":
                return new Reduction(Kind.CLASS, number(text, argument, 0), Optional.empty());
            case "trace":
                return argument.equals("all")
                        ? new Reduction(Kind.TRACE_ALL, 0, Optional.empty())
                        : new Reduction(Kind.TRACE, number(text, argument, 1), Optional.empty());
            case "vector":
                return ofFile(Path.of(argument));
            case "full":
                return new Reduction(Kind.FULL, 0, Optional.empty());
            default:
                throw new IllegalArgumentException("unknown reduction '" + text
                        + "'; expected sum, class:c, trace:K, trace:all, vector:FILE.npy or full");
        }
    }

    private static int number(String text, String argument, int least) {
        try {
            int number = Integer.parseInt(argument);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The message below says it.
        }
        throw new IllegalArgumentException(
                "reduction '" + text + "': expected a whole number of at least " + least + " after the colon");
    }

    private static Reduction ofFile(Path file) {
        if (file.toString().isEmpty()) {
            throw new IllegalArgumentException("reduction vector takes a file: vector:FILE.npy");
        }
        try {
            return new Reduction(Kind.VECTOR, 0, Optional.of(Npy.read(file)));
        } catch (IOException e) {
            String why = Files.exists(file) ? e.getMessage() : "no such file";
            throw new IllegalArgumentException("reduction vector:" + file + ": " + why, e);
        }
    }

    /** Whether v is put in when the graph runs, because it is long or there are several. */
    boolean isInput() {
        return kind != Kind.SUM && kind != Kind.CLASS;
    }

    /** The vectors of all rounds, over the flattened output of one sample; the kernel is the mean over the rounds. */
    List<float[]> rounds(Shape output, long seed) {
        int size = Math.toIntExact(output.elements());
        if (kind == Kind.TRACE_ALL && size > MOST_CLASSES) {
            throw new IllegalArgumentException("trace:all takes a backward pass for each of " + size
                    + " outputs; at most " + MOST_CLASSES + " are done, use trace:K");
        }
        List<float[]> rounds = new ArrayList<>();
        switch (kind) {
            case TRACE -> {
                for (int k = 0; k < number; k++) {
                    float[] v = new float[size];
                    RandomStream.of(seed, "reduction/" + k).rademacher(v);
                    rounds.add(v);
                }
            }
            case TRACE_ALL, FULL -> {
                for (int c = 0; c < size; c++) {
                    float[] unit = new float[size];
                    unit[c] = 1;
                    rounds.add(unit);
                }
            }
            case NORMAL -> {
                float[] v = new float[size];
                RandomStream.of(seed, "reduction/normal").normal(v, 1);
                rounds.add(v);
            }
            case VECTOR -> {
                float[] given = vector.orElseThrow().floats();
                if (given.length != size) {
                    throw new IllegalArgumentException("the reduction's vector has shape "
                            + vector.orElseThrow().shapeText() + ", but one sample's output has shape " + output);
                }
                rounds.add(given);
            }
            default -> rounds.add(new float[0]);
        }
        return rounds;
    }

    /** What e_c is of an output with more than one axis, such as that of a segmentation: one place of it. */
    Optional<String> remark(Shape output) {
        boolean dense = LongStream.of(output.dims()).filter(dim -> dim > 1).count() > 1;
        return kind == Kind.CLASS && dense
                ? Optional.of(this + " is one of the " + output.elements() + " numbers of an output of shape " + output
                        + ", no class everywhere: --reduction vector:FILE.npy takes any sum of them")
                : Optional.empty();
    }

    /** Whether the kernels of the rounds are added up rather than averaged: the exact trace is a sum over classes. */
    boolean isSum() {
        return kind == Kind.TRACE_ALL;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case SUM -> "sum";
            case CLASS -> "class:" + number;
            case TRACE -> "trace:" + number;
            case TRACE_ALL -> "trace:all";
            case VECTOR ->
                "vector" + vector.orElseThrow().shapeText() + " "
                        + vector.orElseThrow().digest();
            case FULL -> "full";
            case NORMAL -> "normal";
        };
    }
}
