package vintk.opset;

import java.util.stream.IntStream;
import vintk.onnx.DataType;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Blocks of pixels and channels, repetition, triangles: all of Reshape, Transpose, Expand and Where. */
final class BlockAdapters {
    private BlockAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("DepthToSpace", BlockAdapters::depthToSpace);
        adapters.single("SpaceToDepth", BlockAdapters::spaceToDepth);
        adapters.single("Tile", BlockAdapters::tile);
        adapters.single("Trilu", BlockAdapters::triangle);
        adapters.single("EyeLike", BlockAdapters::eye);
    }

    /** DCR: the block is the slower part of the channels; CRD: the faster one, as in PyTorch's pixel shuffle. */
    private static Value depthToSpace(Site site) {
        Value x = site.x();
        long b = site.attributes().integer("blocksize", 1);
        long n = x.shape().dim(0);
        long c = x.shape().dim(1) / (b * b);
        long h = x.shape().dim(2);
        long w = x.shape().dim(3);
        boolean blockFirst = site.attributes().text("mode", "DCR").equals("DCR");
        Value apart = blockFirst
                ? Ops.transpose(Ops.reshape(x, n, b, b, c, h, w), 0, 3, 4, 1, 5, 2)
                : Ops.transpose(Ops.reshape(x, n, c, b, b, h, w), 0, 1, 4, 2, 5, 3);
        return Ops.reshape(apart, site.outputShape());
    }

    private static Value spaceToDepth(Site site) {
        Value x = site.x();
        long b = site.attributes().integer("blocksize", 1);
        Shape shape = x.shape();
        Value apart = Ops.reshape(x, shape.dim(0), shape.dim(1), shape.dim(2) / b, b, shape.dim(3) / b, b);
        return Ops.reshape(Ops.transpose(apart, 0, 3, 5, 1, 2, 4), site.outputShape());
    }

    /** Repeats are what the output is longer than the input. An axis of extent 1 is expanded as it is. */
    private static Value tile(Site site) {
        Shape from = site.shape();
        Shape to = site.outputShape();
        Value x = site.x();
        if (to.elements() == 0 || from.equals(to)) {
            return Ops.reshape(x, to);
        }
        Shape split = Shape.SCALAR;
        Shape repeated = Shape.SCALAR;
        for (int i = 0; i < from.rank(); i++) {
            long extent = from.dim(i);
            boolean inPlace = extent == 1 || to.dim(i) == extent;
            split = Shape.concat(split, inPlace ? Shape.of(extent) : Shape.of(1, extent));
            repeated = Shape.concat(repeated, inPlace ? Shape.of(to.dim(i)) : Shape.of(to.dim(i) / extent, extent));
        }
        return Ops.reshape(Ops.expand(Ops.reshape(x, split), repeated), to);
    }

    /** The upper or lower triangle of the last two axes, from diagonal k on; the rest is 0. */
    private static Value triangle(Site site) {
        Value x = site.x();
        long k = site.optional(1) == null ? 0 : site.constant(1).integers()[0];
        boolean upper = site.attributes().integer("upper", 1) != 0;
        int rows = (int) x.shape().dim(-2);
        int columns = (int) x.shape().dim(-1);
        double[] kept = IntStream.range(0, rows * columns)
                .mapToDouble(i -> {
                    long diagonal = i % columns - i / columns;
                    return (upper ? diagonal >= k : diagonal <= k) ? 1 : 0;
                })
                .toArray();
        Value mask = Ops.constant(Tensor.of(TensorType.of(DataType.BOOL, rows, columns), kept));
        return x.dataType() == DataType.BOOL ? Ops.and(mask, x) : Ops.selected(mask, x);
    }

    /** Only the shape of the operand counts, so the result is a constant. */
    private static Value eye(Site site) {
        TensorType type = site.types().get(0);
        int columns = (int) type.shape().dim(1);
        long k = site.attributes().integer("k", 0);
        double[] ones = IntStream.range(0, (int) type.shape().elements())
                .mapToDouble(i -> i % columns - i / columns == k ? 1 : 0)
                .toArray();
        return Ops.constant(Tensor.of(type, ones));
    }
}
