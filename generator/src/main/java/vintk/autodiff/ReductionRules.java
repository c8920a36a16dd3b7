package vintk.autodiff;

import static vintk.onnx.Ops.exp;
import static vintk.onnx.Ops.mul;
import static vintk.onnx.Ops.reduceSum;
import static vintk.onnx.Ops.sub;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/** Sums, and what is normalised by a sum. Means are imported as sums. */
final class ReductionRules {
    private ReductionRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("ReduceSum", new Rule(ReductionRules::reduced, p -> Rule.only(new Cotangent.PerSample(spread(p)))));
        rules.add("ReduceMax", new Rule(ReductionRules::reduced, ReductionRules::extreme));
        rules.add("ReduceMin", new Rule(ReductionRules::reduced, ReductionRules::extreme));
        rules.add("ReduceLogSumExp", new Rule(ReductionRules::reduced, ReductionRules::logSumExp));
        rules.add("ArgMax", Rule.zero(ReductionRules::alongAxis));
        rules.add("ArgMin", Rule.zero(ReductionRules::alongAxis));
        rules.add("NonZero", Rule.zero(ReductionRules::samplesMeet));
        rules.add("Softmax", new Rule(Flow.along(-1), ReductionRules::softmax));
        rules.add("LayerNormalization", new Rule(Flow.along(-1), ReductionRules::standardised));
        rules.add("LogSoftmax", new Rule(Flow.along(-1), ReductionRules::logSoftmax));
    }

    /** The reduced axes, from the left, sorted. */
    private static int[] axes(Node node) {
        Shape shape = node.input(0).shape();
        Value axes = node.input(1);
        if (axes == null || axes.shape().elements() == 0) {
            boolean nothing = node.attributes().integer("noop_with_empty_axes", 0) != 0;
            return IntStream.range(0, nothing ? 0 : shape.rank()).toArray();
        }
        return Arrays.stream(axes.constant().integers())
                .mapToInt(a -> shape.axis((int) a))
                .sorted()
                .toArray();
    }

    private static boolean keeps(Node node) {
        return node.attributes().integer("keepdims", 1) != 0;
    }

    private static BatchAxis reduced(Node node, List<BatchAxis> axes, long samples) {
        return without(node, axes.get(0), axes(node));
    }

    /** Of operators that reduce one axis, an attribute. */
    private static BatchAxis alongAxis(Node node, List<BatchAxis> axes, long samples) {
        int axis = node.input(0).shape().axis((int) node.attributes().integer("axis", 0));
        return without(node, axes.get(0), axis);
    }

    /** How many elements there are depends on all samples. */
    private static BatchAxis samplesMeet(Node node, List<BatchAxis> axes, long samples) {
        throw new UntrackedBatchException(node, "the elements of all samples are counted together");
    }

    private static BatchAxis without(Node node, BatchAxis batch, int... reduced) {
        Flow.apart(node, batch, reduced);
        int before = (int) Arrays.stream(reduced).filter(a -> a < batch.axis()).count();
        return keeps(node) ? batch : batch.moved(batch.axis() - before);
    }

    /** The cotangent with the reduced axes back, of extent 1: broadcasting does the rest. */
    private static Value spread(Pull p) {
        return spread(p, p.dy(), p.lead());
    }

    /** The same for any value of the output's axes behind {@code lead} others. */
    private static Value spread(Pull p, Value value, int lead) {
        if (keeps(p.node())) {
            return value;
        }
        Shape shape = value.shape();
        for (int axis : axes(p.node())) {
            int at = lead + axis;
            shape = shape.replaced(at, at, Shape.of(1));
        }
        return Ops.reshape(value, shape);
    }

    /** The cotangent goes to the largest (or smallest) element; several share it equally, as in PyTorch's amax. */
    private static List<Cotangent> extreme(Pull p) {
        Value chosen = Ops.equal(p.x(), spread(p, p.y(), 0));
        Value count = reduceSum(Ops.cast(chosen, p.x().dataType()), true, axes(p.node()));
        return Rule.only(new Cotangent.PerSample(p.masked(chosen, Ops.div(spread(p), count))));
    }

    /** dx = dy exp(x - y). */
    private static List<Cotangent> logSumExp(Pull p) {
        return Rule.only(new Cotangent.PerSample(mul(spread(p), exp(sub(p.x(), spread(p, p.y(), 0))))));
    }

    private static int axis(Pull p) {
        return p.y().shape().axis((int) p.attributes().integer("axis", -1))
                - p.y().shape().rank();
    }

    /** dx = y (dy - Σ y dy). */
    private static List<Cotangent> softmax(Pull p) {
        Value inner = mixed(p);
        if (inner == null) {
            inner = reduceSum(mul(p.dy(), p.y()), true, axis(p));
        }
        return Rule.aligned(mul(p.y(), sub(p.dy(), inner)));
    }

    /**
     * Σ_j y_ij dy_ij where the cotangent is a product, dy = dO Vᵀ, as in attention: the same as Σ_k dO_ik O_ik with O = y V, which
     * is there already (equal nodes become one) and narrower (Dao et al. 2022, FlashAttention, eq. 4). Null elsewhere.
     */
    private static Value mixed(Pull p) {
        Value dy = p.dy();
        if (p.lead() > 0 || axis(p) != -1 || !Ops.isNode(dy, "MatMul")) {
            return null;
        }
        Value narrow = dy.node().input(0);
        Value transposed = dy.node().input(1);
        boolean pays = Ops.isNode(transposed, "Transpose")
                && dy.shape().equals(p.y().shape())
                && 2 * narrow.shape().dim(-1) < dy.shape().dim(-1);
        if (!pays) {
            return null;
        }
        Value product = Ops.matMul(p.y(), Ops.transposeLast(transposed));
        return product.shape().equals(narrow.shape()) ? reduceSum(mul(narrow, product), true, -1) : null;
    }

    /**
     * Of y = (x - μ)/σ along the last axis, scaled by constants: with g the cotangent of y before the scale, dx = (g - mean(g) - y mean(g y)) / σ.
     * The scale itself is 1 in canonical form, and no parameter.
     */
    private static List<Cotangent> standardised(Pull p) {
        Value y = p.y();
        Value g = p.fullDy();
        Value along = mul(y, Ops.reduceMean(mul(g, y), -1));
        Value dx = mul(
                sub(sub(g, Ops.reduceMean(g, -1)), along), p.node().outputs().get(2));
        return Rule.only(new Cotangent.Aligned(dx));
    }

    /** dx = dy - exp(y) Σ dy. */
    private static List<Cotangent> logSoftmax(Pull p) {
        return Rule.aligned(sub(p.fullDy(), mul(exp(p.y()), reduceSum(p.fullDy(), true, axis(p)))));
    }
}
