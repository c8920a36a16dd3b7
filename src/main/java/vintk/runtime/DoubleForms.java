package vintk.runtime;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Standardisation;
import vintk.onnx.Value;
import vintk.onnx.Window;
import vintk.onnx.WindowMean;

/**
 * Operators of which ONNX Runtime has a kernel in float32 only, written with operators that it has in float64: the
 * frequent ones of vision models, so that their gradients can be checked to more than three digits.
 */
final class DoubleForms {
    /** erf(5.9) is 1 to the last bit of a double. */
    private static final double ERF_END = 5.9;

    /** Terms of the series of erf: at the end, |x| = 5.9, the next is below 1e-17 of the sum. */
    private static final int ERF_TERMS = 130;

    private DoubleForms() {}

    /** The outputs of a node for inputs of float64; null where there is no such form. */
    static List<Value> of(Node node, List<Value> inputs) {
        if (!node.domain().isEmpty()) {
            return null;
        }
        if (node.opType().equals("LayerNormalization")) {
            return standardised(node, inputs);
        }
        Value one = node.outputs().size() == 1 ? single(node, inputs) : null;
        return one == null ? null : List.of(one);
    }

    private static Value single(Node node, List<Value> inputs) {
        Value x = inputs.get(0);
        return switch (node.opType()) {
            case "AveragePool" -> averagePool(node, x);
            case "Conv" -> conv(node, inputs);
            case "Erf" -> erf(x);
            case "HardSigmoid" ->
                hardSigmoid(
                        x,
                        node.attributes().real("alpha", 0.2f),
                        node.attributes().real("beta", 0.5f));
            case "Shrink" ->
                shrink(
                        x,
                        node.attributes().real("lambd", 0.5f),
                        node.attributes().real("bias", 0));
            case "Softplus" -> softplus(x);
            default -> null;
        };
    }

    /** Along the last axis, as canonical graphs have it: the scale is the second input. */
    private static List<Value> standardised(Node node, List<Value> inputs) {
        Standardisation made =
                Standardisation.of(inputs.get(0), true, node.attributes().real("epsilon", 1e-5f), -1);
        return List.of(Ops.mul(made.value(), inputs.get(1)), made.mean(), made.inverse());
    }

    private static Value averagePool(Node node, Value x) {
        Value y = x;
        for (int i = 2; i < x.shape().rank(); i++) {
            y = WindowMean.of(node, i - 2).apply(y, i);
        }
        return y;
    }

    private static Value hardSigmoid(Value x, double alpha, double beta) {
        Value line = Ops.add(Ops.mul(x, alpha), beta);
        Value above = Ops.binary("Max", line, Ops.scalar(line, 0));
        return Ops.binary("Min", above, Ops.scalar(line, 1));
    }

    private static Value shrink(Value x, double lambda, double bias) {
        Value above = Ops.greater(x, Ops.scalar(x, lambda));
        Value below = Ops.less(x, Ops.scalar(x, -lambda));
        Value zero = Ops.mul(x, 0);
        return Ops.where(above, Ops.add(x, -bias), Ops.where(below, Ops.add(x, bias), zero));
    }

    /** max(x, 0) + log(1 + exp(-|x|)). */
    private static Value softplus(Value x) {
        Value small = Ops.log(Ops.add(Ops.exp(Ops.neg(Ops.unary("Abs", x))), 1));
        return Ops.add(Ops.unary("Relu", x), small);
    }

    /**
     * erf x = 2/√π e^(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)) (Abramowitz and Stegun 7.1.6): all terms are of one sign, so nothing
     * cancels. In Horner's form.
     */
    private static Value erf(Value x) {
        Value bounded = Ops.binary("Min", Ops.binary("Max", x, Ops.scalar(x, -ERF_END)), Ops.scalar(x, ERF_END));
        Value square = Ops.square(bounded);
        Value sum = Ops.add(Ops.mul(square, 2d / (2 * ERF_TERMS + 1)), 1);
        for (int n = ERF_TERMS - 1; n > 0; n--) {
            sum = Ops.add(Ops.mul(Ops.mul(square, sum), 2d / (2 * n + 1)), 1);
        }
        Value bell = Ops.mul(Ops.exp(Ops.neg(square)), 2 / Math.sqrt(Math.PI));
        return Ops.mul(Ops.mul(bounded, bell), sum);
    }

    /** One product with the patches put below each other: [G, M/G, K·C/G] × [N, G, K·C/G, P]. */
    private static Value conv(Node node, List<Value> inputs) {
        Value x = inputs.get(0);
        Value w = inputs.get(1);
        Shape out = node.output().shape();
        if (!Window.isExplicit(node.attributes())) {
            return null;
        }
        Window window = Window.of(node);
        long groups = window.group();
        long perGroup = w.shape().dim(1);
        Value padded = window.padded(x);
        Shape kernel = Shape.of(window.kernel());
        long pixels = out.product(2, out.rank());
        List<Value> patches = new ArrayList<>();
        for (long k = 0; k < kernel.elements(); k++) {
            Value patch = padded;
            long rest = k;
            for (int axis = window.rank() - 1; axis >= 0; axis--) {
                patch = window.under(patch, axis, rest % kernel.dim(axis), out.dim(axis + 2));
                rest /= kernel.dim(axis);
            }
            patches.add(Ops.reshape(patch, x.shape().dim(0), groups, perGroup, pixels));
        }
        long perOutput = w.shape().dim(0) / groups;
        Value rows = Ops.moveAxis(Ops.reshape(w, w.shape().dim(0), perGroup, kernel.elements()), 2, 1);
        Value matrix = Ops.reshape(rows, groups, perOutput, kernel.elements() * perGroup);
        Value y = Ops.reshape(Ops.matMul(matrix, Ops.concat(2, patches)), out);
        if (inputs.size() < 3 || inputs.get(2) == null) {
            return y;
        }
        Shape bias = Shape.ones(out.rank()).with(1, out.dim(1));
        return Ops.add(y, Ops.reshape(inputs.get(2), bias));
    }
}
