package vintk.space;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vintk.space.VisionTransformer.Block;
import vintk.space.VisionTransformer.Initialisation;
import vintk.space.VisionTransformer.Pooling;
import vintk.space.VisionTransformer.Positions;
import vintk.space.VisionTransformer.Stage;

/**
 * The {@code network:} section of a space: how choices become a {@link VisionTransformer}.
 *
 * <p>A dimension with one number holds for the whole network, one with a list for the stage of the same index, one chosen
 * per block for that block. The number of stages is the length of the lists, 1 without any. A block's MLP has
 * ⌊width · ratio⌋ hidden units.
 */
record Blueprint(
        int channels,
        int patch,
        int stride,
        Positions positions,
        Formula blocks,
        Formula width,
        Formula heads,
        Formula headWidth,
        Formula ratio,
        int relativeDistance,
        Pooling pooling,
        double epsilon,
        Initialisation initialisation) {
    /** Far deeper than any network: a file must not fill the memory. */
    private static final int MOST_BLOCKS = 10_000;

    static Blueprint read(Section section, List<Dimension> dimensions) {
        List<String> all = dimensions.stream().map(Dimension::name).toList();
        List<String> perStage = dimensions.stream()
                .filter(dimension -> !dimension.perBlock())
                .map(Dimension::name)
                .toList();
        section.only(
                "channels",
                "patch",
                "stride",
                "positions",
                "blocks",
                "width",
                "heads",
                "head_width",
                "ratio",
                "relative_distance",
                "pooling",
                "epsilon",
                "initialisation");
        return new Blueprint(
                section.whole("channels", 3),
                section.whole("patch"),
                section.whole("stride"),
                section.oneOf("positions", Positions.class),
                formula(section, "blocks", perStage, List.of()),
                formula(section, "width", perStage, List.of()),
                formula(section, "heads", all, List.of("width")),
                formula(section, "head_width", all, List.of("width", "heads")),
                formula(section, "ratio", all, List.of()),
                section.wholeOrNone("relative_distance"),
                section.oneOf("pooling", Pooling.class),
                section.number("epsilon"),
                section.oneOf("initialisation", Initialisation.class));
    }

    /** What its formulas mention. */
    Set<String> names() {
        return Stream.of(blocks, width, heads, headWidth, ratio)
                .flatMap(formula -> formula.names().stream())
                .collect(Collectors.toSet());
    }

    private static Formula formula(Section section, String key, List<String> choices, List<String> derived) {
        Formula formula = section.checked(key, () -> new Formula(section.text(key)));
        for (String name : formula.names()) {
            if (!choices.contains(name) && !derived.contains(name)) {
                List<String> expected = new ArrayList<>(choices);
                expected.addAll(derived);
                throw section.problem(
                        key, "'" + formula + "' uses " + name + "; expected a number or one of " + expected);
            }
        }
        return formula;
    }

    /**
     * The network of these choices.
     *
     * @param perBlock names of the dimensions whose lists go by block
     */
    VisionTransformer build(Map<String, Choice> choices, Set<String> perBlock, int size, int classes) {
        int count = stages(choices, perBlock);
        List<Stage> stages = new ArrayList<>();
        int done = 0;
        for (int s = 0; s < count; s++) {
            int stage = s;
            ToDoubleFunction<String> ofStage = name -> at(choices.get(name), stage);
            int depth = blocks.whole("blocks", ofStage);
            if (depth > MOST_BLOCKS) {
                throw new IllegalArgumentException("blocks: expected at most " + MOST_BLOCKS + ", got " + depth);
            }
            int wide = width.whole("width", ofStage);
            List<Block> run = new ArrayList<>();
            for (int b = 0; b < depth; b++) {
                int block = done + b;
                run.add(block(wide, name -> at(choices.get(name), perBlock.contains(name) ? block : stage)));
            }
            done += depth;
            stages.add(new Stage(wide, run));
        }
        for (String name : perBlock) {
            if (choices.get(name).values().size() != done) {
                throw new IllegalArgumentException(name + " holds "
                        + choices.get(name).values().size() + " numbers for a network of " + done
                        + " blocks: expected one per block");
            }
        }
        VisionTransformer network = new VisionTransformer(
                channels, size, classes, patch, stride, positions, stages, pooling, epsilon, initialisation);
        Cost.requireCountable(network);
        return network;
    }

    private Block block(int wide, ToDoubleFunction<String> choices) {
        int many = heads.whole("heads", name -> name.equals("width") ? wide : choices.applyAsDouble(name));
        int narrow = headWidth.whole(
                "head_width",
                name -> name.equals("width") ? wide : name.equals("heads") ? many : choices.applyAsDouble(name));
        BigInteger hidden = ratio.floor(wide, choices);
        if (hidden.bitLength() >= Integer.SIZE) {
            throw new IllegalArgumentException("ratio = " + ratio + ": expected at most " + Integer.MAX_VALUE
                    + " hidden units for a width of " + wide + ", got " + hidden);
        }
        return new Block(many, narrow, hidden.intValueExact(), relativeDistance);
    }

    private static int stages(Map<String, Choice> choices, Set<String> perBlock) {
        int stages = 0;
        for (Map.Entry<String, Choice> entry : choices.entrySet()) {
            if (perBlock.contains(entry.getKey()) || entry.getValue().single()) {
                continue;
            }
            int length = entry.getValue().values().size();
            if (stages != 0 && stages != length) {
                throw new IllegalArgumentException(entry.getKey() + " holds " + length
                        + " numbers where another choice holds " + stages + ": expected one per stage in both");
            }
            stages = length;
        }
        return Math.max(stages, 1);
    }

    private static double at(Choice choice, int index) {
        if (choice.single()) {
            return choice.values().get(0);
        }
        if (index >= choice.values().size()) {
            throw new IllegalArgumentException(
                    "expected a number for block " + index + " (from 0), got only " + choice);
        }
        return choice.values().get(index);
    }
}
