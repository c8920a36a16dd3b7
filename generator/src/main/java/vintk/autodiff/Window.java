package vintk.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Shifts;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/**
 * The geometry of a sliding window: extents, strides and dilations per spatial axis, and the padding before and after.
 */
record Window(long[] kernel, long[] strides, long[] dilations, long[] begin, long[] end, long group) {
    /** Up to this many positions on the last axis rows are shifted by a convolution: each takes that many products. */
    private static final long FEW_POSITIONS = 64;

    /** Of a Conv or ConvTranspose in canonical form (explicit padding). */
    static Window of(Node conv) {
        Shape w = conv.input(1).shape();
        int rank = w.rank() - 2;
        long[] ones = Shape.ones(rank).dims();
        long[] pads = conv.attributes().integers("pads", new long[2 * rank]);
        return new Window(
                w.slice(2, w.rank()).dims(),
                conv.attributes().integers("strides", ones),
                conv.attributes().integers("dilations", ones),
                Arrays.copyOf(pads, rank),
                Arrays.copyOfRange(pads, rank, 2 * rank),
                conv.attributes().integer("group", 1));
    }

    int rank() {
        return kernel.length;
    }

    /** As ONNX writes padding: all beginnings, then all ends. */
    long[] pads() {
        long[] pads = Arrays.copyOf(begin, 2 * rank());
        System.arraycopy(end, 0, pads, rank(), rank());
        return pads;
    }

    /** How many places the window has on spatial axis {@code i} of this extent. */
    long places(int i, long extent) {
        return (extent + begin[i] + end[i] - dilations[i] * (kernel[i] - 1) - 1) / strides[i] + 1;
    }

    /** The least extent of spatial axis {@code i} on which the window has so many places. */
    long spread(int i, long places) {
        return (places - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1 - begin[i] - end[i];
    }

    /**
     * The patches under the window ("im2col"): [M, C, ...spatial] to [M, C, ...kernel, ...places].
     *
     * <p>Whole rows move. Of long kernels, and of patches that tile the image, one spatial axis goes after the other.
     */
    Value unfold(Value x) {
        long[] places = new long[rank()];
        for (int i = 0; i < rank(); i++) {
            places[i] = places(i, x.shape().dim(2 + i));
        }
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
            return Ops.reshape(Shifts.of(x, kernel[last], strides, dilations[last], pads()), patches);
        }
        long[] steps = Shape.ones(rank()).with(last, strides[last]).dims();
        Value shifted = Shifts.of(x, kernel[last], steps, dilations[last], pads());
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
            needed[i] = inBlocks(i)
                    ? strides[i] * (places[i] + parts(i) - 1)
                    : dilations[i] * (kernel[i] - 1) + strides[i] * (places[i] - 1) + 1;
            before[2 + i] = begin[i];
            after[2 + i] = Math.max(0, needed[i] - begin[i] - x.shape().dim(2 + i));
        }
        Value padded = Indexing.pad(x, before, after, 0);
        for (int i = 0; i < rank(); i++) {
            padded = Indexing.slice(padded, 2 + i, 0, needed[i]);
        }
        return padded;
    }
}
