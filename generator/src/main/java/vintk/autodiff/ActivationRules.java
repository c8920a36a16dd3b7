package vintk.autodiff;

import static vintk.autodiff.Rule.elementwise;
import static vintk.autodiff.Rule.times;
import static vintk.autodiff.Rule.zero;
import static vintk.onnx.Ops.add;
import static vintk.onnx.Ops.div;
import static vintk.onnx.Ops.greater;
import static vintk.onnx.Ops.mul;
import static vintk.onnx.Ops.neg;
import static vintk.onnx.Ops.scalar;
import static vintk.onnx.Ops.sqrt;
import static vintk.onnx.Ops.square;
import static vintk.onnx.Ops.sub;
import static vintk.onnx.Ops.unary;
import static vintk.onnx.Ops.where;

import java.util.List;
import vintk.onnx.Value;

/**
 * The rarer functions of one number, and the activations that keep their node because writing them out would cost more or
 * overflow. Where a derivative jumps, the value of PyTorch is taken.
 */
final class ActivationRules {
    private ActivationRules() {}

    static void addTo(Rules.Adder rules) {
        // Inverse functions and hyperbolic ones. 1 - x² as a product: no cancellation near ±1.
        rules.add("Acos", elementwise(p -> neg(div(p.dy(), sqrt(oneMinusSquare(p.x()))))));
        rules.add("Asin", elementwise(p -> div(p.dy(), sqrt(oneMinusSquare(p.x())))));
        rules.add("Atan", elementwise(p -> div(p.dy(), add(square(p.x()), 1))));
        rules.add("Acosh", elementwise(p -> div(p.dy(), sqrt(mul(add(p.x(), -1), add(p.x(), 1))))));
        rules.add("Asinh", elementwise(p -> div(p.dy(), sqrt(add(square(p.x()), 1)))));
        rules.add("Atanh", elementwise(p -> div(p.dy(), oneMinusSquare(p.x()))));
        rules.add("Cosh", elementwise(p -> times(p, unary("Sinh", p.x()))));
        rules.add("Sinh", elementwise(p -> times(p, unary("Cosh", p.x()))));
        rules.add("Tan", elementwise(p -> times(p, add(square(p.y()), 1))));

        // Activations
        rules.add("Elu", elementwise(ActivationRules::elu));
        rules.add("Selu", elementwise(ActivationRules::selu));
        rules.add("Celu", elementwise(ActivationRules::celu));
        rules.add("Softsign", elementwise(p -> div(p.dy(), square(add(unary("Abs", p.x()), 1)))));
        rules.add(
                "ThresholdedRelu",
                elementwise(p -> above(p, p.x(), p.attributes().real("alpha", 1))));
        rules.add(
                "Shrink",
                elementwise(p -> above(p, unary("Abs", p.x()), p.attributes().real("lambd", 0.5f))));
        rules.add(
                "PRelu",
                elementwise(
                        p -> where(positive(p), p.dy(), times(p, p.x(1))),
                        p -> where(positive(p), scalar(p.x(), 0), times(p, p.x(0)))));

        // a - b trunc(a / b), or with floor: the quotient is a whole number, (a - y) / b but for its rounding.
        rules.add("Mod", elementwise(p -> p.dy(), p -> neg(times(p, unary("Round", div(sub(p.x(0), p.y()), p.x(1)))))));

        for (String operator : List.of("BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot")) {
            rules.add(operator, zero(Flow.ELEMENTWISE));
        }
        rules.add("Hardmax", zero(Flow.along(-1)));
    }

    private static Value oneMinusSquare(Value x) {
        return mul(sub(1, x), add(x, 1));
    }

    private static Value positive(Pull p) {
        return greater(p.x(), scalar(p.x(), 0));
    }

    private static Value above(Pull p, Value x, double bound) {
        return p.where(greater(x, scalar(p.x(), bound)));
    }

    /** α (exp x - 1) for x up to 0: its derivative is y + α. */
    private static Value elu(Pull p) {
        return where(positive(p), p.dy(), times(p, add(p.y(), p.attributes().real("alpha", 1))));
    }

    /** γ times an Elu, with the constants of Klambauer et al. 2017. */
    private static Value selu(Pull p) {
        double gamma = p.attributes().real("gamma", 1.05070102214813232421875f);
        double alpha = p.attributes().real("alpha", 1.67326319217681884765625f);
        return where(positive(p), mul(p.dy(), gamma), times(p, add(p.y(), gamma * alpha)));
    }

    /** α (exp(x/α) - 1) for x up to 0. */
    private static Value celu(Pull p) {
        Value slope = add(mul(p.y(), 1 / p.attributes().real("alpha", 1)), 1);
        return where(positive(p), p.dy(), times(p, slope));
    }
}
