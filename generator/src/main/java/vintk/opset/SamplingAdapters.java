package vintk.opset;

import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.onnx.Window;

/** Images sampled at computed places: all of them by GridSample. */
final class SamplingAdapters {
    private SamplingAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("GridSample", SamplingAdapters::gridSample);
        adapters.single("com.microsoft.GridSample", SamplingAdapters::gridSample);
        adapters.single("AffineGrid", SamplingAdapters::affineGrid);
        adapters.single("DeformConv", SamplingAdapters::deformableConvolution);
        adapters.single("RoiAlign", site -> new RoiAlign(site).aligned());
    }

    /** The modes have other names since opset 20. */
    private static Value gridSample(Site site) {
        Attributes attributes = site.attributes();
        String mode = attributes.text("mode", "linear");
        String name =
                switch (mode) {
                    case "bilinear" -> "linear";
                    case "bicubic" -> "cubic";
                    default -> mode;
                };
        return Ops.node("GridSample", site.types().get(0), attributes.with("mode", name), site.x(0), site.x(1));
    }

    /** GridSample of places in pixels, each [B, Q, R]: linear between pixels; as corners are not aligned, pixel 0 is at 0. */
    static Value sampled(Value x, Value row, Value column, String mode, String padding) {
        Value grid = Ops.concat(
                3,
                normalised(column, x.shape().dim(3)),
                normalised(row, x.shape().dim(2)));
        Shape shape = Shape.of(
                x.shape().dim(0),
                x.shape().dim(1),
                grid.shape().dim(1),
                grid.shape().dim(2));
        Attributes attributes =
                Attributes.NONE.with("mode", mode).with("padding_mode", padding).with("align_corners", 0L);
        return Ops.node("GridSample", x.type().withShape(shape), attributes, x, grid);
    }

    /** Pixels 0 … extent-1 to (2 i + 1) / extent - 1, with a last axis of extent 1. */
    private static Value normalised(Value place, long extent) {
        Value g = Ops.add(Ops.mul(place, 2.0 / extent), 1.0 / extent - 1);
        return Ops.reshape(g, Shape.concat(g.shape(), Shape.of(1)));
    }

    // ---- AffineGrid

    /** The places (x, y, 1), or (x, y, z, 1), of all pixels through each sample's matrix. */
    private static Value affineGrid(Site site) {
        boolean aligned = site.attributes().integer("align_corners", 0) != 0;
        long[] size = site.constant(1).integers();
        Shape pixels = Shape.of(size).slice(2, size.length);
        int rank = pixels.rank();
        int count = Math.toIntExact(pixels.elements());
        double[] places = new double[(rank + 1) * count];
        for (int i = 0; i < count; i++) {
            long rest = i;
            for (int axis = rank - 1; axis >= 0; axis--) {
                // The last axis is x.
                places[(rank - 1 - axis) * count + i] = place(rest % pixels.dim(axis), pixels.dim(axis), aligned);
                rest /= pixels.dim(axis);
            }
            places[rank * count + i] = 1;
        }
        TensorType type = TensorType.of(site.x().dataType(), rank + 1, count);
        Value all = Ops.matMul(site.x(), Ops.constant(Tensor.of(type, places)));
        return Ops.reshape(Ops.transposeLast(all), site.outputShape());
    }

    private static double place(long i, long extent, boolean aligned) {
        if (aligned) {
            return extent == 1 ? -1 : 2.0 * i / (extent - 1) - 1;
        }
        return (2.0 * i + 1) / extent - 1;
    }

    // ---- DeformConv

    /**
     * Each position in the kernel samples the image at its place plus an offset; what it took is one more channel of a
     * convolution of one pixel.
     */
    private static Value deformableConvolution(Site site) {
        Value x = site.x(0);
        Value w = site.x(1);
        if (x.shape().rank() != 4) {
            throw site.unsupported("only images of two axes are handled");
        }
        Attributes attributes = site.attributes();
        Window window = Window.of(attributes, w.shape().slice(2, 4).dims());
        long groups = attributes.integer("offset_group", 1);
        long images = x.shape().dim(0);
        long channels = x.shape().dim(1);
        long positions = w.shape().dim(2) * w.shape().dim(3);
        Shape out = site.outputShape();
        long places = out.dim(2) * out.dim(3);

        Value offsets = Ops.reshape(site.x(2), images * groups, positions, 2, places);
        Value[] at = new Value[2];
        for (int axis = 0; axis < 2; axis++) {
            double[] base = new double[Math.toIntExact(positions * places)];
            for (int i = 0; i < base.length; i++) {
                long position = i / places;
                long place = i % places;
                long k = axis == 0
                        ? position / w.shape().dim(3)
                        : position % w.shape().dim(3);
                long l = axis == 0 ? place / out.dim(3) : place % out.dim(3);
                base[i] = l * window.strides()[axis] + k * window.dilations()[axis] - window.begin(axis);
            }
            Value offset = Ops.reshape(Indexing.slice(offsets, 2, axis, axis + 1), images * groups, positions, places);
            Tensor regular = Tensor.of(TensorType.of(x.dataType(), 1, positions, places), base);
            at[axis] = Ops.add(offset, Ops.constant(regular));
        }
        Value parts = Ops.reshape(
                x,
                images * groups,
                channels / groups,
                x.shape().dim(2),
                x.shape().dim(3));
        Value taken = sampled(parts, at[0], at[1], "linear", "zeros");
        if (site.optional(4) != null) {
            taken = Ops.mul(taken, Ops.reshape(site.x(4), images * groups, 1, positions, places));
        }
        Value patches = Ops.reshape(taken, images, channels * positions, out.dim(2), out.dim(3));
        Value pixel = Ops.reshape(w, w.shape().dim(0), w.shape().dim(1) * positions, 1, 1);
        List<Value> operands = site.optional(3) == null ? List.of(patches, pixel) : List.of(patches, pixel, site.x(3));
        return Ops.node(
                "Conv",
                site.types().get(0),
                Attributes.NONE.with("group", window.group()).with("kernel_shape", new long[] {1, 1}),
                operands.toArray(new Value[0]));
    }
}
