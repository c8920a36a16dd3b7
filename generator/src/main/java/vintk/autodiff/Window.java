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
     * <p>One spatial axis after the other. With stride s and k = s·m positions in the kernel, an axis of extent s·(L+m-1)
     * is cut in blocks of s, and m shifted windows of L blocks hold all patches: m slices instead of k strided ones (one,
     * without any copy, where patches do not overlap). A kernel that is no multiple of the stride is first taken longer.
     * Not so on the last axis where patches overlap: there single elements would change places, 100 ns each in ONNX Runtime.
     */
    Value unfold(Value x) {
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

    /**
     * The same by a slice for each position in the kernel. Where several positions lie on one phase of the stride, that is
     * taken out once: strided slices are slower than plain ones, and much faster than a transposition of elements.
     */
    private Value positions(Value x, int i, int axis, long places) {
        long stride = strides[i];
        long needed = dilations[i] * (kernel[i] - 1) + stride * (places - 1) + 1;
        Value padded = padded(x, i, axis, needed);
        Map<Long, Value> phases = new HashMap<>();
        List<Value> positions = new ArrayList<>();
        for (long k = 0; k < kernel[i]; k++) {
            long start = k * dilations[i];
            long offset = start % stride;
            Value phase = phases.computeIfAbsent(offset, o -> Indexing.slice(padded, axis, o, needed, stride));
            long first = start / stride;
            Value taken = Indexing.slice(phase, axis, first, first + places);
            Shape shape = taken.shape();
            positions.add(Ops.reshape(
                    taken,
                    Shape.concat(Shape.concat(shape.slice(0, axis), Shape.of(1)), shape.slice(axis, shape.rank()))));
        }
        return Ops.concat(axis, positions);
    }

    /** Zeros before and after one axis, then exactly {@code needed} values of it. */
    private Value padded(Value x, int i, int axis, long needed) {
        long after = Math.max(0, needed - begin[i] - x.shape().dim(axis));
        return Indexing.slice(Indexing.pad(x, axis, begin[i], after), axis, 0, needed);
    }
}
