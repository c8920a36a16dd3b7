package vintk.autodiff;

import static vintk.autodiff.GradientCase.many;
import static vintk.autodiff.GradientCase.one;
import static vintk.autodiff.GradientCase.shape;
import static vintk.autodiff.Sampling.APART;
import static vintk.autodiff.Sampling.UNIFORM;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Gradient checks of the operators that take or put elements at places given by indices. */
final class IndexCases {
    private IndexCases() {}

    static List<GradientCase> all() {
        List<GradientCase> cases = new ArrayList<>();
        gather(cases);
        elements(cases);
        scatter(cases);
        largest(cases);
        return cases;
    }

    private static void gather(List<GradientCase> cases) {
        cases.add(one("Gather", UNIFORM, shape(4, 3), x -> Indexing.gather(x, 0, Tensor.longs(2, 0))));
        cases.add(one("Gather", UNIFORM, shape(4, 3), x -> Indexing.gather(x, 0, Tensor.longs(1, 1, 3, 1)))
                .noted("with repeated indices"));
        cases.add(one(
                        "Gather",
                        UNIFORM,
                        shape(2, 3, 2),
                        x -> Indexing.gather(x, 1, Tensor.longs(shape(2, 2), 2, 0, 0, 1)))
                .noted("with a matrix of indices"));
        cases.add(one("Gather", UNIFORM, shape(2, 3), x -> Indexing.gather(x, -1, Tensor.longs(shape(), 1)))
                .noted("with a scalar index"));
        cases.add(one(
                        "Gather",
                        UNIFORM,
                        shape(2, 3),
                        x -> Ops.node(
                                "Gather",
                                x.type().withShape(shape(2, 2)),
                                Attributes.NONE.with("axis", 1L),
                                x,
                                Ops.longs(-1, -3)))
                .noted("with negative indices"));
        // Past the size of a small one-hot matrix: taken back by indices.
        cases.add(one("Gather", UNIFORM, shape(2, 80), x -> Indexing.gather(x, 1, Tensor.longs(strided(70, 80))))
                .noted("some places left out"));
        cases.add(one("Gather", UNIFORM, shape(2, 80), x -> {
                    long[] indices = strided(80, 80);
                    indices[3] = indices[5];
                    return Indexing.gather(x, 1, Tensor.longs(indices));
                })
                .noted("one place taken twice"));
        // Past the limit of the one-hot matrix: 4 rows at 2^20 + 1 places, summed again.
        long places = (1 << 20) + 1;
        cases.add(one("Gather", UNIFORM, shape(2, 4), x -> {
                    long[] indices = new long[(int) places];
                    for (int i = 0; i < places; i++) {
                        indices[i] = i % 3;
                    }
                    Value taken = Indexing.gather(x, 1, Tensor.longs(indices));
                    return Ops.mul(Ops.reduceSum(taken, true, 1), 0x1p-19);
                })
                .noted("by scattering"));
        cases.add(one("Gather", UNIFORM, shape(4, 3), x -> takenAt(x, 0, computed(x, shape(3), 1, -1, 1)))
                .noted("at computed indices"));
        cases.add(one("Gather", UNIFORM, shape(2, 3, 2), x -> takenAt(x, 1, computed(x, shape(2, 2), 1, -1, 0, 1)))
                .noted("at a matrix of computed indices"));
    }

    /** Places 0, 7, 14 ... modulo the extent. */
    private static long[] strided(int count, int extent) {
        return IntStream.range(0, count).mapToLong(i -> i * 7L % extent).toArray();
    }

    /** Indices that depend on an operand without being differentiable by it: its shape keeps them from being constant. */
    private static Value computed(Value x, Shape shape, long... indices) {
        TensorType rank = TensorType.of(DataType.INT64, x.shape().rank());
        Value extents = Ops.node("Shape", rank, Attributes.NONE, x);
        Value zero = Ops.sub(extents, extents);
        Value none = Ops.reshape(Indexing.slice(zero, 0, 0, 1), Shape.SCALAR);
        return Ops.add(Ops.constant(Tensor.longs(shape, indices)), none);
    }

    private static Value takenAt(Value x, int axis, Value indices) {
        Shape taken = x.shape().replaced(axis, axis + 1, indices.shape());
        return Ops.node("Gather", x.type().withShape(taken), Attributes.NONE.with("axis", (long) axis), x, indices);
    }

    private static void elements(List<GradientCase> cases) {
        cases.add(one("GatherElements", UNIFORM, shape(2, 3), x -> elements(x, 1, constant(2, 2, 2, -1, 1, 1))));
        cases.add(one("GatherElements", UNIFORM, shape(3, 4), x -> elements(x, 0, constant(2, 3, 2, 0, 1, 2, 0, -3)))
                .noted("of a part"));
        cases.add(one(
                        "GatherElements",
                        UNIFORM,
                        shape(2, 3, 2),
                        x -> elements(x, -2, computed(x, shape(2, 1, 2), 0, 1, -1, 1)))
                .noted("at computed indices"));
        cases.add(one("GatherElements", UNIFORM, shape(4), x -> elements(x, 0, constant(3, 1, 3))));
    }

    private static Value constant(long first, long... rest) {
        boolean vector = rest.length == 2;
        if (vector) {
            return Ops.longs(first, rest[0], rest[1]);
        }
        long[] values = java.util.Arrays.copyOfRange(rest, 1, rest.length);
        return Ops.constant(Tensor.longs(shape(first, rest[0]), values));
    }

    private static Value elements(Value x, long axis, Value indices) {
        TensorType type = x.type().withShape(indices.shape());
        return Ops.node("GatherElements", type, Attributes.NONE.with("axis", axis), x, indices);
    }

    private static void scatter(List<GradientCase> cases) {
        for (String reduction : List.of("none", "add", "mul", "max", "min")) {
            boolean once = reduction.equals("none");
            long[] at = once ? new long[] {1, 0, -1, 1} : new long[] {1, 0, 1, 0};
            cases.add(scatter(reduction, shape(2, 3), 1, Ops.constant(Tensor.longs(shape(2, 2), at)))
                    .noted(reduction));
            cases.add(scatter(reduction, shape(3, 2), 0, Ops.constant(Tensor.longs(shape(2, 1), 2, once ? -3 : 2)))
                    .noted(reduction + ", of a part"));
            cases.add(many(
                            "ScatterElements",
                            x -> Indexing.scatterElements(
                                    reduction, x.get(0), computed(x.get(0), shape(2, 1, 2), 0, 1, -1, 1), x.get(1), -2),
                            shape(2, 3, 2),
                            shape(2, 1, 2))
                    .noted(reduction + ", at computed indices"));
        }
        // A place that is multiplied by zero once, and one by two of them.
        cases.add(one("ScatterElements", UNIFORM, shape(3), x -> {
                    Value factors = Ops.concat(
                            0, Indexing.slice(x, 0, 0, 1), zeros(x, 1), Indexing.slice(x, 0, 2, 3), zeros(x, 2));
                    return Indexing.scatterElements("mul", x, Ops.longs(0, 0, 1, 2, 2), factors, 0);
                })
                .noted("mul, by zeros"));
        cases.add(one(
                        "ScatterElements",
                        UNIFORM,
                        shape(3),
                        x -> Indexing.scatterElements(
                                "mul",
                                x,
                                Ops.longs(0, 1, 1),
                                Ops.mul(x, Ops.constant(Tensor.doubles(shape(3), 0, 0, 1))),
                                0))
                .noted("mul, by zeros that change"));
    }

    private static Value zeros(Value x, long count) {
        return Ops.filled(x.type().withShape(shape(count)), 0);
    }

    private static GradientCase scatter(String reduction, Shape data, int axis, Value indices) {
        GradientCase check = many(
                "ScatterElements",
                x -> Indexing.scatterElements(reduction, x.get(0), indices, x.get(1), axis),
                data,
                indices.shape());
        return new GradientCase(
                check.operator(), "", check.type(), APART, check.shapes(), check.build(), check.batchOnly());
    }

    private static void largest(List<GradientCase> cases) {
        cases.add(one("TopK", APART, shape(2, 5), x -> largest(x, -1, 3, Attributes.NONE)));
        cases.add(one("TopK", APART, shape(4, 2), x -> largest(x, 0, 2, Attributes.NONE.with("largest", 0L)))
                .noted("smallest, axis 0"));
        cases.add(one("TopK", APART, shape(2, 4, 2), x -> largest(x, 1, 3, Attributes.NONE.with("sorted", 0L)))
                .noted("in any order"));
        cases.add(one("TopK", APART, shape(3), x -> largest(x, 0, 3, Attributes.NONE))
                .noted("of all"));
    }

    private static Value largest(Value x, int axis, long k, Attributes attributes) {
        Shape shape = x.shape().with(axis, k);
        return new Node(
                        "",
                        "TopK",
                        null,
                        List.of(x, Ops.longs(k)),
                        attributes.with("axis", (long) axis),
                        List.of(x.type().withShape(shape), new TensorType(DataType.INT64, shape)),
                        null)
                .output();
    }
}
