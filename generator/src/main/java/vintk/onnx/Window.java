package vintk.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * The geometry of a sliding window, which convolutions and pools have in their attributes. Whatever ONNX lets them leave out is known
 * here, and here alone: defaults, the order of padding, how many places there are. The arrays are not copied: nobody writes to them.
 *
 * @param kernel extents on the spatial axes
 * @param strides for each of them
 * @param dilations for each of them
 * @param pads as ONNX writes padding: all beginnings, then all ends
 * @param group groups of channels, 1 for all together
 */
public record Window(long[] kernel, long[] strides, long[] dilations, long[] pads, long group) {
    /** Up to this many positions on the last axis rows are shifted by a convolution: each takes that many products. */
    private static final long FEW_POSITIONS = 64;

    /** @param kernel as the weights have it; none of a pool, whose {@code kernel_shape} it is */
    public static Window of(Attributes attributes, long... kernel) {
        long[] shape = kernel.length > 0 ? kernel : attributes.integers("kernel_shape");
        long[] ones = Shape.ones(shape.length).dims();
        return new Window(
                shape,
                attributes.integers("strides", ones),
                attributes.integers("dilations", ones),
                attributes.integers("pads", new long[2 * shape.length]),
                attributes.integer("group", 1));
    }

    /** Of a Conv or ConvTranspose whose padding {@link #isExplicit is explicit}. */
    public static Window of(Node conv) {
        Shape weights = conv.input(1).shape();
        return of(conv.attributes(), weights.slice(2, weights.rank()).dims());
    }

    /** Whether {@code pads} is the padding, and nothing is to be computed from what the output shall be. */
    public static boolean isExplicit(Attributes attributes) {
        return attributes.text("auto_pad", "NOTSET").equals("NOTSET") && !attributes.has("output_shape");
    }

    /**
     * Padding of so many values on each axis, of none where that is negative, as {@code auto_pad} shares it out: one half before and one
     * behind.
     *
     * @param lower whether the larger half is before, as of SAME_LOWER
     */
    public static long[] samePads(long[] totals, boolean lower) {
        long[] pads = new long[2 * totals.length];
        for (int i = 0; i < totals.length; i++) {
            long total = Math.max(0, totals[i]);
            pads[i] = lower ? total - total / 2 : total / 2;
            pads[totals.length + i] = total - pads[i];
        }
        return pads;
    }

    /** Of a convolution; no others have a group. */
    public Attributes attributes() {
        return Attributes.NONE
                .with("group", group)
                .with("kernel_shape", kernel)
                .with("strides", strides)
                .with("dilations", dilations)
                .with("pads", pads);
    }

    /** Spatial axes. */
    public int rank() {
        return kernel.length;
    }

    /** Padding before spatial axis {@code i}. */
    public long begin(int i) {
        return pads[i];
    }

    /** Padding behind it. */
    public long end(int i) {
        return pads[rank() + i];
    }

    /** From the first value under the window to the last one, at so many places along spatial axis {@code i}. */
    public long reach(int i, long places) {
        return (places - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1;
    }

    /** How many places the window has on each spatial axis of images [M, C, ...spatial]. */
    public Shape places(Shape images) {
        return Shape.of(axes(i -> (images.dim(2 + i) + begin(i) + end(i) - reach(i, 1)) / strides[i] + 1));
    }

    /** {@code output_padding} of a ConvTranspose from [M, C, ...places] to these images: the values behind that no window covers. */
    public long[] outputPadding(Shape places, Shape images) {
        return axes(i -> images.dim(2 + i) + begin(i) + end(i) - reach(i, places.dim(2 + i)));
    }

    private long[] axes(IntToLongFunction each) {
        return IntStream.range(0, rank()).mapToLong(each).toArray();
    }

    /** Images [M, C, ...spatial] with zeros for their padding. */
    public Value padded(Value x) {
        long[] before = new long[2 + rank()];
        long[] after = new long[2 + rank()];
        System.arraycopy(pads, 0, before, 2, rank());
        System.arraycopy(pads, rank(), after, 2, rank());
        return Indexing.pad(x, before, after, 0);
    }

    /** What lies under one position of the kernel along spatial axis {@code i} of {@link #padded} images, at so many places. */
    public Value under(Value padded, int i, long position, long places) {
        long start = position * dilations[i];
        return Indexing.slice(padded, 2 + i, start, start + (places - 1) * strides[i] + 1, strides[i]);
    }

    // ---- patches

    /**
     * The patches under the window ("im2col"): [M, C, ...spatial] to [M, C, ...kernel, ...places].
     *
     * <p>Whole rows move. Of long kernels, and of patches that tile the image, one spatial axis goes after the other.
     */
    public Value unfold(Value x) {
        long[] places = places(x.shape()).dims();
        boolean tiles = Arrays.equals(kernel, strides);
        return !tiles && kernel[rank() - 1] <= FEW_POSITIONS ? byRows(x, places) : axisByAxis(x, places);
    }

    /**
     * Rows shifted along the last axis, once for each position of the kernel there; then one Gather puts rows where the positions on
     * the other axes want them. Of ONNX Runtime's operators that move rows it alone takes all cores: half the time of slices.
     */
    private Value byRows(Value x, long[] places) {
        int last = rank() - 1;
        Shape images = x.shape().slice(0, 2);
        Shape patches = Shape.concat(images, Shape.concat(Shape.of(kernel), Shape.of(places)));
        if (Shape.of(kernel).elements() == kernel[last]) {
            return Ops.reshape(Shifts.of(x, kernel[last], strides, dilations[last], pads), patches);
        }
        long[] steps = Shape.ones(rank()).with(last, strides[last]).dims();
        Value shifted = Shifts.of(x, kernel[last], steps, dilations[last], pads);
        Shape rows = shifted.shape().slice(3, 3 + last);
        Value all = Ops.reshape(shifted, Shape.concat(images, Shape.of(kernel[last] * rows.elements(), places[last])));
        return Ops.reshape(Indexing.gather(all, 2, rowNumbers(rows, places)), patches);
    }

    /** [positions, places on all axes but the last]: the row that stands there, in rows for each position on the last axis. */
    private Tensor rowNumbers(Shape rows, long[] places) {
        int last = rank() - 1;
        long[] positions = new long[rank()];
        long[] steps = new long[last];
        for (int i = 0; i < last; i++) {
            long below = rows.product(i + 1, last);
            positions[i] = dilations[i] * below;
            steps[i] = strides[i] * below;
        }
        positions[last] = rows.elements();
        long[] starts = sums(kernel, positions);
        long[] within = sums(Arrays.copyOf(places, last), steps);
        long[] numbers = LongStream.of(starts)
                .flatMap(start -> LongStream.of(within).map(row -> start + row))
                .toArray();
        return Tensor.longs(Shape.of(starts.length, within.length), numbers);
    }

    /** Σ c_i · step_i of all c below {@code counts}, the last one fastest. */
    private static long[] sums(long[] counts, long[] steps) {
        long[] found = {0};
        for (int i = 0; i < counts.length; i++) {
            long step = steps[i];
            long[] multiples = LongStream.range(0, counts[i]).map(c -> c * step).toArray();
            found = LongStream.of(found)
                    .flatMap(sum -> LongStream.of(multiples).map(more -> sum + more))
                    .toArray();
        }
        return found;
    }

    /**
     * With stride s and k = s·m positions in the kernel, an axis of extent s·(L+m-1) is cut in blocks of s, and m shifted
     * windows of L blocks hold all patches: m slices instead of k strided ones (one, without any copy, where patches tile the
     * axis). A kernel that is no multiple of the stride is first taken longer. What does not go {@link #inBlocks in blocks} is a
     * slice for each position in the kernel.
     */
    private Value axisByAxis(Value x, long[] places) {
        int rank = rank();
        Value value = padded(x, places);
        // Layout on the way: [M, C, K_0, L_0, ... K_{i-1}, L_{i-1}, S_i, S_{i+1}...].
        for (int i = 0; i < rank; i++) {
            int axis = 2 + 2 * i;
            value = inBlocks(i) ? blocks(value, i, axis, places[i]) : positions(value, i, axis, places[i]);
        }
        int[] order = new int[2 + 2 * rank];
        order[1] = 1;
        for (int i = 0; i < rank; i++) {
            order[2 + i] = 2 + 2 * i;
            order[2 + rank + i] = 3 + 2 * i;
        }
        return Ops.transpose(value, order);
    }

    /**
     * Not with gaps, and not on the last axis where patches overlap: there single elements would change places, 100 ns each in
     * ONNX Runtime.
     */
    private boolean inBlocks(int i) {
        boolean scattered = i == rank() - 1 && strides[i] > 1 && kernel[i] > strides[i];
        return dilations[i] == 1 && !scattered;
    }

    /** Steps of the stride that the kernel reaches over. */
    private long parts(int i) {
        return (kernel[i] + strides[i] - 1) / strides[i];
    }

    /** [..., S_i, ...] to [..., K_i, L_i, ...] for a window without dilation. */
    private Value blocks(Value x, int i, int axis, long places) {
        long parts = parts(i);
        Shape split = Shape.of(places + parts - 1, strides[i]);
        Value cut = Ops.reshape(x, x.shape().replaced(axis, axis + 1, split));
        List<Value> shifted = new ArrayList<>();
        for (long part = 0; part < parts; part++) {
            shifted.add(Ops.moveAxis(Indexing.slice(cut, axis, part, part + places), axis + 1, axis));
        }
        return Indexing.slice(Ops.concat(axis, shifted), axis, 0, kernel[i]);
    }

    /**
     * The same by a slice for each position in the kernel. Where several positions lie on one phase of the stride, that is taken out
     * once: strided slices are slower than plain ones, and much faster than a transposition of elements.
     */
    private Value positions(Value x, int i, int axis, long places) {
        Shape single = x.shape().replaced(axis, axis + 1, Shape.of(1, places));
        long extent = x.shape().dim(axis);
        Map<Long, Value> phases = new HashMap<>();
        List<Value> positions = new ArrayList<>();
        for (long k = 0; k < kernel[i]; k++) {
            long start = k * dilations[i];
            Value phase = phases.computeIfAbsent(
                    start % strides[i], offset -> Indexing.slice(x, axis, offset, extent, strides[i]));
            long first = start / strides[i];
            positions.add(Ops.reshape(Indexing.slice(phase, axis, first, first + places), single));
        }
        return Ops.concat(axis, positions);
    }

    /** Zeros before and after all axes, so that there are as many values of each as its places need. */
    private Value padded(Value x, long[] places) {
        long[] before = new long[2 + rank()];
        long[] after = new long[2 + rank()];
        long[] needed = new long[rank()];
        for (int i = 0; i < rank(); i++) {
            needed[i] = inBlocks(i) ? strides[i] * (places[i] + parts(i) - 1) : reach(i, places[i]);
            before[2 + i] = begin(i);
            after[2 + i] = Math.max(0, needed[i] - begin(i) - x.shape().dim(2 + i));
        }
        Value padded = Indexing.pad(x, before, after, 0);
        for (int i = 0; i < rank(); i++) {
            padded = Indexing.slice(padded, 2 + i, 0, needed[i]);
        }
        return padded;
    }
}
