package vintk.autodiff;

import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import vintk.onnx.Node;
import vintk.onnx.UnsupportedOperatorException;

/** All gradient rules by operator, in canonical form. Families put theirs in; nothing else is needed for a new one. */
public final class Rules {
    private static final SortedMap<String, Rule> BY_OPERATOR = new TreeMap<>();

    static {
        ElementwiseRules.addTo(Rules::add);
        ActivationRules.addTo(Rules::add);
        ReductionRules.addTo(Rules::add);
        LinearRules.addTo(Rules::add);
        EinsumRules.addTo(Rules::add);
        LayoutRules.addTo(Rules::add);
        GatherRules.addTo(Rules::add);
        ScatterRules.addTo(Rules::add);
        QuantizationRules.addTo(Rules::add);
        ConvolutionRules.addTo(Rules::add);
        PoolRules.addTo(Rules::add);
        SamplingRules.addTo(Rules::add);
    }

    /** Operators of integers, of ONNX and of ONNX Runtime. */
    private static final Pattern QUANTISED = Pattern.compile(
            "Q(Linear|Gemm|Attention|MoE|Embed).*|DynamicQuantize.*|(MatMul|Conv)Integer.*|MatMulNBits");

    private Rules() {}

    /** How a family hands in its rules. */
    @FunctionalInterface
    interface Adder {
        void add(String operator, Rule rule);
    }

    private static void add(String operator, Rule rule) {
        if (BY_OPERATOR.put(operator, rule) != null) {
            throw new IllegalStateException("two rules for " + operator);
        }
    }

    /** The rule of a node's operator, or null. */
    static Rule find(Node node) {
        return node.domain().isEmpty() ? BY_OPERATOR.get(node.opType()) : null;
    }

    static UnsupportedOperatorException missing(Node node) {
        String domain = node.domain().isEmpty() ? "" : node.domain() + ".";
        String advice = QUANTISED.matcher(node.opType()).matches()
                ? "; of a quantised model take the file before quantisation, or one with DequantizeLinear"
                : "";
        return new UnsupportedOperatorException(
                "no gradient rule for operator " + domain + node.opType() + " (" + node + ")" + advice);
    }

    /** The operators that have a gradient, by name. */
    public static SortedSet<String> differentiable() {
        SortedSet<String> names = new TreeSet<>();
        for (Map.Entry<String, Rule> entry : BY_OPERATOR.entrySet()) {
            if (entry.getValue().isDifferentiable()) {
                names.add(entry.getKey());
            }
        }
        return names;
    }

    /** The operators declared to have no gradient (it is zero wherever it exists), by name. */
    public static SortedSet<String> nonDifferentiable() {
        SortedSet<String> names = new TreeSet<>(BY_OPERATOR.keySet());
        names.removeAll(differentiable());
        return names;
    }
}
