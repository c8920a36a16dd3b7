package vintk.score;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/**
 * The joint neural tangent kernel Θ of N samples seen through V views: Θ_ij = ⟨J_i, J_j⟩, n × n with n = V·N, symmetric and
 * positive semidefinite. Rows are view-major: index = view·N + sample, so block (v, w) is the N × N kernel between the views
 * v and w, and the diagonal blocks are the kernels of the views alone.
 *
 * <p>Entries may be non-finite (a network can overflow); {@link #finite()} tells, and every consumer asks first. Rounding
 * may leave Θ_ij and Θ_ji apart: the mean of both is kept. The entries given are copied, those returned are not: treat them
 * as read-only.
 *
 * @param values n·n entries, row-major, in units of (output/parameter)²
 * @param samples N, inputs per view
 * @param views names of the V views, distinct
 * @param precision type in which the gradients were computed
 */
public record Kernel(double[] values, int samples, List<String> views, Precision precision) {

    /** The view whose block is the plain kernel. */
    public static final String IDENTITY = "identity";

    /** Of the largest Θ_ii: a gradient of three units of rounding of the largest, squared. */
    private static final double NOISE = 1e-13;

    /**
     * @throws IllegalArgumentException if the length is not (V·N)², or if Θ is asymmetric beyond rounding
     *     ({@link Precision#toleratedDefect()} of the largest entry)
     */
    public Kernel {
        views = List.copyOf(views);
        if (samples < 1 || views.isEmpty() || new HashSet<>(views).size() != views.size()) {
            throw new IllegalArgumentException(
                    "A kernel needs at least one sample and distinct views, got N = %d and views %s"
                            .formatted(samples, views));
        }
        int size = samples * views.size();
        if (values.length != (long) size * size) {
            throw new IllegalArgumentException(
                    "Expected a kernel of (V·N)² = (%d·%d)² = %d entries, got %d: check the batch and the list of views"
                            .formatted(views.size(), samples, (long) size * size, values.length));
        }
        values = symmetric(values, size, precision);
    }

    /** Rows n = V·N. */
    public int size() {
        return samples * views.size();
    }

    /** Θ_ij of row i and column j, both in [0, n). */
    public double at(int row, int column) {
        return values[row * size() + column];
    }

    /** Whether every entry is a finite number. */
    public boolean finite() {
        return firstNonFinite() < 0;
    }

    /** Where the first NaN or infinity is, in words, for a message; empty if there is none. */
    String describeNonFinite() {
        int where = firstNonFinite();
        if (where < 0) {
            return "";
        }
        int row = where / size();
        int column = where % size();
        return "%s between sample %d of view %s and sample %d of view %s"
                .formatted(
                        values[where],
                        row % samples,
                        views.get(row / samples),
                        column % samples,
                        views.get(column / samples));
    }

    /** The largest magnitude of an entry: 0 for a kernel without any gradient. */
    public double magnitude() {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /**
     * The same kernel, in which samples with a gradient of rounding alone have none: Θ_ii under {@value #NOISE} of the largest. That is
     * what is left of images that a network does not see, such as a high-pass behind a global mean.
     */
    Kernel withoutNoise() {
        double largest = 0;
        for (int i = 0; i < size(); i++) {
            largest = Math.max(largest, at(i, i));
        }
        double[] kept = values.clone();
        for (int i = 0; i < size(); i++) {
            if (at(i, i) < NOISE * largest) {
                for (int j = 0; j < size(); j++) {
                    kept[i * size() + j] = 0;
                    kept[j * size() + i] = 0;
                }
            }
        }
        return new Kernel(kept, samples, views, precision);
    }

    /** The kernel of one view alone, N × N. */
    public Kernel block(int view) {
        return new Kernel(block(view, view), samples, List.of(views.get(view)), precision);
    }

    /** The kernel between two views, N × N row-major; rows belong to {@code first}. Not symmetric unless both are the same. */
    public double[] block(int first, int second) {
        double[] block = new double[samples * samples];
        for (int i = 0; i < samples; i++) {
            System.arraycopy(values, (first * samples + i) * size() + second * samples, block, i * samples, samples);
        }
        return block;
    }

    /** The mean of the V diagonal blocks, N × N: what {@link Integration#MEAN} measures. */
    Kernel averageOfViewBlocks() {
        double[] mean = new double[samples * samples];
        for (int view = 0; view < views.size(); view++) {
            double[] block = block(view, view);
            for (int i = 0; i < mean.length; i++) {
                // Divided first: a sum of large entries could overflow where their mean does not.
                mean[i] += block[i] / views.size();
            }
        }
        return new Kernel(mean, samples, List.of("mean"), precision);
    }

    /** Position of the view {@link #IDENTITY}, or 0, the first view, where it is not among the views. */
    int baselineView() {
        return Math.max(0, views.indexOf(IDENTITY));
    }

    /** Equal shape, views, precision and entries. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Kernel that
                && samples == that.samples
                && views.equals(that.views)
                && precision == that.precision
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values) * 31 + views.hashCode();
    }

    @Override
    public String toString() {
        return "Kernel[%d × %d, N = %d, views %s, %s]".formatted(size(), size(), samples, views, precision.id());
    }

    private int firstNonFinite() {
        for (int i = 0; i < values.length; i++) {
            if (!Double.isFinite(values[i])) {
                return i;
            }
        }
        return -1;
    }

    private static double[] symmetric(double[] given, int size, Precision precision) {
        double[] values = given.clone();
        double largest = 0;
        for (double value : values) {
            if (Double.isFinite(value)) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        double tolerance = precision.toleratedDefect() * largest;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                double below = values[i * size + j];
                double above = values[j * size + i];
                // NaN fails this comparison and is left where it is: finite() reports it.
                if (Math.abs(below - above) > tolerance && Double.isFinite(below) && Double.isFinite(above)) {
                    throw new IllegalArgumentException(
                            ("Expected a symmetric kernel, got %s at (%d, %d) and %s at (%d, %d), further apart than %s rounding"
                                            + " explains: samples do not stay apart in this graph, try the per-sample engine")
                                    .formatted(below, i, j, above, j, i, precision.id()));
                }
                double mean = below == above ? below : 0.5 * below + 0.5 * above;
                values[i * size + j] = mean;
                values[j * size + i] = mean;
            }
        }
        return values;
    }
}
