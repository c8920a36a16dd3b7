package vintk.opset;

import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Reduce;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/** Arithmetic, activations and reductions whose form changed over the opsets or which are combinations of others. */
final class MathAdapters {
    private MathAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        // Any number of operands: two at a time.
        adapters.single("Sum", site -> folded(site, Ops::add));
        adapters.single("Max", site -> folded(site, (a, b) -> Ops.binary("Max", a, b)));
        adapters.single("Min", site -> folded(site, (a, b) -> Ops.binary("Min", a, b)));
        adapters.single(
                "Mean",
                site -> Ops.mul(folded(site, Ops::add), 1.0 / site.inputs().size()));
        adapters.single(
                "Pow", site -> Ops.pow(site.x(), Ops.cast(site.x(1), site.x().dataType())));
        adapters.single("Clip", MathAdapters::clip);

        adapters.single("MatMul", MathAdapters::matMul);
        adapters.single("Gemm", MathAdapters::gemm);

        adapters.single("ReduceSum", site -> reduced(site, site.x()));
        adapters.single("ReduceMean", MathAdapters::reduceMean);
        adapters.single("ReduceSumSquare", site -> reduced(site, Ops.square(site.x())));
        adapters.single("ReduceL1", site -> reduced(site, Ops.unary("Abs", site.x())));
        adapters.single("ReduceLogSum", site -> Ops.log(reduced(site, site.x())));

        adapters.single("Softmax", MathAdapters::softmax);
        adapters.single("LogSoftmax", MathAdapters::softmax);
        adapters.single("Hardmax", MathAdapters::softmax);
        adapters.single("Where", MathAdapters::where);

        adapters.single("Gelu", MathAdapters::gelu);
        adapters.single("com.microsoft.Gelu", site -> Ops.gelu(site.x()));
        adapters.single("com.microsoft.FastGelu", site -> tanhGelu(biased(site)));
        adapters.single("com.microsoft.BiasGelu", site -> Ops.gelu(biased(site)));
        adapters.single("com.microsoft.QuickGelu", MathAdapters::quickGelu);
        adapters.single("HardSwish", MathAdapters::hardSwish);
    }

    /**
     * A Softmax with what is no number replaced, as PyTorch writes attention with a mask of truths. Rows of nothing but -∞ get
     * the replacement before they become NaN, of which the derivative would be NaN, selected or not.
     */
    private static Value where(Site site) {
        Node asked = site.x(0).node();
        Node softmax = site.x(2).node();
        boolean made = asked != null && asked.is("IsNaN") && asked.input(0) == site.x(2);
        if (!made || softmax == null || !softmax.is("Softmax")) {
            return site.untouched().get(0);
        }
        Value scores = softmax.input(0);
        int axis = scores.shape().axis((int) softmax.attributes().integer("axis", -1));
        Value none = Ops.equal(Reduce.max(scores, true, axis), Ops.scalar(scores, Double.NEGATIVE_INFINITY));
        Value some = Ops.softmax(Ops.where(none, Ops.scalar(scores, 0), scores), axis);
        return Ops.where(none, site.x(1), some);
    }

    private static Value folded(Site site, BinaryOperator<Value> operator) {
        return site.inputs().stream().reduce(operator).orElseThrow();
    }

    /** Minimum and maximum: attributes before opset 11, optional inputs since. */
    private static Value clip(Site site) {
        Value low = bound(site, 1, "min");
        Value high = bound(site, 2, "max");
        boolean known = (low == null || low.isConstant()) && (high == null || high.isConstant());
        return known ? Ops.clip(site.x(), low, high) : selected(site.x(), low, high);
    }

    /** Bounds that are computed have a gradient; at a bound it goes to x, as in PyTorch: so two selections, not Max and Min. */
    static Value selected(Value x, Value low, Value high) {
        Value raised = low == null ? x : Ops.where(Ops.less(x, low), low, x);
        return high == null ? raised : Ops.where(Ops.greater(raised, high), high, raised);
    }

    private static Value bound(Site site, int input, String attribute) {
        if (site.optional(input) != null) {
            return site.optional(input);
        }
        boolean given = site.attributes().has(attribute);
        return given ? Ops.scalar(site.x(), site.attributes().real(attribute, 0)) : null;
    }

    // ---- products

    /** Operands of one axis get a second one, which leaves the result again. */
    private static Value matMul(Site site) {
        Value a = site.x(0);
        Value b = site.x(1);
        Value left = a.shape().rank() == 1 ? Ops.reshape(a, 1, a.shape().dim(0)) : a;
        Value right = b.shape().rank() == 1 ? Ops.reshape(b, b.shape().dim(0), 1) : b;
        return Ops.reshape(Ops.matMul(left, right), site.outputShape());
    }

    /** Y = alpha A' B' + beta C. */
    static Value gemm(Site site) {
        Attributes attributes = site.attributes();
        Value a = attributes.integer("transA", 0) != 0 ? Ops.transposeLast(site.x(0)) : site.x(0);
        Value b = attributes.integer("transB", 0) != 0 ? Ops.transposeLast(site.x(1)) : site.x(1);
        Value product = Ops.mul(Ops.matMul(a, b), attributes.real("alpha", 1));
        Value c = site.optional(2);
        return c == null ? product : Ops.add(product, Ops.mul(c, attributes.real("beta", 1)));
    }

    // ---- reductions: axes are an attribute before opset 13 or 18, an input since

    static int[] reducedAxes(Site site) {
        int rank = site.shape().rank();
        long[] axes = site.integers(1, "axes");
        boolean noop = site.attributes().integer("noop_with_empty_axes", 0) != 0;
        if (axes.length == 0 && !noop) {
            return IntStream.range(0, rank).toArray();
        }
        return site.axes(axes, rank);
    }

    private static Value reduced(Site site, Value x) {
        return Ops.reduceSum(x, site.attributes().integer("keepdims", 1) != 0, reducedAxes(site));
    }

    private static Value reduceMean(Site site) {
        Value sum = reduced(site, site.x());
        return Ops.mul(sum, (double) sum.shape().elements() / site.shape().elements());
    }

    /** Before opset 13, all axes from {@code axis} on were normalised together. */
    private static Value softmax(Site site) {
        Value x = site.x();
        if (site.opset() >= 13) {
            return site.same(site.attributes(), List.of(x)).get(0);
        }
        Shape shape = x.shape();
        int axis = site.axis("axis", 1);
        // Where only the last axis was meant, the shape need not change: that keeps the batch axis in place.
        if (shape.product(axis, shape.rank()) == shape.dim(-1)) {
            return Ops.node(site.opType(), x.type(), Attributes.NONE.with("axis", (long) shape.rank() - 1), x);
        }
        Value flat = Ops.reshape(x, shape.product(0, axis), shape.product(axis, shape.rank()));
        Value y = Ops.node(site.opType(), flat.type(), Attributes.NONE.with("axis", 1L), flat);
        return Ops.reshape(y, shape);
    }

    // ---- activations

    private static Value gelu(Site site) {
        boolean tanh = site.attributes().text("approximate", "none").equals("tanh");
        return tanh ? tanhGelu(site.x()) : Ops.gelu(site.x());
    }

    private static Value biased(Site site) {
        return site.optional(1) == null ? site.x() : Ops.add(site.x(), site.x(1));
    }

    /** The approximation with tanh(√(2/π) (x + 0.044715 x³)). */
    private static Value tanhGelu(Value x) {
        Value cubic = Ops.mul(x, Ops.add(Ops.mul(Ops.square(x), 0.044715), 1));
        Value tanh = Ops.unary("Tanh", Ops.mul(cubic, Math.sqrt(2 / Math.PI)));
        return Ops.mul(x, Ops.add(Ops.mul(tanh, 0.5), 0.5));
    }

    /** x σ(αx). */
    private static Value quickGelu(Site site) {
        Value x = site.x();
        return Ops.mul(x, Ops.unary("Sigmoid", Ops.mul(x, site.attributes().real("alpha", 1.702f))));
    }

    /** x · HardSigmoid(x) with slope 1/6. */
    private static Value hardSwish(Site site) {
        Value x = site.x();
        Attributes sixth = Attributes.NONE.with("alpha", 1f / 6).with("beta", 0.5f);
        return Ops.mul(x, Ops.node("HardSigmoid", x.type(), sixth, x));
    }
}
