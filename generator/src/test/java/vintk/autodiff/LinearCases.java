package vintk.autodiff;

import static vintk.autodiff.GradientCase.many;
import static vintk.autodiff.GradientCase.one;
import static vintk.autodiff.GradientCase.shape;
import static vintk.autodiff.GradientCase.two;
import static vintk.autodiff.Sampling.APART;
import static vintk.autodiff.Sampling.UNIFORM;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Gradient checks of products, convolutions and pooling. */
final class LinearCases {
    /** Pairs of operands: matrices, batches on one side, the other and both, extents of 1 everywhere. */
    private static final List<List<Shape>> PRODUCTS = List.of(
            List.of(shape(2, 3), shape(3, 4)),
            List.of(shape(1, 3), shape(3, 1)),
            List.of(shape(3, 1), shape(1, 2)),
            List.of(shape(1, 1), shape(1, 1)),
            List.of(shape(2, 4, 3), shape(3, 2)),
            List.of(shape(4, 3), shape(2, 3, 2)),
            List.of(shape(2, 1), shape(3, 1, 4)),
            List.of(shape(3, 2, 1), shape(1, 4)),
            List.of(shape(2, 2, 3), shape(2, 3, 4)),
            List.of(shape(1, 2, 3), shape(4, 3, 2)),
            List.of(shape(4, 2, 3), shape(1, 3, 2)),
            List.of(shape(2, 1, 2, 3), shape(3, 3, 2)),
            List.of(shape(2, 3, 1, 1), shape(3, 1, 2)),
            List.of(shape(1, 3), shape(2, 2, 3, 1)));

    private static final List<String> SINGLE_EQUATIONS = List.of("ij->ji", "ij->i", "ij->", "ij->ij");

    private LinearCases() {}

    static List<GradientCase> all() {
        List<GradientCase> cases = new ArrayList<>();
        for (List<Shape> pair : PRODUCTS) {
            cases.add(two("MatMul", UNIFORM, pair.get(0), pair.get(1), Ops::matMul));
        }
        cases.add(one("MatMul", UNIFORM, shape(3, 3), x -> Ops.matMul(x, x)).noted("a matrix with itself"));
        cases.add(one("MatMul", UNIFORM, shape(3, 2), x -> Ops.matMul(x, Ops.transposeLast(x)))
                .noted("a matrix with its transpose"));
        cases.add(two("MatMul", UNIFORM, shape(2, 3, 2), shape(4, 2), (a, b) -> Ops.matMul(a, Ops.transposeLast(b)))
                .noted("by a transposed matrix"));
        cases.add(two("MatMul", UNIFORM, shape(2, 3, 2), shape(2, 2, 2), (a, b) -> Ops.matMul(a, Ops.reshape(b, 2, 4)))
                .noted("by a reshaped matrix"));
        einsum(cases);
        convolution(cases);
        pooling(cases);
        return cases;
    }

    private static void einsum(List<GradientCase> cases) {
        for (String equation : SINGLE_EQUATIONS) {
            String result = equation.substring(4);
            cases.add(einsum(equation, shape(extents(result)), shape(2, 3)));
        }
        cases.add(einsum("ij,jk->ik", shape(2, 4), shape(2, 3), shape(3, 4)));
        cases.add(einsum("ij,jk", shape(2, 4), shape(2, 3), shape(3, 4)).noted("result implied"));
        cases.add(einsum("bhqd,bhkd->bhqk", shape(2, 2, 3, 1), shape(2, 2, 3, 4), shape(2, 2, 1, 4)));
        cases.add(einsum("bij, kj -> kbi", shape(2, 3, 2), shape(3, 2, 3), shape(2, 3)));
        cases.add(einsum("i,j->ij", shape(3, 2), shape(3), shape(2)));
        cases.add(einsum("ij,ij->", shape(), shape(2, 3), shape(2, 3)));
        cases.add(einsum("ij,k->i", shape(2), shape(2, 3), shape(2)).noted("with letters of one operand only"));
        cases.add(einsum("i,ij,j->", shape(), shape(2), shape(2, 3), shape(3)));
    }

    private static long[] extents(String letters) {
        return letters.chars().mapToLong(c -> c == 'i' ? 2 : 3).toArray();
    }

    private static GradientCase einsum(String equation, Shape result, Shape... operands) {
        return many("Einsum", x -> einsum(equation, result, x.toArray(new Value[0])), operands)
                .noted(equation);
    }

    static Value einsum(String equation, Shape result, Value... operands) {
        TensorType type = new TensorType(operands[0].dataType(), result);
        return Ops.node("Einsum", type, Attributes.NONE.with("equation", equation), operands);
    }

    // ---- images

    /** The geometry of a convolution or pooling, one number for all spatial axes unless said otherwise. */
    record Geometry(long stride, long dilation, long begin, long end, long group) {
        static final Geometry PLAIN = new Geometry(1, 1, 0, 0, 1);

        Geometry stride(long other) {
            return new Geometry(other, dilation, begin, end, group);
        }

        Geometry dilation(long other) {
            return new Geometry(stride, other, begin, end, group);
        }

        Geometry pads(long first, long last) {
            return new Geometry(stride, dilation, first, last, group);
        }

        Geometry group(long other) {
            return new Geometry(stride, dilation, begin, end, other);
        }

        private Attributes attributes(int rank, long... kernel) {
            long[] strides = new long[rank];
            long[] dilations = new long[rank];
            long[] pads = new long[2 * rank];
            java.util.Arrays.fill(strides, stride);
            java.util.Arrays.fill(dilations, dilation);
            java.util.Arrays.fill(pads, 0, rank, begin);
            java.util.Arrays.fill(pads, rank, 2 * rank, end);
            return Attributes.NONE
                    .with("strides", strides)
                    .with("dilations", dilations)
                    .with("pads", pads)
                    .with("kernel_shape", kernel);
        }

        private Shape places(Shape x, long channels, long... kernel) {
            long[] dims = x.dims();
            dims[1] = channels;
            for (int i = 0; i < kernel.length; i++) {
                dims[2 + i] = (dims[2 + i] + begin + end - dilation * (kernel[i] - 1) - 1) / stride + 1;
            }
            return Shape.of(dims);
        }

        Value convolution(Value... operands) {
            Shape x = operands[0].shape();
            Shape w = operands[1].shape();
            long[] kernel = w.slice(2, w.rank()).dims();
            Attributes attributes = attributes(kernel.length, kernel).with("group", group);
            return Ops.node("Conv", operands[0].type().withShape(places(x, w.dim(0), kernel)), attributes, operands);
        }

        Value maxPool(Value x, long... kernel) {
            TensorType type = x.type().withShape(places(x.shape(), x.shape().dim(1), kernel));
            return new Node("", "MaxPool", null, List.of(x), attributes(kernel.length, kernel), List.of(type), null)
                    .output();
        }
    }

    private static void convolution(List<GradientCase> cases) {
        Geometry plain = Geometry.PLAIN;
        cases.add(conv(plain, shape(2, 2, 5), shape(3, 2, 2), shape(3)).noted("1-D"));
        cases.add(
                conv(plain.stride(2).pads(2, 1), shape(2, 2, 6), shape(2, 2, 3)).noted("1-D, stride 2, padding"));
        cases.add(conv(plain.stride(3), shape(1, 1, 9), shape(2, 1, 2)).noted("1-D, stride past the kernel"));
        cases.add(conv(plain, shape(2, 2, 4, 3), shape(3, 2, 2, 2), shape(3)));
        cases.add(conv(plain, shape(2, 2, 3, 3), shape(3, 2, 1, 1), shape(3)).noted("of one pixel"));
        cases.add(conv(plain.stride(2), shape(2, 1, 4, 6), shape(3, 1, 2, 2)).noted("patches"));
        cases.add(conv(plain.stride(2), shape(1, 2, 5, 5), shape(2, 2, 2, 2)).noted("patches with a rest"));
        cases.add(conv(plain.stride(2).pads(1, 1), shape(1, 2, 4, 5), shape(2, 2, 3, 3), shape(2))
                .noted("stride 2"));
        cases.add(conv(plain.dilation(2).pads(1, 2), shape(1, 2, 5, 6), shape(2, 2, 2, 3))
                .noted("dilated"));
        cases.add(conv(plain.dilation(2).stride(2), shape(1, 1, 8, 7), shape(1, 1, 3, 2))
                .noted("dilated, stride 2"));
        cases.add(conv(plain.group(2).pads(1, 1), shape(2, 4, 3, 3), shape(6, 2, 2, 2), shape(6))
                .noted("two groups"));
        cases.add(conv(plain.group(3).pads(1, 1), shape(1, 3, 4, 4), shape(3, 1, 3, 3), shape(3))
                .noted("depthwise"));
        cases.add(conv(plain.pads(2, 2), shape(1, 1, 2, 2), shape(1, 1, 5, 5)).noted("kernel larger than the image"));
        cases.add(conv(plain.stride(2).pads(0, 1), shape(1, 2, 3, 3, 4), shape(2, 2, 2, 2, 2), shape(2))
                .noted("3-D"));
    }

    private static GradientCase conv(Geometry geometry, Shape... operands) {
        return many("Conv", x -> geometry.convolution(x.toArray(new Value[0])), operands)
                .inFloat();
    }

    private static void pooling(List<GradientCase> cases) {
        Geometry plain = Geometry.PLAIN;
        cases.add(pool(plain, shape(2, 2, 5), 2).noted("1-D, overlapping"));
        cases.add(pool(plain.stride(2), shape(2, 2, 4, 4), 2, 2).noted("side by side"));
        cases.add(pool(plain.stride(2).pads(1, 1), shape(1, 2, 5, 4), 3, 3).noted("overlapping, padded"));
        cases.add(pool(plain.dilation(2), shape(1, 1, 5, 5), 2, 2).noted("dilated"));
        cases.add(pool(plain.stride(2), shape(1, 1, 4, 3, 4), 2, 2, 2).noted("3-D"));
        cases.add(pool(plain.stride(2), shape(1, 2, 4, 4), 2, 2).inFloat().noted("in float"));
        cases.add(one(
                        "MaxPool",
                        APART,
                        shape(1, 2, 3, 4),
                        x -> Ops.node(
                                "MaxPool",
                                x.type().withShape(shape(1, 2, 2, 2)),
                                Attributes.NONE
                                        .with("kernel_shape", new long[] {2, 3})
                                        .with("strides", new long[] {1, 1})
                                        .with("storage_order", 1L),
                                x))
                .noted("with indices counted by columns"));
    }

    private static GradientCase pool(Geometry geometry, Shape shape, long... kernel) {
        return one("MaxPool", APART, shape, x -> geometry.maxPool(x, kernel));
    }
}
