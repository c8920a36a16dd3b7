package vintk.opset;

import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Operators that move elements, in their old and new forms. */
final class LayoutNodes {
    private LayoutNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>(List.of(
                of("Reshape", 8).x(2, 3, 4).longs(0, -1).noted("with 0 and -1"),
                of("Reshape", 14).x(6).longs(1, 2, 3),
                of("Reshape", 14).x(2, 3).longs(3, -1).with("allowzero", 1).noted("with allowzero, of numbers"),
                of("Reshape", 14)
                        .given(Tensor.of(TensorType.of(DataType.FLOAT, 0, 3)))
                        .longs(3, 0)
                        .with("allowzero", 1)
                        .noted("with allowzero, of nothing"),
                of("Expand", 13)
                        .given(Tensor.longs(Shape.of(2, 1), 3, 4))
                        .longs(2, 2)
                        .noted("of integers"),
                of("Identity", 13).given(Tensor.longs(1, 2)).noted("of integers"),
                of("Flatten", 9).x(2, 3, 4),
                of("Flatten", 13).x(2, 3, 4).with("axis", 0).noted("axis 0"),
                of("Flatten", 13).x(2, 3, 4).with("axis", -1).noted("axis -1"),
                of("Squeeze", 11).x(1, 2, 1, 3).with("axes", longs(0, 2)),
                of("Squeeze", 11).x(1, 2, 1).noted("all"),
                of("Squeeze", 13).x(1, 2, 1, 3).longs(-2),
                of("Unsqueeze", 11).x(2, 3).with("axes", longs(0, 3)),
                of("Unsqueeze", 13).x(2, 3).longs(-1, 1),
                of("Identity", 13).x(2, 3),
                of("Transpose", 13).x(2, 3, 4).noted("reversed"),
                of("Transpose", 13).x(2, 3, 4).with("perm", longs(1, 0, 2)),
                of("Expand", 13).x(3, 1).longs(2, 3, 4),
                of("Expand", 13).x(2, 3).longs(1, 1).noted("by less than there is"),
                of("Concat", 11).x(2, 3).x(2, 1).with("axis", -1),
                of("Concat", 13).x(2, 3).x(1, 3).x(2, 3).with("axis", 0),
                of("Concat", 13).x(2, 3).with("axis", 0).noted("of one"),
                of("Split", 11)
                        .x(2, 6)
                        .with("axis", 1)
                        .with("split", longs(1, 2, 3))
                        .outputs(3),
                of("Split", 11).x(6, 2).outputs(2).noted("in equal parts"),
                of("Split", 13).x(2, 6).longs(2, 4).with("axis", -1).outputs(2),
                of("Split", 18).x(7, 2).with("num_outputs", 3).outputs(3).noted("in unequal parts")));
        slices(nodes);
        pads(nodes);
        return nodes;
    }

    private static long[] longs(long... values) {
        return values;
    }

    private static void slices(List<OneNode> nodes) {
        nodes.add(of("Slice", 9)
                .x(4, 5)
                .with("starts", longs(1, 0))
                .with("ends", longs(3, Long.MAX_VALUE))
                .noted("by attributes"));
        nodes.add(of("Slice", 9)
                .x(4, 5)
                .with("starts", longs(-3))
                .with("ends", longs(-1))
                .with("axes", longs(1))
                .noted("by attributes, from the end"));
        nodes.add(of("Slice", 13).x(4, 5).longs(1, 2).longs(3, 100));
        nodes.add(of("Slice", 13)
                .x(4, 5)
                .longs(-2)
                .longs(Long.MAX_VALUE)
                .longs(-1)
                .noted("from the end"));
        nodes.add(of("Slice", 13).x(4, 7).longs(1).longs(7).longs(1).longs(3).noted("by 3"));
        nodes.add(of("Slice", 13)
                .x(4, 7)
                .longs(-1)
                .longs(Long.MIN_VALUE)
                .longs(1)
                .longs(-1)
                .noted("reversed"));
        nodes.add(of("Slice", 13)
                .x(4, 7)
                .longs(100)
                .longs(-100)
                .longs(0)
                .longs(-1)
                .noted("reversed, out of range"));
        nodes.add(of("Slice", 13).x(4, 7).longs(-2).longs(0).longs(1).longs(-2).noted("backwards by 2, to 0"));
        nodes.add(of("Slice", 13).x(4, 7).longs(5).longs(-6).longs(1).longs(-1).noted("backwards to -6"));
        nodes.add(of("Slice", 13).x(4, 7).longs(5).longs(-7).longs(1).longs(-1).noted("backwards to -extent"));
        nodes.add(
                of("Slice", 13).x(4, 7).longs(-100).longs(-3).longs(1).longs(2).noted("from before the first"));
    }

    private static void pads(List<OneNode> nodes) {
        nodes.add(of("Pad", 9)
                .x(2, 3)
                .with("pads", longs(1, 0, 0, 2))
                .with("value", 0.5f)
                .noted("by attributes"));
        nodes.add(of("Pad", 9)
                .x(2, 3)
                .with("pads", longs(1, 2, 0, 1))
                .with("mode", "edge")
                .noted("edge, by attributes"));
        nodes.add(of("Pad", 9).x(3, 4).with("pads", longs(-1, 1, 0, -2)).noted("cropping"));
        nodes.add(of("Pad", 13).x(2, 3).longs(0, 1, 1, 0));
        nodes.add(of("Pad", 13).x(2, 3).longs(0, 1, 1, -1).number(2).noted("with a value, cropping"));
        nodes.add(
                of("Pad", 13).x(3, 4).longs(2, 3, 1, 0).with("mode", "reflect").noted("reflect"));
        nodes.add(of("Pad", 13).x(3, 4).longs(3, 0, 2, 5).with("mode", "edge").noted("edge"));
        nodes.add(of("Pad", 18).x(2, 3, 4).longs(1, 2).number(0).longs(-1).noted("of some axes"));
        nodes.add(of("Pad", 19).x(3, 4).longs(2, 1, 3, 4).with("mode", "wrap").noted("wrap"));
        nodes.add(of("Pad", 19).x(3, 5).longs(-1, 2, 3, -1).with("mode", "wrap").noted("wrap, cropping"));
    }
}
