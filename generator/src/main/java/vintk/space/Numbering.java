package vintk.space;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the architectures of a space 0 … size - 1, each exactly once, in both directions.
 *
 * <p>Dimensions chosen once are digits of a mixed-radix number. Those chosen per block are one digit per block, so their
 * number depends on the depth; all combinations of the dimensions that say how many (usually the depth alone) are
 * therefore laid end to end, each as long as the number of architectures it has. A uniform number is so a uniform
 * architecture: a deeper network is drawn as much more often as there are more of them.
 */
final class Numbering {
    private static final int MOST_COMBINATIONS = 1_000_000;

    private final List<Dimension> dimensions;
    private final List<Dimension> free = new ArrayList<>();
    private final List<Dimension> governing = new ArrayList<>();
    private final List<Dimension> perBlock = new ArrayList<>();
    /** start[c] is the number of architectures in the combinations before c; the last entry is their sum. */
    private final BigInteger[] start;

    private final BigInteger size;

    Numbering(List<Dimension> dimensions) {
        this.dimensions = List.copyOf(dimensions);
        List<String> governors = dimensions.stream()
                .flatMap(dimension -> dimension.per().stream())
                .toList();
        long combinations = 1;
        for (Dimension dimension : dimensions) {
            if (dimension.perBlock()) {
                perBlock.add(dimension);
            } else if (governors.contains(dimension.name())) {
                governing.add(dimension);
                combinations = Math.min(combinations * dimension.options().size(), MOST_COMBINATIONS + 1L);
            } else {
                free.add(dimension);
            }
        }
        if (combinations > MOST_COMBINATIONS) {
            throw new IllegalArgumentException("more than " + MOST_COMBINATIONS + " combinations of "
                    + governing.stream().map(Dimension::name).toList()
                    + ": expected fewer values in the dimensions that others are chosen per");
        }
        start = new BigInteger[(int) combinations + 1];
        start[0] = BigInteger.ZERO;
        for (int c = 0; c < combinations; c++) {
            Map<String, Choice> choices = combination(c);
            BigInteger count = BigInteger.ONE;
            for (Dimension dimension : perBlock) {
                count = count.multiply(radix(dimension).pow(length(dimension, choices)));
            }
            start[c + 1] = start[c].add(count);
        }
        BigInteger product = start[(int) combinations];
        for (Dimension dimension : free) {
            product = product.multiply(radix(dimension));
        }
        size = product;
    }

    BigInteger size() {
        return size;
    }

    Map<String, Choice> decode(BigInteger index) {
        Map<String, Choice> found = new LinkedHashMap<>();
        BigInteger rest = index;
        for (int i = free.size() - 1; i >= 0; i--) {
            BigInteger[] split = rest.divideAndRemainder(radix(free.get(i)));
            found.put(free.get(i).name(), free.get(i).options().get(split[1].intValue()));
            rest = split[0];
        }
        // The last that begins there: those before it with the same beginning have no architectures.
        int combination = 0;
        int behind = start.length - 1;
        while (behind - combination > 1) {
            int middle = (combination + behind) >>> 1;
            if (start[middle].compareTo(rest) <= 0) {
                combination = middle;
            } else {
                behind = middle;
            }
        }
        rest = rest.subtract(start[combination]);
        found.putAll(combination(combination));
        for (int i = perBlock.size() - 1; i >= 0; i--) {
            Dimension dimension = perBlock.get(i);
            Double[] values = new Double[length(dimension, found)];
            for (int b = values.length - 1; b >= 0; b--) {
                BigInteger[] split = rest.divideAndRemainder(radix(dimension));
                values[b] =
                        dimension.options().get(split[1].intValue()).values().get(0);
                rest = split[0];
            }
            found.put(dimension.name(), Choice.of(List.of(values)));
        }
        return ordered(found);
    }

    /** The number of choices that {@link #decode} made; those it never makes are refused. */
    BigInteger encode(Map<String, Choice> choices) {
        BigInteger rest = BigInteger.ZERO;
        for (Dimension dimension : perBlock) {
            for (double value : choices.get(dimension.name()).values()) {
                rest = rest.multiply(radix(dimension)).add(digit(dimension, Choice.of(value)));
            }
        }
        int combination = 0;
        for (Dimension dimension : governing) {
            combination = combination * dimension.options().size()
                    + digit(dimension, choices.get(dimension.name())).intValue();
        }
        rest = rest.add(start[combination]);
        for (Dimension dimension : free) {
            rest = rest.multiply(radix(dimension)).add(digit(dimension, choices.get(dimension.name())));
        }
        return rest;
    }

    /** Choices that take the same option in all blocks: {@code picked} has one per dimension, in order. */
    Map<String, Choice> constant(List<Choice> picked) {
        Map<String, Choice> choices = new LinkedHashMap<>();
        for (int i = 0; i < picked.size(); i++) {
            choices.put(dimensions.get(i).name(), picked.get(i));
        }
        for (Dimension dimension : perBlock) {
            double value = choices.get(dimension.name()).values().get(0);
            List<Double> values = Collections.nCopies(length(dimension, choices), value);
            choices.put(dimension.name(), Choice.of(values));
        }
        return choices;
    }

    /** How many numbers {@code dimension} holds, one per block, given the choices that govern it. */
    static int length(Dimension dimension, Map<String, Choice> choices) {
        return (int) choices.get(dimension.per().orElseThrow()).sum();
    }

    private Map<String, Choice> combination(int number) {
        Map<String, Choice> choices = new LinkedHashMap<>();
        int rest = number;
        for (int i = governing.size() - 1; i >= 0; i--) {
            List<Choice> options = governing.get(i).options();
            choices.put(governing.get(i).name(), options.get(rest % options.size()));
            rest /= options.size();
        }
        return choices;
    }

    private Map<String, Choice> ordered(Map<String, Choice> choices) {
        Map<String, Choice> result = new LinkedHashMap<>();
        dimensions.forEach(dimension -> result.put(dimension.name(), choices.get(dimension.name())));
        return result;
    }

    private static BigInteger radix(Dimension dimension) {
        return BigInteger.valueOf(dimension.options().size());
    }

    private static BigInteger digit(Dimension dimension, Choice choice) {
        int digit = dimension.options().indexOf(choice);
        if (digit < 0) {
            throw new IllegalArgumentException(
                    dimension.name() + " = " + choice + " is accepted but not among the drawn " + dimension.options()
                            + ", so the architecture has no number to make an id of: give it an \"id\"");
        }
        return BigInteger.valueOf(digit);
    }
}
