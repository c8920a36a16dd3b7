package vintk.onnx;

import java.util.List;

/**
 * 1 where x > 0, else 0, as the gradient of a Relu has it, as a HardSigmoid of the steepest slope: a pass over floats where a
 * comparison and a Cast are two, through booleans. The numbers are the same but for x below 3e-39, less than any normal float32.
 * For graphs that this program runs itself on processors.
 */
final class StepForm {
    private static final Attributes STEEPEST =
            Attributes.NONE.with("alpha", Float.MAX_VALUE).with("beta", 0f);

    private StepForm() {}

    static Graph apply(Graph graph) {
        return Rewrite.single(graph, StepForm::step);
    }

    /** A Cast of x > 0; null where a node is something else. */
    private static Value step(Node node, List<Value> inputs) {
        boolean cast = node.is("Cast") && node.output().dataType() == DataType.FLOAT;
        if (!cast || !Ops.isNode(inputs.get(0), "Greater")) {
            return null;
        }
        Node comparison = inputs.get(0).node();
        Value x = comparison.input(0);
        boolean plain = x.type().equals(node.output().type()) && Ops.scalarOf(comparison.input(1)) == 0;
        return plain
                ? Rewrite.with(node, "", "HardSigmoid", List.of(x), STEEPEST).output()
                : null;
    }
}
