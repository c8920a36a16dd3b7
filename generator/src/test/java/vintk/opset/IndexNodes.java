package vintk.opset;

import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.autodiff.Sampling;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Operators that take or put elements at places given by indices, constant or computed. */
final class IndexNodes {
    private static final List<String> REDUCTIONS = List.of("none", "add", "mul", "max", "min");

    private IndexNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        gathers(nodes);
        computed(nodes);
        elements(nodes);
        tuples(nodes);
        scatters(nodes);
        scatteredTuples(nodes);
        caches(nodes);
        choices(nodes);
        largest(nodes);
        return nodes;
    }

    private static Tensor longs(Shape shape, long... values) {
        return Tensor.longs(shape, values);
    }

    private static Shape shape(long... dims) {
        return Shape.of(dims);
    }

    private static void gathers(List<OneNode> nodes) {
        nodes.add(of("Gather", 11).x(3, 4).longs(2, 0).noted("negative and repeated left out"));
        nodes.add(of("Gather", 13).x(3, 4).longs(-1, 0, -1, 2).with("axis", 1).noted("negative and repeated"));
        nodes.add(of("Gather", 13).x(3, 4).longs(1, 2).with("axis", -1).noted("a run"));
        nodes.add(of("Gather", 13)
                .x(3, 4)
                .constant(Tensor.longs(Shape.SCALAR, -1))
                .noted("one, negative"));
        nodes.add(of("Gather", 13)
                .x(3, 4)
                .constant(Tensor.longs(Shape.of(2, 2), 0, 1, 2, 3))
                .with("axis", 1)
                .noted("a run as a matrix"));
        nodes.add(of("Gather", 13)
                .x(3, 4)
                .constant(Tensor.of(TensorType.of(DataType.INT32, 1, 3), 2, 1, 1))
                .noted("32-bit indices"));
    }

    private static void computed(List<OneNode> nodes) {
        nodes.add(of("Gather", 13).x(3, 4).given(Tensor.longs(2, 0, 2)).noted("computed"));
        nodes.add(of("Gather", 13)
                .x(2, 3, 2)
                .given(longs(shape(2, 2), -1, 0, 1, -3))
                .with("axis", 1)
                .noted("computed, negative"));
        nodes.add(of("Gather", 13)
                .x(3, 4)
                .given(longs(Shape.SCALAR, -1))
                .with("axis", -1)
                .noted("computed, one"));
    }

    private static void elements(List<OneNode> nodes) {
        Tensor varied = longs(shape(2, 3), 2, -1, 0, 1, 1, -3);
        nodes.add(of("GatherElements", 11).x(2, 3).constant(varied).with("axis", 1));
        nodes.add(
                of("GatherElements", 13).x(2, 3).given(varied).with("axis", -1).noted("computed"));
        nodes.add(of("GatherElements", 13)
                .x(3, 4)
                .given(longs(shape(2, 2), 2, 0, -1, 1))
                .noted("of a part"));
        nodes.add(of("GatherElements", 13)
                .x(3, 4)
                .constant(longs(shape(2, 2), 2, 0, 2, 0))
                .with("axis", 1)
                .noted("of a part, constant"));
        nodes.add(of("GatherElements", 13)
                .x(2, 4)
                .constant(longs(shape(2, 3), 3, -4, 3, 3, -4, 3))
                .with("axis", 1)
                .noted("the same for all rows"));
        nodes.add(of("GatherElements", 13)
                .x(3, 2)
                .constant(longs(shape(2, 2), 1, 1, 2, 2))
                .noted("the same run for all columns"));
        nodes.add(of("GatherElements", 13)
                .x(2, 2, 3)
                .given(longs(shape(2, 1, 3), 0, 1, 0, -1, 0, 1))
                .with("axis", 1)
                .noted("in the middle"));
        nodes.add(of("GatherElements", 13)
                .x(4)
                .constant(Tensor.of(TensorType.of(DataType.INT32, 3), 2, -1, 2))
                .noted("32-bit indices"));
    }

    private static void tuples(List<OneNode> nodes) {
        nodes.add(
                of("GatherND", 11).x(2, 3, 2).constant(longs(shape(2, 1), 1, 0)).noted("of slices"));
        nodes.add(of("GatherND", 12).x(2, 3, 2).constant(longs(shape(3, 2), 1, -1, 0, 0, -2, 1)));
        nodes.add(of("GatherND", 13).x(2, 3).constant(longs(shape(2), 1, 2)).noted("one element"));
        nodes.add(of("GatherND", 13)
                .x(2, 3, 2)
                .given(longs(shape(1, 3, 2), 1, -1, 0, 0, -2, 1))
                .noted("computed"));
        nodes.add(of("GatherND", 13).x(3, 2).given(longs(shape(2, 1), -1, 0)).noted("computed, of slices"));
        // x[:, i], x[:, :, i] and x[:, i, :, j] as exporters write them.
        nodes.add(of("GatherND", 13)
                .x(2, 3, 2)
                .constant(longs(shape(2, 2, 2), 0, 2, 0, 1, 1, 2, 1, 1))
                .noted("counting through the first axis"));
        nodes.add(of("GatherND", 13)
                .x(2, 3)
                .constant(longs(shape(2, 2, 2), 0, 2, 1, 2, 0, 1, 1, 1))
                .noted("counting through the first axis behind"));
        nodes.add(of("GatherND", 13)
                .x(2, 3)
                .constant(longs(shape(2, 3, 2), 0, 0, 0, 1, 0, 2, 1, 0, 1, 1, 1, 2))
                .noted("counting through all"));
        nodes.add(of("GatherND", 13)
                .x(2, 2, 2)
                .constant(longs(shape(2, 2, 3), 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1))
                .noted("counting through the first of three"));
        nodes.add(of("GatherND", 13)
                .x(2, 2)
                .constant(longs(shape(2, 2), 0, 0, 1, 1))
                .noted("a diagonal, which does not count"));
        for (boolean constant : new boolean[] {true, false}) {
            String note = constant ? ", constant" : ", computed";
            nodes.add(with(
                            of("GatherND", 13).x(2, 3, 2, 2),
                            longs(shape(2, 3, 2), 2, 1, 0, -1, -1, 0, 1, 1, 2, 0, 2, 0),
                            constant)
                    .with("batch_dims", 1)
                    .noted("batch of 1 axis" + note));
            nodes.add(with(of("GatherND", 12).x(2, 2, 3, 2), longs(shape(2, 2, 1), 2, 0, -1, 1), constant)
                    .with("batch_dims", 2)
                    .noted("batch of 2 axes" + note));
            nodes.add(with(of("GatherND", 13).x(2, 3, 2), longs(shape(2, 2, 1), 2, 0, 2, 0), constant)
                    .with("batch_dims", 1)
                    .noted("the same for the whole batch" + note));
        }
    }

    private static OneNode with(OneNode node, Tensor indices, boolean constant) {
        return constant ? node.constant(indices) : node.given(indices);
    }

    private static void scatters(List<OneNode> nodes) {
        Tensor places = longs(shape(2, 2), 2, 0, -3, 1);
        nodes.add(of("Scatter", 9).x(3, 3).constant(places).x(2, 2));
        nodes.add(of("Scatter", 9)
                .x(3, 3)
                .constant(places)
                .x(2, 2)
                .with("axis", 1)
                .noted("axis 1"));
        nodes.add(of("ScatterElements", 11).x(3, 3).constant(places).x(2, 2).with("axis", 1));
        Tensor twice = longs(shape(2, 3), 1, 0, -1, 1, 2, 2);
        Tensor columns = longs(shape(3, 2), 1, 1, 2, 2, 3, 3);
        for (String reduction : REDUCTIONS) {
            long opset = reduction.equals("max") || reduction.equals("min") ? 18 : 16;
            Tensor at = reduction.equals("none") ? longs(shape(2, 3), 1, 0, -1, 0, 2, 1) : twice;
            for (boolean constant : new boolean[] {true, false}) {
                nodes.add(with(of("ScatterElements", opset).x(2, 3), at, constant)
                        .x(2, 3)
                        .with("axis", 1)
                        .with("reduction", reduction)
                        .sampled(Sampling.APART)
                        .noted(reduction + (constant ? ", constant" : ", computed")));
            }
            nodes.add(of("ScatterElements", 18)
                    .x(4, 2)
                    .constant(columns)
                    .x(3, 2)
                    .with("reduction", reduction)
                    .sampled(Sampling.APART)
                    .noted(reduction + ", whole rows in a run"));
            nodes.add(of("ScatterElements", 18)
                    .x(2, 4)
                    .constant(longs(shape(2, 2), 3, 0, 3, 0))
                    .x(2, 2)
                    .with("axis", -1)
                    .with("reduction", reduction)
                    .sampled(Sampling.APART)
                    .noted(reduction + ", whole columns"));
        }
        nodes.add(of("ScatterElements", 13)
                .given(Tensor.floats(shape(2, 2), 1, 2, 3, 4))
                .constant(longs(shape(2, 2), 0, 0, 1, 1))
                .x(2, 2)
                .noted("all is replaced"));
    }

    private static void scatteredTuples(List<OneNode> nodes) {
        nodes.add(of("ScatterND", 11)
                .x(4, 2)
                .constant(longs(shape(2, 1), 3, 0))
                .x(2, 2)
                .noted("slices"));
        nodes.add(of("ScatterND", 13)
                .x(2, 3)
                .constant(longs(shape(2, 2), 0, -1, 1, 0))
                .x(2)
                .noted("elements"));
        nodes.add(of("ScatterND", 13)
                .x(2, 4, 2)
                .constant(longs(shape(2, 2, 2), 0, 1, 0, 2, 1, 1, 1, 2))
                .x(2, 2, 2)
                .noted("a run, counting through the first axis"));
        nodes.add(of("ScatterND", 13)
                .given(Tensor.floats(shape(2, 3), 1, 2, 3, 4, 5, 6))
                .constant(longs(shape(2, 3, 2), 0, 0, 0, 1, 0, 2, 1, 0, 1, 1, 1, 2))
                .x(2, 3)
                .noted("counting through all"));
        for (String reduction : REDUCTIONS) {
            long opset = reduction.equals("max") || reduction.equals("min") ? 18 : 16;
            boolean once = reduction.equals("none");
            Tensor at = once ? longs(shape(2, 2), 0, 2, -1, 1) : longs(shape(3, 2), 0, 2, -1, 1, 0, -1);
            for (boolean constant : new boolean[] {true, false}) {
                nodes.add(with(of("ScatterND", opset).x(2, 3, 2), at, constant)
                        .x(once ? 2 : 3, 2)
                        .with("reduction", reduction)
                        .sampled(Sampling.APART)
                        .noted(reduction + (constant ? ", constant" : ", computed")));
            }
            nodes.add(of("ScatterND", 18)
                    .x(2, 4)
                    .constant(longs(shape(2, 2, 2), 0, 3, 0, 0, 1, 3, 1, 0))
                    .x(2, 2)
                    .with("reduction", reduction)
                    .sampled(Sampling.APART)
                    .noted(reduction + ", counting through the first axis"));
        }
    }

    private static void caches(List<OneNode> nodes) {
        nodes.add(of("TensorScatter", 24).x(2, 5, 3).x(2, 2, 3).noted("from the start"));
        nodes.add(of("TensorScatter", 24).x(2, 5, 3).x(2, 2, 3).longs(2, 2).noted("from one place"));
        for (boolean constant : new boolean[] {true, false}) {
            String note = constant ? ", constant" : ", computed";
            nodes.add(with(of("TensorScatter", 24).x(2, 2, 5, 3).x(2, 2, 2, 3), Tensor.longs(3, 1), constant)
                    .noted("from places" + note));
            nodes.add(with(of("TensorScatter", 24).x(2, 5, 3).x(2, 4, 3), Tensor.longs(3, 1), constant)
                    .with("mode", "circular")
                    .noted("circular" + note));
            nodes.add(with(of("TensorScatter", 24).x(2, 5).x(2, 2), Tensor.longs(3, 1), constant)
                    .with("axis", 1)
                    .noted("axis 1" + note));
        }
    }

    private static void choices(List<OneNode> nodes) {
        Tensor condition = Tensor.of(TensorType.of(DataType.BOOL, 3), 1, 0, 1);
        nodes.add(of("Compress", 9).x(3, 2).constant(condition).with("axis", 0));
        nodes.add(
                of("Compress", 11).x(2, 4).constant(condition).with("axis", -1).noted("a short condition"));
        nodes.add(of("Compress", 11).x(2, 2).constant(condition).noted("of elements"));
        nodes.add(of("ReverseSequence", 10).x(4, 3).longs(2, 4, 1));
        nodes.add(of("ReverseSequence", 10)
                .x(2, 4, 2)
                .longs(3, 1)
                .with("batch_axis", 0)
                .with("time_axis", 1)
                .noted("batch in front"));
        nodes.add(of("ReverseSequence", 10)
                .x(2, 4)
                .longs(3, 3)
                .with("batch_axis", 0)
                .with("time_axis", 1)
                .noted("of one length"));
        Tensor depth = longs(Shape.SCALAR, 3);
        for (boolean constant : new boolean[] {true, false}) {
            String note = constant ? "constant" : "computed";
            nodes.add(with(of("OneHot", 9), Tensor.longs(0, -1, 2, 7), constant)
                    .constant(depth)
                    .x(2)
                    .noted(note));
            nodes.add(with(of("OneHot", 11), longs(shape(2, 2), 1, 0, -3, -4), constant)
                    .constant(depth)
                    .x(2)
                    .with("axis", 1)
                    .noted(note + ", axis 1"));
        }
        nodes.add(of("OneHot", 11)
                .given(Tensor.floats(shape(2), 2, 0))
                .constant(Tensor.floats(Shape.SCALAR, 3))
                .x(2)
                .with("axis", 0)
                .noted("of numbers"));
    }

    private static void largest(List<OneNode> nodes) {
        nodes.add(of("TopK", 1).x(2, 5).with("k", 3).outputs(2).sampled(Sampling.APART));
        nodes.add(of("TopK", 1)
                .x(4, 2)
                .with("k", 2)
                .with("axis", 0)
                .outputs(2)
                .sampled(Sampling.APART)
                .noted("axis 0"));
        nodes.add(of("TopK", 10).x(2, 5).longs(2).outputs(2).sampled(Sampling.APART));
        nodes.add(of("TopK", 11).x(2, 5).longs(2).with("largest", 0).outputs(2).sampled(Sampling.APART));
        nodes.add(of("TopK", 11)
                .x(2, 4, 2)
                .longs(3)
                .with("axis", 1)
                .with("sorted", 0)
                .outputs(2)
                .sampled(Sampling.APART)
                .noted("in any order"));
        nodes.add(
                of("TopK", 24).x(4).longs(4).outputs(2).sampled(Sampling.APART).noted("of all"));
    }
}
