package vintk.onnx;

import java.util.List;

/**
 * Two forms of one thing: (x - μ) / √(σ² + ε) along the last axis as a LayerNormalization ({@link Ops#standardise}), which has a
 * gradient of few nodes, and as arithmetic. Networks have the arithmetic: files with gradients stay in it, as the optimiser of ONNX
 * Runtime 1.29 loses the statistics that a LayerNormalization puts out.
 */
public final class StandardisationForm {
    private StandardisationForm() {}

    /** Arithmetic to LayerNormalizations, before a graph is differentiated. */
    public static Graph recognise(Graph graph) {
        return Rewrite.single(
                graph,
                (node, inputs) -> node.output().dataType() == DataType.FLOAT
                        ? standardised(Rewrite.with(node, inputs).output())
                        : null);
    }

    /** A value that is (x - μ) / √(σ² + ε); null of others. */
    private static Value standardised(Value y) {
        Value root = root(y);
        Value centred = root == null ? null : y.node().input(0);
        boolean shifted =
                centred != null && Ops.isNode(centred, "Sub") && centred.shape().rank() > 0;
        if (!shifted || !Ops.isNode(root.node().input(0), "Add")) {
            return null;
        }
        Value x = centred.node().input(0);
        Value square = meanOf(root.node().input(0).node().input(0));
        boolean variance = square != null
                && Ops.isNode(square, "Mul")
                && square.node().input(0) == centred
                && square.node().input(1) == centred;
        double epsilon = ArithmeticForm.number(root.node().input(0).node().input(1));
        boolean same = y.type().equals(x.type()) && meanOf(centred.node().input(1)) == x;
        return variance && !Double.isNaN(epsilon) && same
                ? Ops.standardise(x, epsilon).output()
                : null;
    }

    /** The root that a value is divided by, in either of the ways to write that; null where it is not. */
    private static Value root(Value y) {
        Value by = null;
        if (Ops.isNode(y, "Div")) {
            by = y.node().input(1);
        } else if (Ops.isNode(y, "Mul") && Ops.isNode(y.node().input(1), "Reciprocal")) {
            by = y.node().input(1).node().input(0);
        }
        return by != null && Ops.isNode(by, "Sqrt") ? by : null;
    }

    /** What a value is the mean of along the last axis, which is kept; null where it is none. */
    private static Value meanOf(Value value) {
        if (!Ops.isNode(value, "Mul") || !Ops.isNode(value.node().input(0), "ReduceSum")) {
            return null;
        }
        Value x = value.node().input(0).node().input(0);
        long width = x.shape().rank() == 0 ? 1 : x.shape().dim(-1);
        boolean last = value.shape()
                        .equals(x.shape().rank() == 0 ? x.shape() : x.shape().with(-1, 1))
                && x.shape().elements() == value.shape().elements() * width;
        return last && ArithmeticForm.number(value.node().input(1)) == (float) (1.0 / width) ? x : null;
    }

    /**
     * LayerNormalizations to arithmetic: on a processor ONNX Runtime's kernel takes longer than a few passes over the operand.
     */
    static Graph arithmetic(Graph graph) {
        return Rewrite.apply(graph, (node, inputs) -> {
            boolean ours = node.is("LayerNormalization") && node.output().dataType() == DataType.FLOAT;
            return ours
                    ? arithmetic(node, inputs.get(0))
                    : Rewrite.with(node, inputs).outputs();
        });
    }

    private static List<Value> arithmetic(Node node, Value x) {
        Standardisation made = Standardisation.of(x, true, node.attributes().real("epsilon", 1e-5f), -1);
        return List.of(made.value(), made.mean(), made.inverse());
    }
}
