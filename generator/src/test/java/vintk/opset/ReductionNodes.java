package vintk.opset;

import static vintk.autodiff.Sampling.APART;
import static vintk.autodiff.Sampling.POSITIVE;
import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.autodiff.Sampling;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Reductions other than sums, and cumulative sums and products. */
final class ReductionNodes {
    private ReductionNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        for (String operator : List.of("ReduceMax", "ReduceMin", "ReduceProd", "ReduceLogSumExp")) {
            nodes.add(reduce(operator, 11).with("axes", new long[] {1}).noted("axes as an attribute"));
            nodes.add(reduce(operator, 13)
                    .with("axes", new long[] {-1, 0})
                    .with("keepdims", 0)
                    .noted("axes as an attribute, dropped"));
            nodes.add(reduce(operator, 8).noted("all"));
            nodes.add(reduce(operator, 9).with("keepdims", 0).noted("all, dropped"));
            nodes.add(reduce(operator, 18).longs(-2).noted("axes as an input"));
            nodes.add(reduce(operator, 20).longs(0, 2).with("keepdims", 0).noted("axes as an input, dropped"));
            nodes.add(reduce(operator, 18).noted("all, no input"));
            nodes.add(reduce(operator, 18).longs().with("keepdims", 0).noted("all, an empty input"));
            nodes.add(of(operator, 18).x(3, 1, 2).longs(1).with("keepdims", 0).noted("an axis of extent 1"));
            nodes.add(of(operator, 13).x(7).sampled(sampling(operator)));
            nodes.add(of(operator, 13)
                    .x(2, 1, 2, 3, 2)
                    .with("axes", new long[] {1, 3})
                    .sampled(sampling(operator)));
        }
        for (String operator : List.of(
                "ReduceMax",
                "ReduceMin",
                "ReduceProd",
                "ReduceLogSumExp",
                "ReduceL1",
                "ReduceL2",
                "ReduceLogSum",
                "ReduceSumSquare",
                "ReduceMean",
                "ReduceSum")) {
            OneNode absent =
                    of(operator, 18).x(2, 3).with("noop_with_empty_axes", 1).sampled(POSITIVE);
            nodes.add(absent.noted("of nothing, no input"));
            OneNode empty = of(operator, 18)
                    .x(2, 3)
                    .longs()
                    .with("noop_with_empty_axes", 1)
                    .sampled(POSITIVE);
            nodes.add(empty.noted("of nothing, an empty input"));
        }
        cumulative(nodes);
        return nodes;
    }

    private static Sampling sampling(String operator) {
        return operator.equals("ReduceProd") ? POSITIVE : APART;
    }

    private static OneNode reduce(String operator, long opset) {
        return of(operator, opset).x(2, 3, 4).sampled(sampling(operator));
    }

    private static void cumulative(List<OneNode> nodes) {
        Tensor number = Tensor.of(new TensorType(DataType.INT32, Shape.SCALAR), 1);
        for (String operator : List.of("CumSum", "CumProd")) {
            long opset = operator.equals("CumSum") ? 14 : 26;
            for (int flags = 0; flags < 4; flags++) {
                for (int axis : new int[] {0, 1, -1}) {
                    nodes.add(of(operator, opset)
                            .x(2, 5, 3)
                            .longs(axis)
                            .with("exclusive", flags & 1)
                            .with("reverse", flags >> 1)
                            .noted("axis " + axis + ", flags " + flags)
                            .sampled(POSITIVE));
                }
            }
            nodes.add(of(operator, opset).x(3, 2).constant(number).noted("axis of 32 bits"));
            nodes.add(of(operator, opset).x(8).longs(0).noted("a vector"));
            nodes.add(of(operator, opset).x(2, 1).longs(1).with("exclusive", 1).noted("extent 1, exclusive"));
        }
        nodes.add(
                of("CumSum", 11).x(2, 3).constant(Tensor.longs(Shape.SCALAR, 1)).noted("of opset 11"));
        nodes.add(of("CumSum", 14).x(521).longs(0).with("reverse", 1).noted("by shifts"));
    }
}
