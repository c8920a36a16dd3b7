package vintk.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * a·b + a·c as a·(b + c), a product less: the derivative of x·f(x), as of GELU and SiLU, is such a sum. Products may be of several
 * factors; those that something else reads stay.
 */
final class CommonFactor {
    /** Products of more products than this are taken for one factor. */
    private static final int DEPTH = 4;

    private final Map<Value, Integer> uses;

    private CommonFactor(Graph graph) {
        this.uses = graph.uses();
    }

    static Graph apply(Graph graph) {
        return Rewrite.single(graph, new CommonFactor(graph)::factored);
    }

    /** A sum as a product; null of others, and where its terms have no factor in common. */
    private Value factored(Node sum, List<Value> inputs) {
        if (!sum.is("Add")) {
            return null;
        }
        TensorType type = sum.output().type();
        List<Value> left = factors(sum.input(0), inputs.get(0), type, DEPTH);
        List<Value> right = factors(sum.input(1), inputs.get(1), type, DEPTH);
        if (left.size() < 2 || right.size() < 2) {
            return null;
        }
        for (Value factor : left) {
            if (factor.type().equals(type) && right.contains(factor)) {
                return Ops.mul(factor, Ops.add(product(left, factor), product(right, factor)));
            }
        }
        return null;
    }

    /**
     * The factors of a product of the sum's type that nothing else reads; else the value itself.
     *
     * @param old the value before the rewrite, as its uses are known
     */
    private List<Value> factors(Value old, Value value, TensorType type, int depth) {
        boolean product = depth > 0 && Ops.isNode(old, "Mul") && Ops.isNode(value, "Mul");
        if (!product || !value.type().equals(type) || uses.get(old) > 1) {
            return List.of(value);
        }
        List<Value> factors = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            factors.addAll(factors(old.node().input(i), value.node().input(i), type, depth - 1));
        }
        return factors;
    }

    private static Value product(List<Value> factors, Value without) {
        List<Value> rest = new ArrayList<>(factors);
        rest.remove(without);
        return rest.stream().reduce(Ops::mul).orElseThrow();
    }
}
