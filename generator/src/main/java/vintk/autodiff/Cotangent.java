package vintk.autodiff;

import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/**
 * A contribution to the gradient by an operand, in the form in which it costs least.
 *
 * <p>S is the number of samples where the operand's cotangent has an axis for them ({@link BatchFlow#isLifted}), else 1.
 */
public sealed interface Cotangent {
    /**
     * Aligned from the right with {@code shape}, that of the node's output where it is null: the driver sums what was
     * broadcast.
     */
    record Aligned(Value value, Shape shape) implements Cotangent {
        public Aligned(Value value) {
            this(value, null);
        }
    }

    /** Of the operand's own shape with S in front. */
    record PerSample(Value value) implements Cotangent {}

    /**
     * Σ_t left_t rightᵗ: the gradient of a linear layer's matrix, not yet multiplied out (METHOD §5).
     *
     * @param left [S, R, k], the layer's inputs, R rows (tokens, pixels) a sample
     * @param right [S, R, n], the cotangents of its outputs
     */
    record Outer(Value left, Value right) implements Cotangent {
        public Outer {
            Shape a = left.shape();
            Shape b = right.shape();
            if (a.rank() != 3 || b.rank() != 3 || a.dim(0) != b.dim(0) || a.dim(1) != b.dim(1)) {
                throw new IllegalArgumentException("expected [S, R, k] and [S, R, n], got " + left + " and " + right);
            }
        }

        /** The product, [S, k, n]. */
        public Value product() {
            return Ops.matMul(Ops.transposeLast(left), right);
        }

        /** The same product transposed, at no cost. */
        Outer transposed() {
            return new Outer(right, left);
        }
    }

    /** The operand's cotangent is {@code value} in a window of one axis (counted from the right), 0 elsewhere. */
    record Window(Value value, int axis, long start) implements Cotangent {
        public Window {
            if (axis >= 0) {
                throw new IllegalArgumentException("the axis of a window is counted from the right, got " + axis);
            }
        }

        long end() {
            return start + value.shape().dim(axis);
        }
    }
}
