package vintk.onnx;

/**
 * A mean over a sliding window along one axis of images [M, C, ...spatial]. Means over windows of several axes are means
 * of means: also the number of elements that count is a product of those of the axes.
 *
 * @param extent of the axis
 * @param begin padding before the axis
 * @param end padding after it
 * @param places how often the window is placed; the last one may reach past the padding
 * @param count what the sum is divided by
 */
public record WindowMean(
        long extent, long kernel, long stride, long dilation, long begin, long end, long places, Count count) {
    /** What a sum over a window is divided by. */
    public enum Count {
        /** The elements that lie in the image. */
        INSIDE,
        /** Those that lie in the image or in its padding. */
        PADDED,
        /** Nothing: sums, not means. */
        ONE
    }

    /** Whether windows lie side by side and cover the axis. */
    public boolean tiles() {
        return kernel == stride && dilation == 1 && begin == 0 && places * kernel == extent && count != Count.ONE;
    }

    /** The matrix of the mean, a row each place: see {@link AxisMap}. */
    public double[][] matrix() {
        double[][] matrix = new double[Math.toIntExact(places)][Math.toIntExact(extent)];
        for (int i = 0; i < places; i++) {
            long first = i * stride - begin;
            long from = before(0, first);
            long to = before(extent, first);
            for (long k = from; k < to; k++) {
                matrix[i][Math.toIntExact(first + k * dilation)] = 1;
            }
            long inside = to - from;
            long padded = before(extent + end, first);
            double divisor =
                    switch (count) {
                        case INSIDE -> Math.max(inside, 1);
                        case PADDED -> Math.max(padded, 1);
                        case ONE -> 1;
                    };
            for (int j = 0; j < extent; j++) {
                matrix[i][j] /= divisor;
            }
        }
        return matrix;
    }

    /** How many of a window's elements lie before a limit. Counted, not gone through: a file may say a kernel of 2^40. */
    private long before(long limit, long first) {
        return limit <= first ? 0 : Math.min(kernel, (limit - first - 1) / dilation + 1);
    }

    /** The matrix of the transposed map, a row each element. */
    public double[][] transposed() {
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
