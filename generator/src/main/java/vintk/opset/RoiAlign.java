package vintk.opset;

import java.util.ArrayList;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * RoiAlign: the mean (or the maximum) of samples of the image in each of the regions' bins. All images are taken as one,
 * put below each other, so that a region samples its own without a copy.
 *
 * <p>The regions are differentiated, too, where they are computed.
 */
final class RoiAlign {
    private final Site site;
    private final long images;
    private final long channels;
    private final long height;
    private final long width;
    private final long outputHeight;
    private final long outputWidth;

    RoiAlign(Site site) {
        this.site = site;
        images = site.shape().dim(0);
        channels = site.shape().dim(1);
        height = site.shape().dim(2);
        width = site.shape().dim(3);
        outputHeight = site.attributes().integer("output_height", 1);
        outputWidth = site.attributes().integer("output_width", 1);
    }

    /** Where samples are taken along one axis of all regions, [R, samples], and whether they count (1) or not (0). */
    private record Places(Value at, Value counts) {}

    Value aligned() {
        Value regions = site.x(1);
        Value batch = site.x(2);
        long ratio = site.attributes().integer("sampling_ratio", 0);
        if (ratio > 0) {
            return aligned(regions, batch, ratio, ratio);
        }
        // As many samples as the region has pixels, so each region has a number of its own.
        if (!regions.isConstant()) {
            throw site.unsupported("a number of samples that depends on computed regions (sampling_ratio 0)");
        }
        List<Value> parts = new ArrayList<>();
        for (int r = 0; r < regions.shape().dim(0); r++) {
            Value region = Indexing.slice(regions, 0, r, r + 1);
            double[] sides = {side(r, 1), side(r, 0)};
            long rows = (long) Math.ceil(sides[0] / outputHeight);
            long columns = (long) Math.ceil(sides[1] / outputWidth);
            parts.add(aligned(region, Indexing.slice(batch, 0, r, r + 1), Math.max(rows, 0), Math.max(columns, 0)));
        }
        return Ops.concat(0, parts);
    }

    /** The extent of a constant region, in float32 as ONNX Runtime computes it: it decides on a number of samples. */
    private float side(int region, int axis) {
        Tensor regions = site.constant(1);
        float scale = site.attributes().real("spatial_scale", 1);
        float end = (float) regions.number(4L * region + 2 + axis) * scale;
        float start = (float) regions.number(4L * region + axis) * scale;
        float side = (end - shift()) - (start - shift());
        return shift() == 0 ? Math.max(side, 1) : side;
    }

    /** Half a pixel since opset 16, where it is not refused; there regions may be of any size. */
    private float shift() {
        boolean half = site.opset() >= 16
                && !site.attributes()
                        .text("coordinate_transformation_mode", "half_pixel")
                        .equals("output_half_pixel");
        return half ? 0.5f : 0;
    }

    private Value aligned(Value regions, Value batch, long rows, long columns) {
        if (rows == 0 || columns == 0) {
            throw site.unsupported("a region without extent");
        }
        long count = regions.shape().dim(0);
        Places down = places(regions, 1, height, outputHeight, rows);
        Places across = places(regions, 0, width, outputWidth, columns);
        Value row = down.at();
        if (images > 1) {
            Value first = Ops.mul(Ops.cast(batch, row.dataType()), height);
            row = Ops.add(row, Ops.reshape(first, count, 1));
        }
        Value stacked = Ops.reshape(Ops.moveAxis(site.x(), 1, 0), 1, channels, images * height, width);
        long high = outputHeight * rows;
        long wide = outputWidth * columns;
        Shape whole = Shape.of(count, high, wide);
        Value y = repeated(Ops.reshape(row, count, high, 1), whole);
        Value x = repeated(Ops.reshape(across.at(), count, 1, wide), whole);
        Value counts =
                Ops.mul(Ops.reshape(down.counts(), count, high, 1), Ops.reshape(across.counts(), count, 1, wide));
        counts = Ops.reshape(counts, 1, 1, count * high, wide);
        boolean mean = site.attributes().text("mode", "avg").equals("avg");
        Value taken = mean ? SamplingAdapters.sampled(stacked, y, x, "linear", "border") : largest(stacked, y, x);
        Value samples = Ops.mul(taken, counts);
        Attributes window = Attributes.NONE
                .with("kernel_shape", new long[] {rows, columns})
                .with("strides", new long[] {rows, columns});
        Shape pooled = Shape.of(1, channels, count * outputHeight, outputWidth);
        String pool = mean ? "AveragePool" : "MaxPool";
        Value bins =
                rows * columns == 1 ? samples : Ops.node(pool, samples.type().withShape(pooled), window, samples);
        return Ops.moveAxis(Ops.reshape(bins, channels, count, outputHeight, outputWidth), 1, 0);
    }

    /** Places repeated for all of [R, high, wide], the regions below each other: [1, R·high, wide]. */
    private static Value repeated(Value places, Shape whole) {
        return Ops.reshape(Ops.expand(places, whole), 1, whole.dim(0) * whole.dim(1), whole.dim(2));
    }

    /**
     * Along one axis: a bin has {@code samples} samples at equal distances. Those more than a pixel outside do not count;
     * others outside are taken at the border.
     *
     * @param axis 0 for x, 1 for y
     */
    private Places places(Value regions, int axis, long extent, long bins, long samples) {
        DataType type = regions.dataType();
        double scale = site.attributes().real("spatial_scale", 1);
        Value start = Ops.add(Ops.mul(Indexing.slice(regions, 1, axis, axis + 1), scale), -shift());
        Value end = Ops.add(Ops.mul(Indexing.slice(regions, 1, 2 + axis, 3 + axis), scale), -shift());
        Value side = Ops.sub(end, start);
        if (shift() == 0) {
            Value one = Ops.scalar(type, 1);
            side = Ops.where(Ops.less(side, one), one, side);
        }
        int total = Math.toIntExact(bins * samples);
        double[] parts = new double[total];
        for (int i = 0; i < total; i++) {
            parts[i] = (i + 0.5) / total;
        }
        Value at = Ops.add(start, Ops.mul(side, Ops.constant(Tensor.of(TensorType.of(type, 1, total), parts))));
        Value outside = Ops.node(
                "Or",
                new TensorType(DataType.BOOL, at.shape()),
                Attributes.NONE,
                Ops.less(at, Ops.scalar(type, -1)),
                Ops.greater(at, Ops.scalar(type, extent)));
        Value inside = MathAdapters.selected(at, Ops.scalar(type, 0), Ops.scalar(type, extent - 1));
        return new Places(inside, Ops.cast(Ops.not(outside), type));
    }

    /** The largest of the four weighted neighbours of each place: what ONNX Runtime takes the maximum of. */
    private static Value largest(Value image, Value y, Value x) {
        Value[] rows = neighbours(y);
        Value[] columns = neighbours(x);
        Value largest = null;
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                Value taken = SamplingAdapters.sampled(image, rows[i], columns[j], "nearest", "border");
                Value weight = Ops.mul(rows[2 + i], columns[2 + j]);
                Shape shape = Shape.concat(Shape.of(1), weight.shape());
                Value part = Ops.mul(taken, Ops.reshape(weight, shape));
                largest = largest == null ? part : Ops.binary("Max", largest, part);
            }
        }
        return largest;
    }

    /** The pixels before and after a place, then their weights. */
    private static Value[] neighbours(Value at) {
        Value first = Ops.unary("Floor", at);
        Value rest = Ops.sub(at, first);
        return new Value[] {first, Ops.add(first, 1), Ops.sub(1, rest), rest};
    }
}
