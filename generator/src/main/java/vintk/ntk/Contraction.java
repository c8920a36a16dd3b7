package vintk.ntk;

import java.util.List;
import vintk.autodiff.Accumulator;
import vintk.autodiff.Cotangent;
import vintk.onnx.DataType;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * One parameter's term of the kernel: M Mᵀ for its per-sample gradients M (N × P_l), by the route that costs least.
 *
 * <p>For a linear layer with R rows a sample, inputs A (N×R×k) and cotangents G (N×R×n), operations and floats of memory:
 * <ul>
 *   <li>materialise: M_i = A_iᵀ G_i, then M Mᵀ: 2 N R k n + 2 N² k n; N k n.
 *   <li>ghost: Θ_ij = Σ_ts (A_i A_jᵀ)_ts (G_i G_jᵀ)_ts: 2 N² R² (k + n); 2 N² R².
 *   <li>R = 1, where both are the same but for the memory: (A Aᵀ) ∘ (G Gᵀ).
 * </ul>
 */
final class Contraction {
    /** Columns of one float32 product; longer ones lose accuracy and, batched, no time is won. */
    private static final long BLOCK = 1024;

    /** Gradients of at most this many elements a sample are contracted in float64 altogether. */
    private static final long SMALL = 4096;

    /** The ghost route is not taken above this many bytes for its two N·R × N·R matrices. */
    private static final long GHOST_BYTES = 256L << 20;

    private Contraction() {}

    /** [N, N] in float64, of the gradients collected for one parameter. */
    static Value gram(Accumulator gradient, long samples) {
        List<Cotangent> parts = gradient.parts();
        if (parts.size() == 1 && parts.get(0) instanceof Cotangent.Outer outer) {
            return outer(outer);
        }
        List<Cotangent.Window> windows = parts.stream()
                .filter(Cotangent.Window.class::isInstance)
                .map(Cotangent.Window.class::cast)
                .toList();
        if (windows.size() == parts.size() && Accumulator.disjoint(windows)) {
            // Side by side in the parameter: their products do not mix.
            return windows.stream()
                    .map(gradient::full)
                    .map(v -> dense(Ops.reshape(v, samples, v.shape().elements() / samples)))
                    .reduce(Ops::add)
                    .orElseThrow();
        }
        return dense(Ops.reshape(gradient.full(), samples, gradient.shape().elements() / samples));
    }

    private static Value outer(Cotangent.Outer outer) {
        Shape a = outer.left().shape();
        Shape g = outer.right().shape();
        double n = a.dim(0);
        double rows = a.dim(1);
        double widths = (double) a.dim(2) + g.dim(2);
        double product = (double) a.dim(2) * g.dim(2);
        double materialise = 2 * n * rows * product + 2 * n * n * product;
        double ghost = 2 * n * n * rows * rows * widths;
        if (rows == 1) {
            return Ops.mul(
                    small(Ops.reshape(outer.left(), a.dim(0), a.dim(2))),
                    small(Ops.reshape(outer.right(), g.dim(0), g.dim(2))));
        }
        if (ghost < materialise && 2 * n * n * rows * rows * Float.BYTES <= GHOST_BYTES) {
            return ghost(outer);
        }
        return dense(outer.product());
    }

    /** Σ_ts over the blocks of the elementwise product of both row-by-row kernels. */
    private static Value ghost(Cotangent.Outer outer) {
        Shape a = outer.left().shape();
        Value product = Ops.mul(rowKernel(outer.left()), rowKernel(outer.right()));
        Value blocks = Ops.reshape(product, a.dim(0), a.dim(1), a.dim(0), a.dim(1));
        // Rows of one sample first, in float32 (a few terms), the rest in float64.
        Value half = Ops.reduceSum(blocks, false, 3);
        return Ops.reduceSum(Ops.cast(half, DataType.DOUBLE), false, 1);
    }

    private static Value rowKernel(Value factor) {
        Shape shape = factor.shape();
        Value flat = Ops.reshape(factor, shape.dim(0) * shape.dim(1), shape.dim(2));
        return Ops.matMul(flat, Ops.transposeLast(flat));
    }

    /** M Mᵀ for M [N, ...]. */
    static Value dense(Value gradients) {
        Shape shape = gradients.shape();
        long samples = shape.dim(0);
        long size = shape.elements() / samples;
        if (size <= SMALL) {
            return small(Ops.reshape(gradients, samples, size));
        }
        long columns = columns(size);
        Value flat = Ops.reshape(gradients, samples, size);
        if (size % columns != 0) {
            flat = Ops.pad(flat, 1, 0, columns - size % columns);
        }
        long blocks = flat.shape().dim(1) / columns;
        Value cut = Ops.transpose(Ops.reshape(flat, samples, blocks, columns), 1, 0, 2);
        Value products = Ops.matMul(cut, Ops.transposeLast(cut));
        return Ops.reduceSum(Ops.cast(products, DataType.DOUBLE), false, 0);
    }

    /** The largest divisor of {@code size} up to the block length, or the block length where all are short. */
    private static long columns(long size) {
        for (long columns = BLOCK; columns >= BLOCK / 4; columns--) {
            if (size % columns == 0) {
                return columns;
            }
        }
        return BLOCK;
    }

    private static Value small(Value matrix) {
        Value wide = Ops.cast(matrix, DataType.DOUBLE);
        return Ops.matMul(wide, Ops.transposeLast(wide));
    }

    /** A kernel that is zero: of a network without any parameter that counts. */
    static Value zero(long samples) {
        return Ops.filled(TensorType.of(DataType.DOUBLE, samples, samples), 0);
    }
}
