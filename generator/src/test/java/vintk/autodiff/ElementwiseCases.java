package vintk.autodiff;

import static vintk.autodiff.GradientCase.one;
import static vintk.autodiff.GradientCase.shape;
import static vintk.autodiff.GradientCase.two;
import static vintk.autodiff.Sampling.APART;
import static vintk.autodiff.Sampling.AWAY_FROM_ZERO;
import static vintk.autodiff.Sampling.POSITIVE;
import static vintk.autodiff.Sampling.UNIFORM;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Gradient checks of the operators that work element by element. */
final class ElementwiseCases {
    private static final List<Shape> SHAPES = List.of(shape(), shape(5), shape(2, 1, 3));

    /** Pairs of shapes that broadcast: not at all, one way, the other, both, with scalars, with missing axes. */
    private static final List<List<Shape>> PAIRS = List.of(
            List.of(shape(2, 3), shape(2, 3)),
            List.of(shape(2, 3), shape(3)),
            List.of(shape(1, 3), shape(4, 2, 3)),
            List.of(shape(4, 1, 3), shape(2, 1)),
            List.of(shape(), shape(2, 3)),
            List.of(shape(2, 3), shape()),
            List.of(shape(1, 1), shape(3)),
            List.of(shape(1, 1, 2), shape(1)));

    private static final Set<String> FLOAT_ONLY = Set.of("Erf", "HardSigmoid", "LeakyRelu", "Softplus");

    private ElementwiseCases() {}

    static List<GradientCase> all() {
        List<GradientCase> cases = new ArrayList<>();
        List.of("Neg", "Exp", "Sin", "Cos", "Tanh", "Erf", "Sigmoid", "Softplus")
                .forEach(operator -> unary(cases, operator, UNIFORM, Attributes.NONE));
        List.of("Abs", "Relu", "LeakyRelu", "Reciprocal")
                .forEach(operator -> unary(cases, operator, AWAY_FROM_ZERO, Attributes.NONE));
        List.of("Sqrt", "Log").forEach(operator -> unary(cases, operator, POSITIVE, Attributes.NONE));
        unary(cases, "LeakyRelu", AWAY_FROM_ZERO, Attributes.NONE.with("alpha", 0.3f));
        unary(cases, "HardSigmoid", UNIFORM, Attributes.NONE);
        // With kinks at ±0.08, between the points of the APART grid, 0.08 k + [0.03, 0.05).
        cases.add(one(
                        "HardSigmoid",
                        APART,
                        shape(3, 5),
                        x -> Ops.node(
                                "HardSigmoid",
                                x.type(),
                                Attributes.NONE.with("alpha", 6.25f).with("beta", 0.5f),
                                x))
                .inFloat()
                .noted("with both kinks inside"));
        unary(cases, "HardSigmoid", AWAY_FROM_ZERO, Attributes.NONE.with("alpha", -0.1f));

        for (List<Shape> pair : PAIRS) {
            for (String operator : List.of("Add", "Sub", "Mul", "Div", "Max", "Min")) {
                Sampling sampling = operator.equals("Div") ? AWAY_FROM_ZERO : APART;
                cases.add(two(operator, sampling, pair.get(0), pair.get(1), (a, b) -> Ops.binary(operator, a, b)));
            }
            cases.add(two("Pow", POSITIVE, pair.get(0), pair.get(1), Ops::pow).noted("both operands"));
        }
        cases.add(one("Mul", UNIFORM, shape(3), x -> Ops.mul(x, x)).noted("a value with itself"));
        cases.add(one("Sub", UNIFORM, shape(3, 2), x -> Ops.sub(x, Ops.reduceSum(x, true, 0)))
                .noted("a value with its own sum"));
        for (double exponent : new double[] {1, 2, 3, 4, 0.5, -1, -1.5}) {
            cases.add(one("Pow", POSITIVE, shape(2, 3), x -> Ops.pow(x, Ops.scalar(x.dataType(), exponent)))
                    .noted("to the power of " + exponent));
        }
        for (double exponent : new double[] {2, 3, 4, -1}) {
            cases.add(one("Pow", AWAY_FROM_ZERO, shape(2, 3), x -> Ops.pow(x, Ops.scalar(x.dataType(), exponent)))
                    .noted("of negative numbers, to the power of " + exponent));
        }
        where(cases);
        clip(cases);
        cases.add(one("Cast", UNIFORM, shape(2, 3), x -> Ops.cast(x, DataType.DOUBLE))
                .inFloat());
        return cases;
    }

    private static void unary(List<GradientCase> cases, String operator, Sampling sampling, Attributes attributes) {
        for (Shape shape : SHAPES) {
            GradientCase made = one(operator, sampling, shape, x -> Ops.node(operator, x.type(), attributes, x));
            cases.add(FLOAT_ONLY.contains(operator) ? made.inFloat() : made);
        }
    }

    /** Kinks in the gaps of the APART grid, as above. */
    private static void clip(List<GradientCase> cases) {
        for (Shape shape : List.of(shape(), shape(3, 5))) {
            cases.add(clipped(shape, -0.16, 0.24));
            cases.add(clipped(shape, -0.16, null).noted("from below"));
            cases.add(clipped(shape, null, 0.24).noted("from above"));
        }
    }

    private static GradientCase clipped(Shape shape, Double low, Double high) {
        return one("Clip", APART, shape, x -> Ops.clip(x, number(x, low), number(x, high)));
    }

    private static Value number(Value x, Double value) {
        return value == null ? null : Ops.scalar(x.dataType(), value);
    }

    private static void where(List<GradientCase> cases) {
        Value rows = Ops.constant(Tensor.of(TensorType.of(DataType.BOOL, 2, 1), 1, 0));
        Value all = Ops.constant(Tensor.of(TensorType.of(DataType.BOOL, 2, 3), 1, 0, 0, 0, 1, 1));
        cases.add(two("Where", UNIFORM, shape(2, 3), shape(2, 3), (a, b) -> Ops.where(all, a, b)));
        cases.add(two("Where", UNIFORM, shape(3), shape(), (a, b) -> Ops.where(all, a, b))
                .noted("broadcast"));
        cases.add(two("Where", UNIFORM, shape(1, 3), shape(4, 1, 1), (a, b) -> Ops.where(rows, a, b))
                .noted("all three broadcast"));
        cases.add(two("Where", AWAY_FROM_ZERO, shape(2, 3), shape(3), (a, b) -> {
                    Value negative = Ops.less(a, Ops.scalar(a.dataType(), 0));
                    return Ops.where(negative, b, a);
                })
                .noted("with a computed condition"));
    }
}
