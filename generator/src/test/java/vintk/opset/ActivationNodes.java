package vintk.opset;

import static vintk.autodiff.Sampling.APART;
import static vintk.autodiff.Sampling.WIDE;
import static vintk.opset.OneNode.of;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Activations, the experimental operators of early exporters, and constants. */
final class ActivationNodes {
    private ActivationNodes() {}

    static List<OneNode> all() {
        List<OneNode> nodes = new ArrayList<>();
        nodes.add(of("Mish", 18).x(3, 5).sampled(WIDE));
        nodes.add(of("Mish", 22).x().sampled(APART));
        nodes.add(of("Swish", 24).x(3, 5).sampled(WIDE));
        nodes.add(of("Swish", 24).x(5).with("alpha", -0.6f).noted("other slope"));
        nodes.add(of("CastLike", 15).x(2, 3).number(1));
        nodes.add(of("CastLike", 19).x(2, 3).longs(1).noted("to integers").sampled(WIDE));
        nodes.add(of("Affine", 7).x(2, 3).with("alpha", 2f).with("beta", -0.5f));
        nodes.add(of("ScaledTanh", 7).x(2, 3).with("alpha", 2f).with("beta", -0.5f));
        nodes.add(of("ParametricSoftplus", 7).x(2, 3).with("alpha", 2f).with("beta", 0.5f));
        nodes.add(of("Scale", 7).x(2, 3).with("scale", 3f));
        nodes.add(of("Scale", 7).x(2, 3).noted("by default"));
        nodes.add(of("ImageScaler", 7).x(2, 3, 2, 2).with("scale", 0.5f).with("bias", new float[] {1, -2, 3}));
        hardmax(nodes);
        constants(nodes);
        return nodes;
    }

    private static void hardmax(List<OneNode> nodes) {
        nodes.add(of("Hardmax", 11).x(2, 3, 4).flat().noted("axes from 1 on together"));
        nodes.add(of("Hardmax", 9).x(2, 3, 4).with("axis", 0).flat().noted("everything together"));
        nodes.add(of("Hardmax", 11).x(2, 3, 4).with("axis", -1).flat().noted("last axis"));
        nodes.add(of("Hardmax", 13).x(2, 3, 4).flat().noted("last axis by default"));
        nodes.add(of("Hardmax", 13).x(2, 3, 4).with("axis", 1).flat());
    }

    private static void constants(List<OneNode> nodes) {
        Tensor depth = Tensor.longs(Shape.SCALAR, 3);
        Tensor indices = Tensor.longs(Shape.of(2, 3), 0, -1, 5, 2, -4, -3);
        for (int axis : new int[] {-1, 0, 1, -2}) {
            nodes.add(of("OneHot", 11)
                    .constant(indices)
                    .constant(depth)
                    .x(2)
                    .with("axis", axis)
                    .noted("axis " + axis));
        }
        nodes.add(of("OneHot", 9).constant(Tensor.longs(1, 0)).longs(2).x(2));
        nodes.add(of("EyeLike", 9).x(3, 4).flat());
        nodes.add(of("EyeLike", 9).x(3, 4).with("k", 1).flat().noted("above"));
        nodes.add(of("EyeLike", 22).x(4, 3).with("k", -2).flat().noted("below"));
        nodes.add(of("EyeLike", 9).x(2, 2).with("dtype", 7).flat().noted("of integers"));
        nodes.add(of("Range", 11).number(0).number(1).number(0.1f));
        nodes.add(of("Range", 11).number(2).number(-1).number(-0.7f).noted("down"));
        nodes.add(of("Range", 11)
                .constant(Tensor.longs(Shape.SCALAR, 3))
                .constant(Tensor.longs(Shape.SCALAR, 11))
                .constant(Tensor.longs(Shape.SCALAR, 4))
                .noted("of integers"));
        TensorType real = new TensorType(DataType.DOUBLE, Shape.SCALAR);
        nodes.add(of("Range", 11)
                .constant(Tensor.of(real, 0))
                .constant(Tensor.of(real, 1))
                .constant(Tensor.of(real, 0.3))
                .noted("in double"));
    }
}
