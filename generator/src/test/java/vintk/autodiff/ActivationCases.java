package vintk.autodiff;

import static vintk.autodiff.GradientCase.one;
import static vintk.autodiff.GradientCase.shape;
import static vintk.autodiff.GradientCase.two;
import static vintk.autodiff.Sampling.APART;
import static vintk.autodiff.Sampling.AWAY_FROM_ZERO;
import static vintk.autodiff.Sampling.POSITIVE;
import static vintk.autodiff.Sampling.UNIFORM;
import static vintk.autodiff.Sampling.WIDE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Reduce;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Gradient checks of the rarer functions and activations, and of reductions other than sums. */
final class ActivationCases {
    private static final List<Shape> SHAPES = List.of(shape(), shape(5), shape(2, 1, 3));

    private ActivationCases() {}

    static List<GradientCase> all() {
        List<GradientCase> cases = new ArrayList<>();
        // Where a function has an edge, what is put in stays away from it.
        for (String operator : List.of("Acos", "Asin", "Atanh", "Tan")) {
            unary(cases, operator, UNIFORM, x -> Ops.mul(x, 0.6), Attributes.NONE);
        }
        for (String operator : List.of("Atan", "Asinh", "Cosh", "Sinh")) {
            unary(cases, operator, UNIFORM, x -> x, Attributes.NONE);
        }
        unary(cases, "Acosh", POSITIVE, x -> Ops.add(x, 1), Attributes.NONE);
        unary(cases, "Softsign", AWAY_FROM_ZERO, x -> x, Attributes.NONE);
        for (String operator : List.of("Elu", "Selu", "Celu")) {
            unary(cases, operator, AWAY_FROM_ZERO, x -> x, Attributes.NONE);
            unary(cases, operator, AWAY_FROM_ZERO, x -> x, Attributes.NONE.with("alpha", 0.7f));
        }
        unary(cases, "Selu", AWAY_FROM_ZERO, x -> x, Attributes.NONE.with("gamma", 0.8f));
        unary(cases, "Celu", POSITIVE, Ops::neg, Attributes.NONE.with("alpha", -3f));
        // WIDE has room around half numbers.
        unary(cases, "ThresholdedRelu", WIDE, x -> x, Attributes.NONE);
        unary(cases, "ThresholdedRelu", WIDE, x -> x, Attributes.NONE.with("alpha", -0.5f));
        // ONNX Runtime's kernel for double calculates in float.
        for (float bound : new float[] {0.5f, 1, -0.5f}) {
            Attributes attributes = Attributes.NONE.with("lambd", bound).with("bias", 0.3f);
            cases.add(one("Shrink", WIDE, shape(4, 5), x -> Ops.node("Shrink", x.type(), attributes, x))
                    .inFloat()
                    .noted("bound " + bound));
        }
        cases.add(one("Shrink", WIDE, shape(6), x -> Ops.unary("Shrink", x)).inFloat());
        slopes(cases);
        remainders(cases);
        reductions(cases);
        return cases;
    }

    private static void unary(
            List<GradientCase> cases,
            String operator,
            Sampling sampling,
            UnaryOperator<Value> before,
            Attributes attributes) {
        for (Shape shape : SHAPES) {
            cases.add(one(operator, sampling, shape, x -> Ops.node(operator, x.type(), attributes, before.apply(x)))
                    .inFloat()
                    .noted(attributes.all().isEmpty() ? "" : attributes.toString()));
        }
    }

    private static void slopes(List<GradientCase> cases) {
        for (List<Shape> pair : List.of(
                List.of(shape(2, 3), shape(2, 3)),
                List.of(shape(2, 3), shape(3)),
                List.of(shape(2, 3), shape(1)),
                List.of(shape(2, 3), shape()),
                List.of(shape(2, 3, 2, 2), shape(3, 1, 1)),
                List.of(shape(2, 3, 4), shape(1, 3, 1)))) {
            cases.add(two(
                    "PRelu",
                    AWAY_FROM_ZERO,
                    pair.get(0),
                    pair.get(1),
                    (x, slope) -> Ops.node("PRelu", x.type(), Attributes.NONE, x, slope)));
        }
    }

    /** Quotients of 2.2 at least, of either sign, and not near whole numbers: the operands are squeezed to be. */
    private static void remainders(List<GradientCase> cases) {
        Attributes attributes = Attributes.NONE.with("fmod", 1L);
        for (List<Shape> pair : List.of(
                List.of(shape(2, 3), shape(2, 3)), List.of(shape(2, 3), shape(3)), List.of(shape(), shape(4)))) {
            for (double centre : new double[] {2.5, -3.5, 0.5}) {
                cases.add(two("Mod", UNIFORM, pair.get(0), pair.get(1), (a, b) -> {
                            Value dividend = Ops.add(Ops.mul(a, 0.1), centre);
                            Value divisor = Ops.add(Ops.mul(b, 0.05), centre < -3 ? -1 : 1);
                            TensorType type = a.type().withShape(Shape.broadcast(a.shape(), b.shape()));
                            return Ops.node("Mod", type, attributes, dividend, divisor);
                        })
                        .noted("about " + centre));
            }
        }
    }

    /** The three reductions whose rule needs the reduced value at its place again. */
    private static void reductions(List<GradientCase> cases) {
        for (boolean keep : new boolean[] {true, false}) {
            String note = keep ? "keeping axes " : "dropping axes ";
            for (int[] axes : new int[][] {{0}, {1}, {-1}, {0, 2}, {1, 2}, {0, 1, 2}}) {
                String which = note + Arrays.toString(axes);
                // Over an axis of extent 1 alone there is no node.
                for (Shape shape :
                        List.of(shape(2, 3, 4), axes[0] == 1 && axes.length == 1 ? shape(1, 2) : shape(3, 1, 2))) {
                    cases.add(one("ReduceLogSumExp", UNIFORM, shape, x -> Ops.mul(Reduce.logSumExp(x, keep, axes), 1.5))
                            .noted(which));
                    cases.add(one("ReduceMax", APART, shape, x -> Reduce.max(x, keep, axes))
                            .noted(which));
                    cases.add(one("ReduceMin", APART, shape, x -> Reduce.min(x, keep, axes))
                            .noted(which));
                }
            }
        }
        cases.add(one(
                        "ReduceMax",
                        APART,
                        shape(2, 3),
                        x -> Ops.node("ReduceMax", x.type().withShape(shape(1, 1)), Attributes.NONE, x))
                .noted("of all, no input"));
        cases.add(one(
                        "ReduceMin",
                        APART,
                        shape(2, 3),
                        x -> Ops.node("ReduceMin", x.type(), Attributes.NONE.with("noop_with_empty_axes", 1L), x))
                .noted("of nothing"));
    }
}
