package vintk.autodiff;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/**
 * What differentiation knows of one operator.
 *
 * @param flow how it hands the batch axis on
 * @param pullback from the cotangent of the output to those of the inputs; null where the operator has no gradient by
 *     its nature (comparisons, rounding), which is then zero almost everywhere
 */
record Rule(Flow flow, Pullback pullback) {
    /** The mathematics: one cotangent an input, null where there is none. */
    @FunctionalInterface
    interface Pullback {
        List<Cotangent> of(Pull pull);
    }

    /** One operand, one formula. */
    static Rule elementwise(Function<Pull, Value> dx) {
        return new Rule(Flow.ELEMENTWISE, p -> aligned(dx.apply(p)));
    }

    /** Two operands, a formula each. */
    static Rule elementwise(Function<Pull, Value> da, Function<Pull, Value> db) {
        return new Rule(Flow.ELEMENTWISE, p -> aligned(da.apply(p), db.apply(p)));
    }

    /** No gradient, said so. */
    static Rule zero(Flow flow) {
        return new Rule(flow, null);
    }

    boolean isDifferentiable() {
        return pullback != null;
    }

    static List<Cotangent> aligned(Value... values) {
        return Arrays.stream(values)
                .map(v -> v == null ? null : (Cotangent) new Cotangent.Aligned(v))
                .toList();
    }

    static List<Cotangent> only(Cotangent first) {
        return Collections.singletonList(first);
    }

    /** {@code dy} times a factor, the most frequent formula. */
    static Value times(Pull p, Value factor) {
        return Ops.mul(p.dy(), factor);
    }
}
