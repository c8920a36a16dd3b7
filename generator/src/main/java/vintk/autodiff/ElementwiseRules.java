package vintk.autodiff;

import static vintk.autodiff.Rule.aligned;
import static vintk.autodiff.Rule.elementwise;
import static vintk.autodiff.Rule.times;
import static vintk.autodiff.Rule.zero;
import static vintk.onnx.Ops.add;
import static vintk.onnx.Ops.div;
import static vintk.onnx.Ops.equal;
import static vintk.onnx.Ops.exp;
import static vintk.onnx.Ops.greater;
import static vintk.onnx.Ops.less;
import static vintk.onnx.Ops.log;
import static vintk.onnx.Ops.mul;
import static vintk.onnx.Ops.neg;
import static vintk.onnx.Ops.not;
import static vintk.onnx.Ops.scalar;
import static vintk.onnx.Ops.scalarOf;
import static vintk.onnx.Ops.sign;
import static vintk.onnx.Ops.square;
import static vintk.onnx.Ops.sub;
import static vintk.onnx.Ops.unary;

import java.util.List;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/** Operators that work element by element. Where a derivative jumps, the value of PyTorch is taken. */
final class ElementwiseRules {
    private static final double LOG_TWO_OVER_SQRT_PI = Math.log(2 / Math.sqrt(Math.PI));

    private ElementwiseRules() {}

    static void addTo(Rules.Adder rules) {
        // Arithmetic
        rules.add("Add", elementwise(p -> p.dy(), p -> p.dy()));
        rules.add("Sub", elementwise(p -> p.dy(), p -> neg(p.dy())));
        rules.add("Mul", elementwise(p -> times(p, p.x(1)), p -> times(p, p.x(0))));
        rules.add("Div", elementwise(p -> div(p.dy(), p.x(1)), p -> neg(mul(p.dy(), div(p.y(), p.x(1))))));
        rules.add("Neg", elementwise(p -> neg(p.dy())));
        rules.add("Abs", elementwise(p -> times(p, sign(p.x()))));
        rules.add("Reciprocal", elementwise(p -> neg(times(p, square(p.y())))));
        rules.add("Sqrt", elementwise(p -> div(mul(p.dy(), 0.5), p.y())));
        rules.add("Pow", new Rule(Flow.ELEMENTWISE, ElementwiseRules::pow));
        rules.add("Exp", elementwise(p -> times(p, p.y())));
        rules.add("Log", elementwise(p -> div(p.dy(), p.x())));

        // Trigonometric and hyperbolic
        rules.add("Sin", elementwise(p -> times(p, unary("Cos", p.x()))));
        rules.add("Cos", elementwise(p -> neg(times(p, unary("Sin", p.x())))));
        rules.add("Tanh", elementwise(p -> times(p, sub(1, square(p.y())))));

        // Activations
        // 2/√π exp(-x²), the factor in the exponent: a pass less over the widest tensors of a transformer.
        rules.add("Erf", elementwise(p -> times(p, exp(sub(LOG_TWO_OVER_SQRT_PI, square(p.x()))))));
        rules.add("Sigmoid", elementwise(p -> times(p, mul(p.y(), sub(1, p.y())))));
        // By its output, which lives on in what reads it.
        rules.add("Relu", elementwise(p -> p.where(greater(p.y(), scalar(p.y(), 0)))));
        rules.add("LeakyRelu", elementwise(p -> leaky(p, p.attributes().real("alpha", 0.01f))));
        rules.add("Softplus", elementwise(p -> times(p, unary("Sigmoid", p.x()))));
        rules.add("HardSigmoid", elementwise(ElementwiseRules::hardSigmoid));

        // Selection
        // Bounds that are computed are selections: on import a Clip with those is written so.
        rules.add("Clip", elementwise(p -> p.where(equal(p.x(), p.y()))));
        rules.add("Max", elementwise(p -> larger(p, p.x(0), p.x(1)), p -> larger(p, p.x(1), p.x(0))));
        rules.add("Min", elementwise(p -> larger(p, p.x(1), p.x(0)), p -> larger(p, p.x(0), p.x(1))));
        rules.add("Where", new Rule(Flow.ELEMENTWISE, p -> aligned(null, p.where(p.x(0)), p.where(not(p.x(0))))));
        rules.add("Cast", elementwise(p -> Ops.cast(p.dy(), p.x().dataType())));

        // No gradient: constant almost everywhere, or not a number
        for (String operator : List.of(
                "Ceil",
                "Floor",
                "Round",
                "Sign",
                "Equal",
                "Greater",
                "GreaterOrEqual",
                "Less",
                "LessOrEqual",
                "Not",
                "And",
                "Or",
                "Xor",
                "IsNaN",
                "IsInf")) {
            rules.add(operator, zero(Flow.ELEMENTWISE));
        }
    }

    /** d x^e = e x^(e-1) dx + x^e log(x) de, the latter only where x > 0. */
    private static List<Cotangent> pow(Pull p) {
        Value x = p.x(0);
        Value e = p.x(1);
        double exponent = scalarOf(e);
        Value slope;
        if (exponent == 2) {
            slope = mul(x, 2);
        } else if (exponent == 3) {
            slope = mul(square(x), 3);
        } else if (Double.isNaN(exponent)) {
            // Where it is 0, x^e is constant, at x = 0 too.
            slope = mul(e, Ops.pow(x, Ops.where(equal(e, scalar(e, 0)), e, add(e, -1))));
        } else if (exponent == 0) {
            slope = scalar(x, 0);
        } else {
            slope = mul(Ops.pow(x, scalar(x, exponent - 1)), exponent);
        }
        Value positive = greater(x, scalar(x, 0));
        Value safe = Ops.where(positive, x, scalar(x, 1));
        return aligned(times(p, slope), times(p, mul(p.y(), log(safe))));
    }

    private static Value leaky(Pull p, double alpha) {
        Value positive = Ops.cast(greater(p.x(), scalar(p.x(), 0)), p.x().dataType());
        return times(p, add(mul(positive, 1 - alpha), alpha));
    }

    private static Value hardSigmoid(Pull p) {
        Value inside = Ops.and(greater(p.y(), scalar(p.y(), 0)), less(p.y(), scalar(p.y(), 1)));
        return mul(p.where(inside), p.attributes().real("alpha", 0.2f));
    }

    /** The cotangent where {@code a > b}; half of it at a tie. */
    private static Value larger(Pull p, Value a, Value b) {
        Value ties = mul(Ops.cast(equal(a, b), a.dataType()), 0.5);
        return p.share(add(Ops.cast(greater(a, b), a.dataType()), ties));
    }
}
