package vintk.autodiff;

import static vintk.autodiff.GradientCase.many;
import static vintk.autodiff.GradientCase.one;
import static vintk.autodiff.GradientCase.shape;
import static vintk.autodiff.Sampling.POSITIVE;
import static vintk.autodiff.Sampling.UNIFORM;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Gradient checks of the operators that move elements, and of those that sum them. */
final class LayoutCases {
    private LayoutCases() {}

    static List<GradientCase> all() {
        List<GradientCase> cases = new ArrayList<>();
        layout(cases);
        pieces(cases);
        reductions(cases);
        return cases;
    }

    private static void layout(List<GradientCase> cases) {
        cases.add(one("Reshape", UNIFORM, shape(2, 3, 4), x -> Ops.reshape(x, 4, 6)));
        cases.add(one("Reshape", UNIFORM, shape(6), x -> Ops.reshape(x, 1, 2, 1, 3)));
        cases.add(one("Reshape", UNIFORM, shape(1, 1), x -> Ops.reshape(x, Shape.SCALAR)));
        cases.add(one("Reshape", UNIFORM, shape(), x -> Ops.reshape(x, 1)));

        cases.add(one("Transpose", UNIFORM, shape(2, 3), x -> Ops.transpose(x, 1, 0)));
        cases.add(one("Transpose", UNIFORM, shape(2, 3, 4), x -> Ops.transpose(x, 2, 0, 1)));
        cases.add(one("Transpose", UNIFORM, shape(2, 3, 1, 2), x -> Ops.transpose(x, 3, 1, 0, 2)));
        cases.add(one(
                        "Transpose",
                        UNIFORM,
                        shape(2, 3, 4),
                        x -> Ops.node("Transpose", x.type().withShape(shape(4, 3, 2)), Attributes.NONE, x))
                .noted("without a permutation"));

        cases.add(one("Expand", UNIFORM, shape(1, 3), x -> Ops.expand(x, shape(2, 3))));
        cases.add(one("Expand", UNIFORM, shape(3, 1), x -> Ops.expand(x, shape(2, 3, 4))));
        cases.add(one("Expand", UNIFORM, shape(), x -> Ops.expand(x, shape(2, 3))));
    }

    private static void pieces(List<GradientCase> cases) {
        cases.add(many("Concat", x -> Ops.concat(0, x), shape(2, 3), shape(1, 3)));
        cases.add(many("Concat", x -> Ops.concat(-1, x), shape(2, 1), shape(2, 3), shape(2, 2)));
        cases.add(many("Concat", x -> Ops.concat(1, x.get(0), x.get(1), x.get(0)), shape(2, 2, 3), shape(2, 1, 3))
                .noted("with one part twice"));

        cases.add(one("Slice", UNIFORM, shape(5), x -> Indexing.slice(x, 0, 1, 4)));
        cases.add(one("Slice", UNIFORM, shape(2, 5), x -> Indexing.slice(x, 1, 0, 2)));
        for (long step = 2; step <= 4; step++) {
            for (long start = 0; start <= 2; start++) {
                long from = start;
                long by = step;
                cases.add(one("Slice", UNIFORM, shape(2, 7, 2), x -> Indexing.slice(x, 1, from, 7, by))
                        .noted(start + "::" + step));
            }
        }
        cases.add(one("Slice", UNIFORM, shape(2, 7), x -> Indexing.slice(x, -1, 1, 5, 3))
                .noted("1:5:3"));
        cases.add(one("Slice", UNIFORM, shape(3, 6), x -> windows(x, 1, 0, 2, 2, 4, 4, 6))
                .noted("side by side"));
        cases.add(one("Slice", UNIFORM, shape(3, 7), x -> windows(x, 1, 4, 6, 1, 3))
                .noted("with gaps, unordered"));
        cases.add(one("Slice", UNIFORM, shape(3, 5), x -> windows(x, 1, 0, 3, 2, 5))
                .noted("overlapping"));
        cases.add(one(
                        "Slice",
                        UNIFORM,
                        shape(4, 4),
                        x -> Ops.mul(Ops.reshape(Indexing.slice(x, 0, 1, 2), 4, 1), Indexing.slice(x, 1, 2, 3)))
                .noted("a row and a column"));
        cases.add(
                one("Slice", UNIFORM, shape(2, 5), x -> Ops.add(Indexing.slice(x, 1, 1, 3), Ops.reduceSum(x, true, 1)))
                        .noted("and the whole"));

        cases.add(one("Pad", UNIFORM, shape(3), x -> Indexing.pad(x, 0, 2, 1)));
        cases.add(one("Pad", UNIFORM, shape(2, 3), x -> Indexing.pad(x, new long[] {1, 0}, new long[] {0, 2}, 0.7)));
        cases.add(one("Pad", UNIFORM, shape(1, 2, 2), x -> Indexing.pad(x, 2, 1, 1)));
    }

    /** The product of windows of one axis, given by start and end, so that each gets a cotangent of its own. */
    private static Value windows(Value x, int axis, long... bounds) {
        Value product = Indexing.slice(x, axis, bounds[0], bounds[1]);
        for (int i = 2; i < bounds.length; i += 2) {
            product = Ops.mul(product, Indexing.slice(x, axis, bounds[i], bounds[i + 1]));
        }
        return product;
    }

    private static void reductions(List<GradientCase> cases) {
        for (boolean keep : new boolean[] {true, false}) {
            String note = keep ? "keeping axes" : "dropping axes";
            for (Shape shape : List.of(shape(2, 3, 4), shape(3, 2, 1), shape(3, 1, 2), shape(1, 2, 3))) {
                for (int[] axes : new int[][] {{0}, {2}, {0, 2}, {1, 2}, {0, 1}, {0, 1, 2}}) {
                    cases.add(one("ReduceSum", UNIFORM, shape, x -> sum(x, keep, axes))
                            .noted(note + " " + java.util.Arrays.toString(axes)));
                }
            }
            cases.add(one(
                            "ReduceSum",
                            UNIFORM,
                            shape(2, 3),
                            x -> Ops.node(
                                    "ReduceSum",
                                    x.type().withShape(keep ? shape(1, 1) : shape()),
                                    Attributes.NONE.with("keepdims", keep ? 1L : 0L),
                                    x))
                    .noted("of all, " + note));
        }
        cases.add(one(
                        "ReduceSum",
                        UNIFORM,
                        shape(2, 3),
                        x -> Ops.node("ReduceSum", x.type(), Attributes.NONE.with("noop_with_empty_axes", 1L), x))
                .noted("of nothing"));
        for (String operator : List.of("Softmax", "LogSoftmax")) {
            for (Shape shape : List.of(shape(4), shape(2, 3, 4), shape(1, 3, 1))) {
                for (int axis = 0; axis < shape.rank(); axis++) {
                    long at = axis;
                    cases.add(one(operator, UNIFORM, shape, x -> softmax(operator, x, Attributes.NONE.with("axis", at)))
                            .noted("axis " + axis));
                }
            }
            cases.add(one(operator, POSITIVE, shape(2, 3), x -> softmax(operator, x, Attributes.NONE))
                    .noted("axis not given"));
            cases.add(
                    one(operator, UNIFORM, shape(2, 3, 2), x -> softmax(operator, x, Attributes.NONE.with("axis", -2L)))
                            .noted("axis -2"));
        }
        cases.add(many("Softmax", LayoutCases::attention, shape(2, 5, 2), shape(2, 7, 2), shape(2, 7, 2))
                .noted("in attention"));
        cases.add(one("LayerNormalization", UNIFORM, shape(2, 3, 5), x -> Ops.standardise(x, 1e-5)
                        .output())
                .inFloat());
    }

    /** Written out, as {@link Ops#reduceSum} leaves out sums over extents of 1. Axes are given from the right. */
    private static Value sum(Value x, boolean keep, int... axes) {
        Shape shape = x.shape();
        long[] given = new long[axes.length];
        for (int i = axes.length - 1; i >= 0; i--) {
            shape = keep
                    ? shape.with(axes[i], 1)
                    : Shape.concat(shape.slice(0, axes[i]), shape.slice(axes[i] + 1, shape.rank()));
            given[i] = axes[i] - x.shape().rank();
        }
        TensorType type = x.type().withShape(shape);
        return Ops.node("ReduceSum", type, Attributes.NONE.with("keepdims", keep ? 1L : 0L), x, Ops.longs(given));
    }

    /** Softmax between two products, narrower than the tokens: attention. */
    private static Value attention(List<Value> x) {
        Value logits = Ops.matMul(x.get(0), Ops.transposeLast(x.get(1)));
        return Ops.matMul(Ops.softmax(logits, -1), x.get(2));
    }

    private static Value softmax(String operator, Value x, Attributes attributes) {
        return Ops.node(operator, x.type(), attributes, x);
    }
}
