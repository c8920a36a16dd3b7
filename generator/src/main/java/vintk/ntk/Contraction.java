package vintk.ntk;

import java.util.ArrayList;
import java.util.List;
import vintk.autodiff.Accumulator;
import vintk.autodiff.Cotangent;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
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
    /**
     * A part of a kernel that is a sum. Parts of one kind are added up together: a graph of few nodes, which on a CUDA device cost
     * a launch each.
     */
    sealed interface Term {
        /** M Mᵀ for M [N, k], of few columns: in float64. */
        record Narrow(Value matrix) implements Term {}

        /** The sum over axis 0 of [blocks, N, N]: in float64. */
        record Blocks(Value blocks) implements Term {}

        /** [N, N] in float64 already. */
        record Whole(Value kernel) implements Term {}
    }

    /** So many float32 products are added up at a time: a quarter of a gigabyte, and a half as float64. */
    private static final long TOGETHER = 1L << 26;

    /** Columns of one float32 product; longer ones lose accuracy and, batched, no time is won. */
    private static final long BLOCK = 1024;

    /** Gradients of at most this many elements a sample are contracted in float64 altogether. */
    private static final long SMALL = 4096;

    /** The ghost route is not taken above this many bytes for its two N·R × N·R matrices. */
    private static final long GHOST_BYTES = 256L << 20;

    private final DataType products;

    /** @param products the type of products of gradients: FLOAT, or DOUBLE for small eigenvalues */
    Contraction(DataType products) {
        this.products = products;
    }

    /** The terms of one parameter's kernel, of the gradients collected for it. */
    List<Term> terms(Accumulator gradient, long samples) {
        List<Cotangent> parts = gradient.parts();
        if (parts.size() == 1 && parts.get(0) instanceof Cotangent.Outer outer) {
            return List.of(outer(outer));
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
                    .toList();
        }
        return List.of(
                dense(Ops.reshape(gradient.full(), samples, gradient.shape().elements() / samples)));
    }

    /** The kernel of all terms, [N, N] in float64. */
    static Value sum(List<Term> terms, long samples) {
        List<Value> narrow = new ArrayList<>();
        List<Value> blocks = new ArrayList<>();
        List<Value> sums = new ArrayList<>();
        long size = 0;
        for (Term term : terms) {
            if (term instanceof Term.Narrow one) {
                narrow.add(one.matrix());
            } else if (term instanceof Term.Whole one) {
                sums.add(one.kernel());
            } else if (term instanceof Term.Blocks one) {
                long more = one.blocks().shape().elements();
                if (size + more > TOGETHER && !blocks.isEmpty()) {
                    sums.add(added(blocks));
                    blocks.clear();
                    size = 0;
                }
                blocks.add(one.blocks());
                size += more;
            }
        }
        if (!blocks.isEmpty()) {
            sums.add(added(blocks));
        }
        if (!narrow.isEmpty()) {
            sums.add(square(Ops.concat(1, narrow)));
        }
        return sums.stream().reduce(Ops::add).orElse(zero(samples));
    }

    private static Value added(List<Value> blocks) {
        return Ops.reduceSum(Ops.cast(Ops.concat(0, blocks), DataType.DOUBLE), false, 0);
    }

    private static Value square(Value matrix) {
        Value wide = Ops.cast(matrix, DataType.DOUBLE);
        return Ops.matMul(wide, Ops.transposeLast(wide));
    }

    private Term outer(Cotangent.Outer outer) {
        Shape a = outer.left().shape();
        Shape g = outer.right().shape();
        double n = a.dim(0);
        double rows = a.dim(1);
        double widths = (double) a.dim(2) + g.dim(2);
        double product = (double) a.dim(2) * g.dim(2);
        double materialise = 2 * n * rows * product + 2 * n * n * product;
        double ghost = 2 * n * n * rows * rows * widths;
        if (rows == 1) {
            return new Term.Whole(Ops.mul(
                    square(Ops.reshape(outer.left(), a.dim(0), a.dim(2))),
                    square(Ops.reshape(outer.right(), g.dim(0), g.dim(2)))));
        }
        if (ghost < materialise && 2 * n * n * rows * rows * products.bytes() <= GHOST_BYTES) {
            return new Term.Whole(ghost(outer));
        }
        // The kernel is the same for the transposed gradients. ONNX Runtime turns the left factor anew for every 128
        // or so columns of the right one: with the wider one on the left the MLP of a DeiT-Tiny takes 5 to 8 % less.
        // Only where it is much wider: candidates that differ a little keep one structure, and share a session.
        return dense((3 * a.dim(2) <= 2 * g.dim(2) ? outer.transposed() : outer).product());
    }

    /** Σ_ts over the blocks of the elementwise product of both row-by-row kernels. */
    private Value ghost(Cotangent.Outer outer) {
        Shape a = outer.left().shape();
        Value product = Ops.mul(rowKernel(outer.left()), rowKernel(outer.right()));
        Value blocks = Ops.reshape(product, a.dim(0), a.dim(1), a.dim(0), a.dim(1));
        // Rows of one sample first (a few terms, maybe in float32), the rest in float64.
        Value half = Ops.reduceSum(blocks, false, 3);
        return Ops.reduceSum(Ops.cast(half, DataType.DOUBLE), false, 1);
    }

    private Value rowKernel(Value factor) {
        Shape shape = factor.shape();
        Value flat = typed(Ops.reshape(factor, shape.dim(0) * shape.dim(1), shape.dim(2)));
        return Ops.matMul(flat, Ops.transposeLast(flat));
    }

    /** M Mᵀ for M [N, ...]. */
    Term dense(Value gradients) {
        Shape shape = gradients.shape();
        long samples = shape.dim(0);
        long size = shape.elements() / samples;
        if (size <= SMALL) {
            return new Term.Narrow(Ops.reshape(gradients, samples, size));
        }
        long columns = columns(size);
        Value flat = Ops.reshape(gradients, samples, size);
        if (size % columns != 0) {
            flat = Indexing.pad(flat, 1, 0, columns - size % columns);
        }
        long blocks = flat.shape().dim(1) / columns;
        Value cut = typed(Ops.transpose(Ops.reshape(flat, samples, blocks, columns), 1, 0, 2));
        return new Term.Blocks(Ops.matMul(cut, Ops.transposeLast(cut)));
    }

    private Value typed(Value operand) {
        return products == DataType.DOUBLE ? Ops.cast(operand, DataType.DOUBLE) : operand;
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

    /** A kernel that is zero: of a network without any parameter that counts. */
    private static Value zero(long samples) {
        return Ops.filled(TensorType.of(DataType.DOUBLE, samples, samples), 0);
    }
}
