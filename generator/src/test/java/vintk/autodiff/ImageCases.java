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
import vintk.onnx.DataType;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Gradient checks of transposed convolutions, pooling, and sampling of images. */
final class ImageCases {
    private ImageCases() {}

    static List<GradientCase> all() {
        List<GradientCase> cases = new ArrayList<>();
        transposed(cases);
        averages(cases);
        unpooling(cases);
        sampling(cases);
        grouped(cases);
        return cases;
    }

    private static long[] longs(long... values) {
        return values;
    }

    // ---- convolutions in groups, with few and many channels each

    private static void grouped(List<GradientCase> cases) {
        Attributes strided = Attributes.NONE
                .with("strides", longs(2, 1))
                .with("dilations", longs(1, 2))
                .with("pads", longs(1, 0, 2, 1));
        cases.add(convolution(strided.with("group", 2L), shape(2, 4, 5, 6), shape(2, 2, 3, 2), shape(2, 2, 3, 5))
                .noted("two groups, strided one way, dilated the other"));
        cases.add(convolution(strided.with("group", 4L), shape(1, 4, 6, 5), shape(8, 1, 2, 2), shape(1, 8, 4, 4))
                .noted("depthwise, two each"));
        cases.add(convolution(
                        Attributes.NONE.with("group", 2L).with("strides", longs(3)),
                        shape(2, 4, 9),
                        shape(4, 2, 2),
                        shape(2, 4, 3))
                .noted("1-D groups, stride past the kernel"));
        cases.add(convolution(
                        Attributes.NONE.with("group", 2L).with("strides", longs(2, 1, 1)),
                        shape(1, 4, 3, 3, 2),
                        shape(2, 2, 2, 2, 2),
                        shape(1, 2, 1, 2, 1))
                .noted("3-D groups"));
        cases.add(convolution(Attributes.NONE.with("group", 2L), shape(1, 18, 3), shape(2, 9, 2), shape(1, 2, 2))
                .noted("groups of many channels"));
    }

    private static GradientCase convolution(Attributes attributes, Shape x, Shape w, Shape y) {
        return two("Conv", UNIFORM, x, w, (a, b) -> Ops.node("Conv", a.type().withShape(y), attributes, a, b))
                .inFloat();
    }

    // ---- transposed convolutions

    private static void transposed(List<GradientCase> cases) {
        Attributes plain = Attributes.NONE;
        cases.add(transposed(plain, shape(2, 2, 3), shape(2, 3, 2), 4).noted("1-D"));
        cases.add(transposed(plain, shape(2, 3, 2, 3), shape(3, 2, 2, 2), 3, 4));
        cases.add(transposed(
                        plain.with("strides", longs(2, 3)).with("pads", longs(1, 0, 0, 2)),
                        shape(1, 2, 3, 2),
                        shape(2, 2, 3, 4),
                        6,
                        5)
                .noted("strides, pads"));
        cases.add(transposed(
                        plain.with("strides", longs(2, 2)).with("output_padding", longs(1, 0)),
                        shape(1, 2, 2, 2),
                        shape(2, 1, 3, 2),
                        6,
                        4)
                .noted("output padding"));
        cases.add(transposed(
                        plain.with("strides", longs(3, 1))
                                .with("dilations", longs(2, 3))
                                .with("group", 2L),
                        shape(1, 4, 2, 3),
                        shape(4, 3, 2, 2),
                        6,
                        6)
                .noted("dilated, two groups"));
        cases.add(transposed(plain.with("group", 3L).with("strides", longs(2)), shape(2, 3, 3), shape(3, 1, 3), 7)
                .noted("depthwise"));
        cases.add(transposed(plain.with("strides", longs(2, 1, 1)), shape(1, 2, 2, 1, 2), shape(2, 2, 2, 2, 1), 4, 2, 2)
                .noted("3-D"));
    }

    private static GradientCase transposed(Attributes attributes, Shape x, Shape w, long... extents) {
        long channels = w.dim(1) * attributes.integer("group", 1);
        Shape y = Shape.concat(Shape.of(x.dim(0), channels), Shape.of(extents));
        return many(
                        "ConvTranspose",
                        v -> Ops.node(
                                "ConvTranspose", v.get(0).type().withShape(y), attributes, v.toArray(new Value[0])),
                        x,
                        w,
                        Shape.of(channels))
                .inFloat();
    }

    // ---- pooling

    private static void averages(List<GradientCase> cases) {
        Attributes pads = Attributes.NONE.with("pads", longs(1, 0, 1, 1)).with("strides", longs(2, 1));
        Attributes counted = pads.with("count_include_pad", 1L);
        cases.add(average(pads.with("kernel_shape", longs(3, 2)), shape(2, 2, 5, 4), 3, 4)
                .noted("overlapping, padded"));
        cases.add(average(counted.with("kernel_shape", longs(3, 2)), shape(2, 2, 5, 4), 3, 4)
                .noted("overlapping, padding counts"));
        cases.add(average(
                        Attributes.NONE.with("kernel_shape", longs(2, 3)).with("strides", longs(2, 3)),
                        shape(2, 2, 4, 6),
                        2,
                        2)
                .noted("side by side"));
        cases.add(average(Attributes.NONE.with("kernel_shape", longs(2)).with("strides", longs(3)), shape(2, 2, 6), 2)
                .noted("1-D, with gaps"));
        // Long signals, for which no matrix is made.
        cases.add(average(counted(7, 2, 3, 2), shape(1, 1, 2100), 1050).noted("long"));
        cases.add(average(counted(8, 1, 7, 0), shape(1, 1, 1100), 1100).noted("long, padding in front"));
        cases.add(average(counted(25, 1, 12, 12).without("count_include_pad"), shape(1, 2, 1030), 1030)
                .noted("long, elements of the signal count"));
        cases.add(average(counted(2, 5, 0, 0), shape(1, 2, 5303), 1061).noted("long, with gaps"));
        cases.add(average(counted(3, 2, 0, 0), shape(2, 1, 3000), 1499).noted("long, what is left over"));
        cases.add(average(
                        Attributes.NONE.with("kernel_shape", longs(2, 2, 1)).with("strides", longs(2, 1, 2)),
                        shape(1, 1, 4, 3, 3),
                        2,
                        2,
                        2)
                .noted("3-D"));
    }

    /** Of windows along a signal, whose padding counts. */
    private static Attributes counted(long kernel, long stride, long begin, long end) {
        return Attributes.NONE
                .with("kernel_shape", longs(kernel))
                .with("strides", longs(stride))
                .with("pads", longs(begin, end))
                .with("count_include_pad", 1L);
    }

    private static GradientCase average(Attributes attributes, Shape x, long... extents) {
        Shape y = Shape.concat(x.slice(0, 2), Shape.of(extents));
        return one(
                        "AveragePool",
                        UNIFORM,
                        x,
                        v -> Ops.node("AveragePool", v.type().withShape(y), attributes, v))
                .inFloat();
    }

    private static void unpooling(List<GradientCase> cases) {
        Attributes window = Attributes.NONE.with("kernel_shape", longs(2, 2)).with("strides", longs(2, 2));
        Value indices = Ops.constant(Tensor.longs(shape(1, 2, 2, 2), 5, 2, 8, 15, 16, 23, 24, 30));
        cases.add(one(
                        "MaxUnpool",
                        UNIFORM,
                        shape(1, 2, 2, 2),
                        x -> Ops.node("MaxUnpool", x.type().withShape(shape(1, 2, 4, 4)), window, x, indices))
                .inFloat());
        cases.add(one("MaxUnpool", APART, shape(2, 1, 4, 4), x -> {
                    TensorType small = x.type().withShape(shape(2, 1, 2, 2));
                    TensorType places = new TensorType(DataType.INT64, small.shape());
                    Node pool = new Node("", "MaxPool", null, List.of(x), window, List.of(small, places), null);
                    Value y = pool.outputs().get(0);
                    return Ops.node(
                            "MaxUnpool", x.type(), window, y, pool.outputs().get(1));
                })
                .inFloat()
                .noted("of the indices of a MaxPool"));
    }

    // ---- sampling

    private static void sampling(List<GradientCase> cases) {
        for (String mode : List.of("linear", "cubic", "nearest")) {
            for (String padding : List.of("zeros", "border", "reflection")) {
                for (long aligned = 0; aligned < 2; aligned++) {
                    String note = mode + ", " + padding + (aligned == 1 ? ", corners aligned" : "");
                    cases.add(sample(mode, padding, aligned, shape(2, 2, 3, 4), shape(2, 2, 3, 2))
                            .noted(note));
                    if (!mode.equals("cubic")) {
                        cases.add(sample(mode, padding, aligned, shape(1, 2, 2, 3, 2), shape(1, 2, 1, 3, 3))
                                .noted(note + ", 3-D"));
                    }
                }
            }
        }
    }

    /** Places between -1.8 and 1.8: also some pixels outside. */
    private static GradientCase sample(String mode, String padding, long aligned, Shape x, Shape grid) {
        Attributes attributes =
                Attributes.NONE.with("mode", mode).with("padding_mode", padding).with("align_corners", aligned);
        Shape y = Shape.concat(x.slice(0, 2), grid.slice(1, grid.rank() - 1));
        return two(
                "GridSample",
                UNIFORM,
                x,
                grid,
                (a, b) -> Ops.node("GridSample", a.type().withShape(y), attributes, a, Ops.mul(b, 1.8)));
    }
}
