package vintk.onnx;

import java.util.Map;

/**
 * The opset of canonical forms. A form is chosen that is valid from {@link #BASE} to the newest opset; the few operators
 * whose form changed since are listed with the opset of their newest form, and raise that of the files they are in.
 */
public final class CanonicalOpset {
    /** What nearly all graphs are written in. */
    public static final long BASE = 17;

    /** Operators whose canonical form came later. */
    private static final Map<String, Long> LATER =
            Map.of("GridSample", 20L, "ReduceLogSumExp", 18L, "ReduceMax", 18L, "ReduceMin", 18L, "ReduceProd", 18L);

    private CanonicalOpset() {}

    /** The first opset that has an operator in its canonical form. */
    static long of(String domain, String opType) {
        return domain.isEmpty() ? LATER.getOrDefault(opType, BASE) : BASE;
    }
}
