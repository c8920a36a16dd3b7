package vintk.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * Networks' x · (erf(x / √2) + 1) · ½, in any order of factors, as {@link Ops#gelu}: exporters write no Gelu below opset 20, and its
 * numbers join layers where theirs are passes over the widest values of a transformer, 4 % of the kernel. Of an {@link ArithmeticForm}.
 */
public final class GeluForm {
    private GeluForm() {}

    /** The same graph with {@link Ops#gelu} for these products. */
    public static Graph recognise(Graph graph) {
        return Rewrite.single(graph, (node, inputs) -> {
            Value x = node.is("Mul") ? operand(Rewrite.with(node, inputs).output()) : null;
            return x == null ? null : Ops.gelu(x);
        });
    }

    /** x where a product is its GELU, or null. */
    private static Value operand(Value product) {
        List<Value> factors = new ArrayList<>();
        boolean halved = product.dataType() == DataType.FLOAT && factors(product, factors) == 0.5;
        if (!halved || factors.size() != 2) {
            return null;
        }
        Value x = factors.get(isStep(factors.get(1), factors.get(0)) ? 0 : 1);
        Value step = factors.get(factors.get(0) == x ? 1 : 0);
        return isStep(step, x) && x.type().equals(product.type()) ? x : null;
    }

    /**
     * The numbers of a product, as one.
     *
     * @param others receives what is none
     */
    private static double factors(Value value, List<Value> others) {
        double number = ArithmeticForm.number(value);
        if (!Double.isNaN(number)) {
            return number;
        }
        if (Ops.isNode(value, "Mul") && others.size() < 2) {
            return factors(value.node().input(0), others) * factors(value.node().input(1), others);
        }
        others.add(value);
        return 1;
    }

    /** Whether a value is erf(x / √2) + 1. */
    private static boolean isStep(Value value, Value x) {
        if (!Ops.isNode(value, "Add")) {
            return false;
        }
        Value error = value.node().input(0);
        return Ops.isNode(error, "Erf")
                && ArithmeticForm.number(value.node().input(1)) == 1
                && isScaled(error.node().input(0), x);
    }

    private static boolean isScaled(Value value, Value x) {
        return Ops.isNode(value, "Mul")
                && value.node().input(0) == x
                && Math.abs(ArithmeticForm.number(value.node().input(1)) - Math.sqrt(0.5)) < 1e-7;
    }
}
