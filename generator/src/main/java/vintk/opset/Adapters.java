package vintk.opset;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The table of adapters, by operator (with its domain in front where it is not ONNX' own). */
final class Adapters {
    private static final SortedMap<String, Adapter> BY_OPERATOR = new TreeMap<>();

    static {
        ActivationAdapters.addTo(Adapters::add);
        LayoutAdapters.addTo(Adapters::add);
        BlockAdapters.addTo(Adapters::add);
        IndexAdapters.addTo(Adapters::add);
        TupleAdapters.addTo(Adapters::add);
        ResizeAdapters.addTo(Adapters::add);
        EinsumAdapter.addTo(Adapters::add);
        MathAdapters.addTo(Adapters::add);
        RecurrentAdapters.addTo(Adapters::add);
        AttentionAdapters.addTo(Adapters::add);
        MicrosoftAttention.addTo(Adapters::add);
        NormalizationAdapters.addTo(Adapters::add);
        QuantizationAdapters.addTo(Adapters::add);
        ReductionAdapters.addTo(Adapters::add);
        ImageAdapters.addTo(Adapters::add);
        PoolAdapters.addTo(Adapters::add);
        SamplingAdapters.addTo(Adapters::add);
        FusedAdapters.addTo(Adapters::add);
        FourierAdapters.addTo(Adapters::add);
    }

    private Adapters() {}

    /** How a family hands in its adapters. */
    @FunctionalInterface
    interface Adder {
        void add(String operator, Adapter adapter);

        default void single(String operator, Adapter.Single adapter) {
            add(operator, Adapter.single(adapter));
        }
    }

    private static void add(String operator, Adapter adapter) {
        if (BY_OPERATOR.put(operator, adapter) != null) {
            throw new IllegalStateException("two adapters for " + operator);
        }
    }

    /** The adapter of an operator, or null where it is canonical as it is. */
    static Adapter find(String domain, String opType) {
        return BY_OPERATOR.get(domain.isEmpty() ? opType : domain + "." + opType);
    }

    /** The operators that are adapted on import, by name. */
    static SortedSet<String> operators() {
        return new TreeSet<>(BY_OPERATOR.keySet());
    }
}
