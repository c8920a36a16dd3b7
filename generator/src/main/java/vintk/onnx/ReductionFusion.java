package vintk.onnx;

import java.util.Arrays;
import java.util.List;

/**
 * Sums and a division become one mean. Leaves out Reshapes before and behind sums: one that only adds axes of extent 1 before a
 * sum, and one that only drops them behind. On a CUDA device every node costs a launch. For graphs that are differentiated already, as
 * axes of samples are not asked for.
 */
final class ReductionFusion {
    /** The opset since which the axes of a mean are an input. */
    private static final long AXES_AS_INPUT = 18;

    private ReductionFusion() {}

    static Graph apply(Graph graph) {
        long opset = graph.nodes().stream().mapToLong(Node::opset).max().orElse(CanonicalOpset.BASE);
        return Rewrite.single(graph, (node, inputs) -> {
            Node made = Rewrite.with(node, inputs);
            if (node.is("ReduceSum") && Reduce.axes(made) != null) {
                return sum(made);
            }
            return node.is("Reshape") ? reshape(made) : mean(made.output(), opset);
        });
    }

    /** The mean that a value is, of a sum and its factor; null where it is none. In the form of the opset, which changed. */
    private static Value mean(Value y, long opset) {
        if (!Ops.isNode(y, "Mul") || !Ops.isNode(y.node().input(0), "ReduceSum")) {
            return null;
        }
        Node sum = y.node().input(0).node();
        Value x = sum.input(0);
        int[] reduced = Reduce.axes(sum);
        double count = (double) x.shape().elements() / y.shape().elements();
        // A factor of more axes than the sum adds axes.
        boolean plain = x.dataType() == DataType.FLOAT
                && reduced != null
                && y.shape().equals(sum.output().shape());
        if (!plain || Ops.scalarOf(y.node().input(1)) != (float) (1 / count)) {
            return null;
        }
        Attributes keep = Attributes.NONE.with("keepdims", sum.attributes().integer("keepdims", 1));
        long[] axes = Arrays.stream(reduced).asLongStream().toArray();
        if (opset < AXES_AS_INPUT) {
            return Ops.node("ReduceMean", y.type(), keep.with("axes", axes), x);
        }
        // What made the graph one of this opset may be replaced by others later: this node has to say it as well.
        List<Value> inputs = List.of(x, Ops.longs(axes));
        return new Node("", "ReduceMean", null, inputs, keep, List.of(y.type()), null, AXES_AS_INPUT).output();
    }

    private static Value sum(Node node) {
        Value x = node.input(0);
        int[] axes = Reduce.axes(node);
        Shape result = node.output().shape();
        int[] inner =
                Ops.isNode(x, "Reshape") ? x.shape().sameAxes(x.node().input(0).shape(), axes) : null;
        boolean keep = node.attributes().integer("keepdims", 1) == 1;
        return inner == null
                ? Ops.reshape(Ops.reduceSum(x, keep, axes), result)
                : Ops.reshape(Ops.reduceSum(x.node().input(0), false, inner), result);
    }

    /** Of a sum that keeps its axes, the sum that does not; of another Reshape, one of both. */
    private static Value reshape(Node node) {
        Value x = node.input(0);
        Shape result = node.output().shape();
        if (Ops.isNode(x, "Reshape")) {
            return Ops.reshape(x, result);
        }
        if (Ops.isNode(x, "ReduceSum") && Reduce.axes(x.node()) != null) {
            Value sum = Ops.reduceSum(x.node().input(0), false, Reduce.axes(x.node()));
            if (sum.shape().equals(result)) {
                return sum;
            }
        }
        return node.output();
    }
}
