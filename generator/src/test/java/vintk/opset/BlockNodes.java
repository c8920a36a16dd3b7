package vintk.opset;

import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Blocks of pixels, repetition and triangles, in their old and new forms. */
final class BlockNodes {
    private BlockNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>(List.of(
                of("DepthToSpace", 1).x(2, 8, 2, 3).with("blocksize", 2),
                of("DepthToSpace", 11).x(1, 18, 1, 2).with("blocksize", 3).with("mode", "DCR"),
                of("DepthToSpace", 13).x(2, 8, 2, 3).with("blocksize", 2).with("mode", "CRD"),
                of("SpaceToDepth", 1).x(2, 2, 4, 6).with("blocksize", 2),
                of("SpaceToDepth", 13).x(1, 1, 3, 6).with("blocksize", 3),
                of("Tile", 6).x(2, 3).longs(1, 2),
                of("Tile", 13).x(2, 1, 3).longs(2, 4, 3),
                of("Tile", 13).x(3).longs(1).noted("once"),
                of("Tile", 13).x(3).longs(4),
                of("Tile", 13)
                        .given(Tensor.longs(Shape.of(2, 1), 5, 6))
                        .longs(2, 2)
                        .noted("of integers")));
        triangles(nodes);
        eyes(nodes);
        return nodes;
    }

    private static void triangles(List<OneNode> nodes) {
        nodes.add(of("Trilu", 14).x(3, 4));
        nodes.add(of("Trilu", 14).x(2, 4, 3).with("upper", 0).noted("lower"));
        for (long k : new long[] {-5, -1, 1, 2, 7}) {
            Tensor diagonal = Tensor.longs(Shape.SCALAR, k);
            nodes.add(of("Trilu", 14).x(3, 4).constant(diagonal).noted("k " + k));
            nodes.add(
                    of("Trilu", 14).x(3, 4).constant(diagonal).with("upper", 0).noted("lower, k " + k));
        }
        nodes.add(
                of("Trilu", 14).given(Tensor.longs(Shape.of(2, 2), 1, 2, 3, 4)).noted("of integers"));
        nodes.add(of("Trilu", 14)
                .given(Tensor.of(TensorType.of(DataType.BOOL, 2, 2), 1, 1, 1, 1))
                .noted("of truth"));
    }

    private static void eyes(List<OneNode> nodes) {
        Tensor like = Tensor.floats(Shape.of(3, 4), new float[12]);
        nodes.add(of("EyeLike", 9).given(like));
        nodes.add(of("EyeLike", 9).given(like).with("k", 1).noted("k 1"));
        nodes.add(of("EyeLike", 9).given(like).with("k", -2).noted("k -2"));
        nodes.add(of("EyeLike", 9)
                .given(like)
                .with("dtype", DataType.DOUBLE.code())
                .noted("in double"));
        nodes.add(of("EyeLike", 9)
                .given(like)
                .with("dtype", DataType.INT64.code())
                .noted("of integers"));
    }
}
