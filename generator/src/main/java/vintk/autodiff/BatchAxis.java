package vintk.autodiff;

import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/**
 * Where a value carries the samples: its extent at {@code axis} is outer × N × inner (exporters merge the batch with
 * heads or windows).
 *
 * @param axis from 0
 * @param outer what changes more slowly than the sample; 1 for a plain batch axis
 * @param inner what changes faster than the sample; 1 for a plain batch axis
 */
public record BatchAxis(int axis, long outer, long inner) {
    /** A plain batch axis. */
    public static BatchAxis at(int axis) {
        return new BatchAxis(axis, 1, 1);
    }

    public boolean isPlain() {
        return outer == 1 && inner == 1;
    }

    BatchAxis moved(int to) {
        return new BatchAxis(to, outer, inner);
    }

    BatchAxis withOuter(long groups) {
        return new BatchAxis(axis, groups, inner);
    }

    /**
     * Brings the samples to the front: {@code [..., outer·N·inner, ...]} becomes {@code [N, ...outer, inner...]} with
     * outer and inner as axes of their own, where the old axis was. {@code x} may have extent 1 there (a cotangent that
     * is the same for all samples); it is expanded then.
     */
    public Value toFront(Value x, long samples) {
        Shape shape = x.shape();
        Value full = shape.dim(axis) == 1 && samples * outer * inner != 1
                ? Ops.expand(x, shape.with(axis, outer * samples * inner))
                : x;
        Shape split = shape.replaced(axis, axis + 1, Shape.of(outer, samples, inner));
        return Ops.moveAxis(Ops.reshape(full, split), axis + 1, 0);
    }
}
