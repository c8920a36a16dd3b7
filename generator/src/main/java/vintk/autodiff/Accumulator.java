package vintk.autodiff;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/**
 * The contributions to one value's gradient. Broadcasting is undone as they come in; products of linear layers and
 * windows are kept as they are, so that whoever needs only the kernel can contract them without adding them up.
 */
public final class Accumulator {
    private final Value target;
    private final boolean lifted;
    private final long samples;
    private final List<Cotangent> parts = new ArrayList<>();

    Accumulator(Value target, boolean lifted, long samples) {
        this.target = target;
        this.lifted = lifted;
        this.samples = samples;
    }

    /** The contributions, each {@link Cotangent.PerSample}, {@link Cotangent.Outer} or {@link Cotangent.Window}. */
    public List<Cotangent> parts() {
        List<Cotangent> all = new ArrayList<>();
        List<Cotangent.Outer> outers = new ArrayList<>();
        for (Cotangent part : parts) {
            if (part instanceof Cotangent.Outer outer && (outers.isEmpty() || outer.fits(outers.get(0)))) {
                outers.add(outer);
            } else {
                all.add(part);
            }
        }
        if (!outers.isEmpty()) {
            all.addAll(Cotangent.Outer.joined(outers));
        }
        return all;
    }

    /** The shape of the gradient: the target's, with the samples in front where it carries none itself. */
    public Shape shape() {
        return lifted ? target.shape().prepend(samples) : target.shape();
    }

    /** Adds a contribution of a node with an output of shape {@code output}, carrying samples at {@code axis} or null. */
    void add(Cotangent cotangent, Shape output, BatchAxis axis) {
        if (cotangent instanceof Cotangent.Aligned aligned) {
            Shape shape = aligned.shape() == null ? output : aligned.shape();
            parts.add(new Cotangent.PerSample(unbroadcast(aligned.value(), shape, axis)));
        } else {
            parts.add(cotangent);
        }
    }

    /**
     * Sums a cotangent that is aligned with a node's output over the axes along which the target was broadcast. The
     * cotangent may be of extent 1 where it is constant: such an axis counts as often as the output is long.
     */
    private Value unbroadcast(Value cotangent, Shape output, BatchAxis axis) {
        int lead = cotangent.shape().rank() - output.rank();
        if (lifted && axis != null) {
            // The samples leave the output's axes and go in front; what was merged with them is summed with the rest.
            int own = axis.axis() - (output.rank() - target.shape().rank());
            if (own >= 0 && target.shape().dim(own) != 1) {
                throw new IllegalArgumentException("the value has one row a sample");
            }
            Value front = axis.toFront(cotangent, samples);
            // [N, before..., outer, inner, after...]: merge outer and inner again into the one axis.
            long width = axis.outer() * axis.inner();
            Shape merged = front.shape().replaced(axis.axis() + 1, axis.axis() + 3, Shape.of(width));
            return reduce(
                    Ops.reshape(front, merged), output.with(axis.axis(), width).prepend(samples), 1);
        }
        Shape full = Shape.concat(cotangent.shape().slice(0, lead), output);
        return reduce(cotangent, full, lead);
    }

    /** Sums {@code value}, which stands for a tensor of shape {@code full}, to the target's shape behind {@code lead} axes. */
    private Value reduce(Value value, Shape full, int lead) {
        Shape own = target.shape();
        int extra = full.rank() - lead - own.rank();
        double repeats = 1;
        List<Integer> summed = new ArrayList<>();
        for (int i = lead; i < full.rank(); i++) {
            boolean missing = i < lead + extra;
            if (missing || own.dim(i - lead - extra) == 1) {
                if (value.shape().dim(i) == 1) {
                    repeats *= full.dim(i);
                }
                summed.add(i);
            }
        }
        int[] axes = summed.stream().mapToInt(Integer::intValue).toArray();
        Value sum = Ops.mul(Ops.reduceSum(value, true, axes), repeats);
        long[] kept = IntStream.range(0, full.rank())
                .filter(i -> i < lead || i >= lead + extra)
                .mapToLong(i -> sum.shape().dim(i))
                .toArray();
        return Ops.reshape(sum, Shape.of(kept));
    }

    /**
     * The product of a linear layer as the gradient of the matrix before a Reshape or Transpose, still not multiplied
     * out; null where this is not of that form.
     */
    Cotangent throughLayout() {
        List<Cotangent> all = parts();
        if (all.size() != 1 || !(all.get(0) instanceof Cotangent.Outer outer)) {
            return null;
        }
        if (Ops.isNode(target, "Reshape")) {
            return outer;
        }
        boolean matrix = target.shape().rank() == 2
                && target.shape().dim(0) == outer.left().shape().dim(2);
        return matrix && Ops.isNode(target, "Transpose") ? outer.transposed() : null;
    }

    /** The gradient, possibly of extent 1 along axes where it is constant. */
    Value value() {
        List<Value> terms = new ArrayList<>();
        List<Cotangent.Window> windows = new ArrayList<>();
        for (Cotangent part : parts()) {
            if (part instanceof Cotangent.Window window) {
                windows.add(window);
            } else {
                terms.add(dense(part));
            }
        }
        terms.addAll(joined(windows));
        return terms.stream().reduce(Ops::add).orElseThrow();
    }

    /** The gradient, of its full shape. */
    public Value full() {
        return Ops.expand(value(), shape());
    }

    private Value dense(Cotangent part) {
        if (part instanceof Cotangent.Outer outer) {
            return Ops.reshape(outer.product(), shape());
        }
        return ((Cotangent.PerSample) part).value();
    }

    /** Windows of one axis that do not overlap are put side by side; others are padded. */
    private List<Value> joined(List<Cotangent.Window> windows) {
        if (windows.isEmpty()) {
            return List.of();
        }
        if (!disjoint(windows)) {
            return windows.stream().map(w -> joinSorted(List.of(w))).toList();
        }
        return List.of(joinSorted(windows.stream()
                .sorted(Comparator.comparingLong(Cotangent.Window::start))
                .toList()));
    }

    /** Whether all windows lie on one axis and none overlaps another. */
    public static boolean disjoint(List<Cotangent.Window> windows) {
        List<Cotangent.Window> sorted = windows.stream()
                .sorted(Comparator.comparingLong(Cotangent.Window::start))
                .toList();
        return IntStream.range(1, sorted.size())
                .allMatch(i -> sorted.get(i).axis() == sorted.get(0).axis()
                        && sorted.get(i).start() >= sorted.get(i - 1).end());
    }

    private Value joinSorted(List<Cotangent.Window> windows) {
        int axis = windows.get(0).axis();
        long extent = target.shape().dim(axis);
        if (windows.size() == 1) {
            Cotangent.Window only = windows.get(0);
            return Indexing.pad(full(only), axis, only.start(), extent - only.end());
        }
        List<Value> pieces = new ArrayList<>();
        long at = 0;
        for (Cotangent.Window window : windows) {
            addZeros(pieces, window, window.start() - at);
            pieces.add(full(window));
            at = window.end();
        }
        addZeros(pieces, windows.get(0), extent - at);
        return Ops.concat(axis, pieces);
    }

    /** The gradient in a window, of its full extents there. */
    public Value full(Cotangent.Window window) {
        Shape shape = shape();
        return Ops.expand(
                window.value(),
                shape.with(axisOf(window.axis()), window.value().shape().dim(window.axis())));
    }

    private int axisOf(int axis) {
        return shape().rank() + axis;
    }

    /** Of the type of the gradient, which is not that of the target where this holds quantised integers. */
    private void addZeros(List<Value> pieces, Cotangent.Window beside, long extent) {
        if (extent > 0) {
            Shape shape = shape().with(axisOf(beside.axis()), extent);
            pieces.add(Ops.filled(beside.value().type().withShape(shape), 0));
        }
    }
}
