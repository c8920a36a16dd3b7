package vintk.onnx;

/**
 * A mean over a sliding window along one axis of images [M, C, ...spatial]. Means over windows of several axes are means
 * of means: also the number of elements that count is a product of those of the axes.
 *
 * @param extent of the axis
 * @param kernel elements under the window
 * @param stride from one place to the next
 * @param dilation from one of its elements to the next
 * @param begin padding before the axis
 * @param end padding after it
 * @param places how often the window is placed; the last one may reach past the padding
 * @param count what the sum is divided by
 */
public record WindowMean(
        long extent, long kernel, long stride, long dilation, long begin, long end, long places, Count count) {
    /** Elements of a matrix up to which the map is a product with it. */
    private static final long DENSE = 1 << 20;

    /** What a sum over a window is divided by. */
    public enum Count {
        /** The elements that lie in the image. */
        INSIDE,
        /** Those that lie in the image or in its padding. */
        PADDED,
        /** Nothing: sums, not means. */
        ONE
    }

    /** That of a canonical AveragePool along one of its spatial axes, from 0. */
    public static WindowMean of(Node pool, int axis) {
        Shape x = pool.input(0).shape();
        Window window = Window.of(pool.attributes());
        boolean padded = pool.attributes().integer("count_include_pad", 0) != 0;
        return new WindowMean(
                x.dim(2 + axis),
                window.kernel()[axis],
                window.strides()[axis],
                1,
                window.begin(axis),
                window.end(axis),
                pool.output().shape().dim(2 + axis),
                padded ? Count.PADDED : Count.INSIDE);
    }

    /** Whether windows lie side by side and cover the axis. */
    private boolean tiles() {
        return kernel == stride && dilation == 1 && begin == 0 && places * kernel == extent && count != Count.ONE;
    }

    /** The means along an axis: y[..., i, ...] of x[..., j, ...]. */
    public Value apply(Value x, int axis) {
        if (!isSummed()) {
            return AxisMap.apply(x, axis, matrix());
        }
        long length = (places - 1) * stride + reach();
        Value sums = slidingSum(fitted(x, axis, begin, length), axis);
        return scaled(Indexing.slice(sums, axis, 0, (places - 1) * stride + 1, stride), axis);
    }

    /** The transposed map, as the gradient is: x[..., j, ...] of y[..., i, ...]. */
    public Value applyTransposed(Value y, int axis) {
        if (tiles()) {
            return repeated(y, axis);
        }
        if (!isSummed()) {
            return AxisMap.apply(y, axis, transposed());
        }
        Value apart = zerosBetween(scaled(y, axis), axis);
        return slidingSum(fitted(apart, axis, reach() - 1 - begin, extent + reach() - 1), axis);
    }

    /** Matrices are faster for the sides of images; that of a long signal would not fit into memory. */
    private boolean isSummed() {
        return extent > DENSE / places && kernel <= (extent + begin + end) / dilation;
    }

    /** From the first element of a window to its last one. */
    private long reach() {
        return (kernel - 1) * dilation + 1;
    }

    /** Sums of {@code kernel} elements, {@code dilation} apart, from every place on; in as many steps as the kernel has binary digits. */
    private Value slidingSum(Value x, int axis) {
        long length = x.shape().dim(axis) - reach() + 1;
        Value run = x;
        Value sum = null;
        long done = 0;
        for (long width = 1; width <= kernel; width *= 2) {
            if (width > 1) {
                long rest = run.shape().dim(axis) - width / 2 * dilation;
                run = Ops.add(
                        Indexing.slice(run, axis, 0, rest),
                        Indexing.slice(run, axis, width / 2 * dilation, width / 2 * dilation + rest));
            }
            if ((kernel & width) != 0) {
                Value part = Indexing.slice(run, axis, done * dilation, done * dilation + length);
                sum = sum == null ? part : Ops.add(sum, part);
                done += width;
            }
        }
        return sum;
    }

    /** From {@code before} zeros in front of the first element on (behind it where that is negative), so many elements. */
    private static Value fitted(Value x, int axis, long before, long length) {
        long first = Math.max(0, -before);
        long last = Math.min(x.shape().dim(axis), length - before);
        Value inside = Indexing.slice(x, axis, first, last);
        return Indexing.pad(inside, axis, Math.max(0, before), length - before - last);
    }

    /** {@code stride} - 1 of them behind each element. */
    private Value zerosBetween(Value y, int axis) {
        Value row = Indexing.pad(column(y, axis), y.shape().axis(axis) + 1, 0, stride - 1);
        return Ops.reshape(row, y.shape().with(axis, places * stride));
    }

    /** Each element as often as its window is long, as its share. */
    private Value repeated(Value y, int axis) {
        Value column = column(y, axis);
        Value row = Ops.expand(column, column.shape().with(y.shape().axis(axis) + 1, kernel));
        return Ops.mul(Ops.reshape(row, y.shape().with(axis, places * kernel)), 1.0 / kernel);
    }

    /** With an axis of one element behind the given one. */
    private static Value column(Value y, int axis) {
        Shape shape = y.shape();
        int at = shape.axis(axis) + 1;
        return Ops.reshape(y, shape.replaced(at, at, Shape.of(1)));
    }

    /** Each place divided by what counts there. */
    private Value scaled(Value y, int axis) {
        double[] factors = new double[Math.toIntExact(places)];
        for (int i = 0; i < places; i++) {
            factors[i] = 1 / divisor(i);
        }
        Shape column = Shape.ones(y.shape().rank() - y.shape().axis(axis)).with(0, places);
        return Ops.mul(y, Ops.constant(Tensor.of(y.type().withShape(column), factors)));
    }

    private double divisor(int place) {
        long first = place * stride - begin;
        return switch (count) {
            case INSIDE -> Math.max(before(extent, first) - before(0, first), 1);
            case PADDED -> Math.max(before(extent + end, first), 1);
            case ONE -> 1;
        };
    }

    /** The matrix of the mean, a row each place: see {@link AxisMap}. */
    double[][] matrix() {
        double[][] matrix = new double[Math.toIntExact(places)][Math.toIntExact(extent)];
        for (int i = 0; i < places; i++) {
            long first = i * stride - begin;
            long to = before(extent, first);
            for (long k = before(0, first); k < to; k++) {
                matrix[i][Math.toIntExact(first + k * dilation)] = 1 / divisor(i);
            }
        }
        return matrix;
    }

    /** How many of a window's elements lie before a limit. Counted, not gone through: a file may say a kernel of 2^40. */
    private long before(long limit, long first) {
        return limit <= first ? 0 : Math.min(kernel, (limit - first - 1) / dilation + 1);
    }

    /** The matrix of the transposed map, a row each element. */
    private double[][] transposed() {
        double[][] matrix = matrix();
        double[][] transposed = new double[Math.toIntExact(extent)][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < extent; j++) {
                transposed[j][i] = matrix[i][j];
            }
        }
        return transposed;
    }
}
