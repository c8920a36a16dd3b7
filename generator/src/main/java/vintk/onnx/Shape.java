package vintk.onnx;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The extents of a tensor, all known. Axes may be counted from the right: {@code dim(-1)} is the last extent. */
public final class Shape {
    /** The shape of a scalar. */
    public static final Shape SCALAR = new Shape(new long[0]);

    private final long[] dims;
    private volatile long elements = -1;

    private Shape(long[] dims) {
        this.dims = dims;
    }

    public static Shape of(long... dims) {
        for (long dim : dims) {
            if (dim < 0) {
                throw new IllegalArgumentException("expected extents of 0 or more, got " + Arrays.toString(dims));
            }
        }
        return new Shape(dims.clone());
    }

    /** So many axes of extent 1. */
    public static Shape ones(int rank) {
        long[] dims = new long[rank];
        Arrays.fill(dims, 1);
        return new Shape(dims);
    }

    public int rank() {
        return dims.length;
    }

    /** The extent of an axis, counted from the right where negative. */
    public long dim(int axis) {
        return dims[axis(axis)];
    }

    public long[] dims() {
        return dims.clone();
    }

    /** The axis as an index from the left. */
    public int axis(int axis) {
        int index = axis < 0 ? axis + dims.length : axis;
        if (index < 0 || index >= dims.length) {
            throw new IllegalArgumentException("axis " + axis + " is outside of a tensor of shape " + this);
        }
        return index;
    }

    /** Number of elements; an {@link ArithmeticException} where it passes 2^63. */
    public long elements() {
        if (elements < 0) {
            elements = product(0, dims.length);
        }
        return elements;
    }

    /** Product of the extents of the axes {@code from} (inclusive) to {@code to} (exclusive). */
    public long product(int from, int to) {
        long product = 1;
        for (int i = from; i < to; i++) {
            product = Math.multiplyExact(product, dims[i]);
        }
        return product;
    }

    /** This shape with one extent replaced. */
    public Shape with(int axis, long dim) {
        long[] copy = dims.clone();
        copy[axis(axis)] = dim;
        return of(copy);
    }

    /** This shape without some axes, counted from the left. */
    public Shape without(int... axes) {
        return new Shape(IntStream.range(0, dims.length)
                .filter(i -> Arrays.stream(axes).noneMatch(a -> a == i))
                .mapToLong(i -> dims[i])
                .toArray());
    }

    /** {@code lead} axes in front of this shape. */
    public Shape prepend(long... lead) {
        return concat(of(lead), this);
    }

    /** The axes from {@code from} (inclusive) to {@code to} (exclusive), counted from the left. */
    public Shape slice(int from, int to) {
        return new Shape(Arrays.copyOfRange(dims, from, to));
    }

    /** This shape with others in place of the axes from {@code from} (inclusive) to {@code to} (exclusive). */
    public Shape replaced(int from, int to, Shape by) {
        return concat(concat(slice(0, from), by), slice(to, rank()));
    }

    /** The axes of {@code a}, then those of {@code b}. */
    public static Shape concat(Shape a, Shape b) {
        long[] dims = Arrays.copyOf(a.dims, a.dims.length + b.dims.length);
        System.arraycopy(b.dims, 0, dims, a.dims.length, b.dims.length);
        return new Shape(dims);
    }

    /** This shape with 1s in front, up to a rank. */
    public Shape padTo(int rank) {
        return concat(ones(Math.max(0, rank - dims.length)), this);
    }

    /** Multidirectional broadcasting as ONNX defines it (that of NumPy). */
    public static Shape broadcast(Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        long[] x = a.padTo(rank).dims;
        long[] y = b.padTo(rank).dims;
        long[] dims = new long[rank];
        for (int i = 0; i < rank; i++) {
            if (x[i] != y[i] && x[i] != 1 && y[i] != 1) {
                throw new IllegalArgumentException("shapes " + a + " and " + b + " do not broadcast");
            }
            dims[i] = x[i] == 1 ? y[i] : x[i];
        }
        return new Shape(dims);
    }

    /** Whether a tensor of this shape broadcasts to {@code target} without changing it. */
    boolean broadcastsTo(Shape target) {
        if (rank() > target.rank()) {
            return false;
        }
        for (int i = 1; i <= rank(); i++) {
            if (dim(-i) != 1 && dim(-i) != target.dim(-i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Where axes of this shape lie in another one that differs in axes of extent 1 alone; null where it differs in others. Axes of
     * extent 1 are left out.
     */
    int[] sameAxes(Shape other, int... axes) {
        int[] place = new int[rank()];
        int at = 0;
        for (int i = 0; i < rank(); i++) {
            place[i] = -1;
            if (dim(i) != 1) {
                while (at < other.rank() && other.dim(at) == 1) {
                    at++;
                }
                if (at == other.rank() || other.dim(at) != dim(i)) {
                    return null;
                }
                place[i] = at++;
            }
        }
        boolean whole = other.elements() == elements();
        return whole
                ? Arrays.stream(axes).map(a -> place[a]).filter(a -> a >= 0).toArray()
                : null;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining("x", "[", "]"));
    }
}
