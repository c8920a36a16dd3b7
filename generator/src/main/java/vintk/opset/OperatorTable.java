package vintk.opset;

import java.util.Collections;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * What becomes of each operator that is known: the reference of the documentation, and what {@code inspect} says of a
 * model's nodes.
 *
 * @param supports by operator, with its domain in front where it is not ONNX' own
 */
public record OperatorTable(SortedMap<String, Support> supports) {
    /** Quantisation: rounding counts as the identity. */
    private static final Set<String> STRAIGHT_THROUGH = Set.of("QuantizeLinear", "DequantizeLinear");

    /** Makes and reads sequences of tensors. */
    static final Set<String> SEQUENCES = Set.of(
            "ConcatFromSequence",
            "SequenceAt",
            "SequenceConstruct",
            "SequenceEmpty",
            "SequenceErase",
            "SequenceInsert",
            "SequenceLength",
            "SplitToSequence");

    /** What is gone from the graph before any adapter is asked, sequences too. */
    private static final Set<String> RESOLVED = Set.of("Constant", "If", "Loop", "Scan");

    /** How an operator is treated. */
    public enum Support {
        /** It has a gradient rule. */
        RULE("rule"),
        /** It is written with operators that have rules. */
        LOWERED("lowered on import"),
        /** It is gone before: constants, control flow, sequences. */
        RESOLVED("resolved on import"),
        /** Its gradient is that of the identity. */
        STRAIGHT_THROUGH("straight-through"),
        /** Its gradient is zero where it has one. */
        NO_GRADIENT("no gradient (zero almost everywhere)"),
        /** It is refused where its value depends on the samples or parameters. */
        NONE("none");

        private final String text;

        Support(String text) {
            this.text = text;
        }

        /** As tables have it. */
        public String text() {
            return text;
        }
    }

    public OperatorTable {
        supports = Collections.unmodifiableSortedMap(new TreeMap<>(supports));
    }

    /**
     * The adapters of this package, and rules.
     *
     * @param rules operators that have a gradient, in canonical form
     * @param zero operators declared to have none
     * @param quantised operators of quantised numbers
     */
    public static OperatorTable of(SortedSet<String> rules, SortedSet<String> zero, Set<String> quantised) {
        SortedMap<String, Support> supports = new TreeMap<>();
        RESOLVED.forEach(o -> supports.put(o, Support.RESOLVED));
        SEQUENCES.forEach(o -> supports.put(o, Support.RESOLVED));
        Adapters.operators().forEach(o -> supports.put(o, Support.LOWERED));
        // An operator with both is brought to its canonical form first.
        rules.forEach(o -> supports.put(o, Support.RULE));
        zero.forEach(o -> supports.put(o, Support.NO_GRADIENT));
        quantised.forEach(o -> supports.put(o, Support.STRAIGHT_THROUGH));
        supports.replaceAll((o, s) ->
                STRAIGHT_THROUGH.contains(o.substring(o.lastIndexOf('.') + 1)) ? Support.STRAIGHT_THROUGH : s);
        return new OperatorTable(supports);
    }

    /** How an operator is treated; {@code NONE} for those that nothing is known of. */
    public Support support(String domain, String opType) {
        boolean own = domain.isEmpty() || domain.equals("ai.onnx");
        return supports.getOrDefault(own ? opType : domain + "." + opType, Support.NONE);
    }

    /** As Markdown, a row an operator. */
    public String markdown() {
        StringBuilder text = new StringBuilder("| operator | domain | gradient |\n| --- | --- | --- |\n");
        supports.forEach((operator, support) -> {
            int dot = operator.lastIndexOf('.');
            text.append("| ")
                    .append(operator.substring(dot + 1))
                    .append(" | ")
                    .append(dot < 0 ? "ai.onnx" : operator.substring(0, dot))
                    .append(" | ")
                    .append(support.text())
                    .append(" |\n");
        });
        return text.toString();
    }
}
