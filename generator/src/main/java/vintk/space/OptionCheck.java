package vintk.space;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Whether the options of a space make a network with some of the others. Choices made per block take the same option in all blocks:
 * what a block is made of depends on no other block.
 */
final class OptionCheck {
    /** That are tried: all of them where there are no more. */
    private static final int COMBINATIONS = 1000;

    private final String space;
    private final List<Dimension> dimensions;
    private final Consumer<List<Choice>> build;

    /**
     * Options of a space.
     *
     * @param build makes a network of one option per dimension, or says why there is none
     */
    OptionCheck(String space, List<Dimension> dimensions, Consumer<List<Choice>> build) {
        this.space = space;
        this.dimensions = dimensions;
        this.build = build;
    }

    /** Refuses options of which none are seen to make a network. */
    void requireAny() {
        require("no network", drawn());
    }

    /** Refuses an option that is not seen to make a network. */
    void requireEach() {
        for (int d = 0; d < dimensions.size(); d++) {
            for (Choice option : dimensions.get(d).accepted()) {
                List<List<Choice>> options = drawn();
                options.set(d, List.of(option));
                require("no network for " + dimensions.get(d).name() + " = " + option, options);
            }
        }
    }

    private List<List<Choice>> drawn() {
        return new ArrayList<>(dimensions.stream().map(Dimension::options).toList());
    }

    /** The reason that is given is that of the first combination. */
    private void require(String otherwise, List<List<Choice>> options) {
        int all = 1;
        for (List<Choice> each : options) {
            all = (int) Math.min((long) all * each.size(), COMBINATIONS + 1L);
        }
        boolean few = all <= COMBINATIONS;
        RandomStream random = RandomStream.of(0, "options/" + space);
        IllegalArgumentException first = null;
        for (int i = 0; i < Math.min(all, COMBINATIONS); i++) {
            try {
                build.accept(few || i == 0 ? combination(i, options) : any(random, options));
                return;
            } catch (IllegalArgumentException e) {
                first = first == null ? e : first;
            }
        }
        throw new IllegalArgumentException(
                otherwise + (few ? "" : " found in " + COMBINATIONS + " tries") + ": " + first.getMessage(), first);
    }

    private static List<Choice> combination(int number, List<List<Choice>> options) {
        List<Choice> picked = new ArrayList<>();
        int rest = number;
        for (List<Choice> each : options) {
            picked.add(each.get(rest % each.size()));
            rest /= each.size();
        }
        return picked;
    }

    private static List<Choice> any(RandomStream random, List<List<Choice>> options) {
        return options.stream()
                .map(each -> each.get(
                        random.nextBigInteger(BigInteger.valueOf(each.size())).intValue()))
                .toList();
    }
}
