package vintk.autodiff;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/**
 * The geometry of a sliding window: extents, strides and dilations per spatial axis, and the padding before and after.
 */
record Window(long[] kernel, long[] strides, long[] dilations, long[] begin, long[] end, long group) {
    /** Up to this many positions of a kernel are written one by one: 7×7, not the overlapping patches of a transformer. */
    private static final long FEW_POSITIONS = 49;

    /** Of a Conv or ConvTranspose in canonical form (explicit padding). */
    static Window of(Node conv) {
        Shape w = conv.input(1).shape();
        int rank = w.rank() - 2;
        long[] ones = new long[rank];
        Arrays.fill(ones, 1);
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
     * <p>Each position of a small kernel is a slice of the image, and all of them are put one after the other: whole rows move,
     * once. Long kernels, and patches that tile the image, go one spatial axis after the other.
     */
    Value unfold(Value x) {
        boolean tiles = Arrays.equals(kernel, strides);
        return !tiles && Shape.of(kernel).elements() <= FEW_POSITIONS ? atOnce(x) : axisByAxis(x);
    }

    private Value atOnce(Value x) {
        long[] places = new long[rank()];
        long[] needed = new long[rank()];
        for (int i = 0; i < rank(); i++) {
            places[i] = places(i, x.shape().dim(2 + i));
            needed[i] = reach(i, places[i]);
        }
        List<Value> positions = List.of(padded(x, needed));
        // The last axis first: a stride along it is the dearest, and taken once for all positions on the others.
        for (int i = rank() - 1; i >= 0; i--) {
            List<Value> later = positions;
            int axis = i;
            List<List<Value>> each = later.stream()
                    .map(v -> shifted(v, axis, 2 + axis, places[axis]))
                    .toList();
            positions = new ArrayList<>();
            for (int k = 0; k < kernel[i]; k++) {
                for (List<Value> values : each) {
                    positions.add(values.get(k));
                }
            }
        }
        Shape images = x.shape().slice(0, 2);
        Shape single = Shape.concat(images, Shape.concat(Shape.of(1), Shape.of(places)));
        Value all = Ops.concat(
                2, positions.stream().map(v -> Ops.reshape(v, single)).toList());
        return Ops.reshape(all, Shape.concat(images, Shape.concat(Shape.of(kernel), Shape.of(places))));
    }

    /**
     * With stride s and k = s·m positions in the kernel, an axis of extent s·(L+m-1) is cut in blocks of s, and m shifted
     * windows of L blocks hold all patches: m slices instead of k strided ones (one, without any copy, where patches tile the
     * axis). A kernel that is no multiple of the stride is first taken longer. Not so on the last axis where patches overlap:
     * there single elements would change places, 100 ns each in ONNX Runtime.
     */
    private Value axisByAxis(Value x) {
        int rank = rank();
        Value value = x;
        // Layout on the way: [M, C, K_0, L_0, ... K_{i-1}, L_{i-1}, S_i, S_{i+1}...].
        for (int i = 0; i < rank; i++) {
            int axis = 2 + 2 * i;
            long places = places(i, value.shape().dim(axis));
            boolean scattered = i == rank - 1 && strides[i] > 1 && kernel[i] > strides[i];
            value = dilations[i] == 1 && !scattered
                    ? blocks(value, i, axis, places)
                    : positions(value, i, axis, places);
        }
        int[] order = new int[2 + 2 * rank];
        order[1] = 1;
        for (int i = 0; i < rank; i++) {
            order[2 + i] = 2 + 2 * i;
            order[2 + rank + i] = 3 + 2 * i;
        }
        return Ops.transpose(value, order);
    }

    /** [..., S_i, ...] to [..., K_i, L_i, ...] for a window without dilation. */
    private Value blocks(Value x, int i, int axis, long places) {
        long stride = strides[i];
        long parts = (kernel[i] + stride - 1) / stride;
        long needed = stride * (places + parts - 1);
        Value padded = padded(x, i, axis, needed);
        Shape shape = padded.shape();
        Value cut = Ops.reshape(
                padded,
                Shape.concat(
                        Shape.concat(shape.slice(0, axis), Shape.of(places + parts - 1, stride)),
                        shape.slice(axis + 1, shape.rank())));
        List<Value> shifted = new ArrayList<>();
        for (long part = 0; part < parts; part++) {
            shifted.add(Ops.moveAxis(Indexing.slice(cut, axis, part, part + places), axis + 1, axis));
        }
        return Indexing.slice(Ops.concat(axis, shifted), axis, 0, kernel[i]);
    }

    /** The same by a slice for each position in the kernel. */
    private Value positions(Value x, int i, int axis, long places) {
        List<Value> positions = shifted(padded(x, i, axis, reach(i, places)), i, axis, places);
        Shape shape = positions.get(0).shape();
        Shape single = Shape.concat(Shape.concat(shape.slice(0, axis), Shape.of(1)), shape.slice(axis, shape.rank()));
        return Ops.concat(
                axis, positions.stream().map(v -> Ops.reshape(v, single)).toList());
    }

    /** What an axis with padding needs for so many places. */
    private long reach(int i, long places) {
        return dilations[i] * (kernel[i] - 1) + strides[i] * (places - 1) + 1;
    }

    /**
     * The values of an axis at each position of the kernel. Where several positions lie on one phase of the stride, that is
     * taken out once: strided slices are slower than plain ones, and much faster than a transposition of elements.
     */
    private List<Value> shifted(Value padded, int i, int axis, long places) {
        Map<Long, Value> phases = new HashMap<>();
        List<Value> positions = new ArrayList<>();
        for (long k = 0; k < kernel[i]; k++) {
            long start = k * dilations[i];
            long extent = padded.shape().dim(axis);
            Value phase = phases.computeIfAbsent(
                    start % strides[i], offset -> Indexing.slice(padded, axis, offset, extent, strides[i]));
            long first = start / strides[i];
            positions.add(Indexing.slice(phase, axis, first, first + places));
        }
        return positions;
    }

    /** Zeros before and after all axes, then exactly {@code needed} values of each. */
    private Value padded(Value x, long[] needed) {
        long[] before = new long[2 + rank()];
        long[] after = new long[2 + rank()];
        for (int i = 0; i < rank(); i++) {
            before[2 + i] = begin[i];
            after[2 + i] = Math.max(0, needed[i] - begin[i] - x.shape().dim(2 + i));
        }
        Value padded = Indexing.pad(x, before, after, 0);
        for (int i = 0; i < rank(); i++) {
            padded = Indexing.slice(padded, 2 + i, 0, needed[i]);
        }
        return padded;
    }

    /** The same of one axis. */
    private Value padded(Value x, int i, int axis, long needed) {
        long after = Math.max(0, needed - begin[i] - x.shape().dim(axis));
        return Indexing.slice(Indexing.pad(x, axis, begin[i], after), axis, 0, needed);
    }
}
