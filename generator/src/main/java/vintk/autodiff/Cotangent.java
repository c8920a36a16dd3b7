package vintk.autodiff;

import java.util.List;
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
        Aligned(Value value) {
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

        /** Whether another one is of the same widths: the sum of both is then one product of more rows. */
        boolean fits(Outer other) {
            return left.shape().with(1, 1).equals(other.left.shape().with(1, 1))
                    && right.shape().with(1, 1).equals(other.right.shape().with(1, 1));
        }

        /**
         * The sum of products of the same widths: one of all their rows (a weight used at every step of a sequence), as
         * long as the rows take no more memory than two gradients; else they stay apart.
         */
        static List<Outer> joined(List<Outer> outers) {
            Outer first = outers.get(0);
            long k = first.left.shape().dim(2);
            long n = first.right.shape().dim(2);
            long rows = outers.stream().mapToLong(o -> o.left.shape().dim(1)).sum();
            if (outers.size() == 1 || rows * (k + n) > 2 * k * n) {
                return outers;
            }
            Value left = Ops.concat(1, outers.stream().map(Outer::left).toList());
            Value right = Ops.concat(1, outers.stream().map(Outer::right).toList());
            return List.of(new Outer(left, right));
        }

        /** The same product transposed, at no cost. */
        public Outer transposed() {
            return new Outer(right, left);
        }
    }

    /**
     * The operand's cotangent is {@code value} in a window of one axis, 0 elsewhere.
     *
     * @param value of the extent of the window on that axis, else of the operand's shape
     * @param axis counted from the right, below 0
     * @param start of the window, from 0
     */
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
