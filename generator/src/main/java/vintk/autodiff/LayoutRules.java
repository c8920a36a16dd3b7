package vintk.autodiff;

import static vintk.autodiff.Rule.only;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;

/** Operators that move, repeat or leave out elements without computing. */
final class LayoutRules {
    private LayoutRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("Reshape", new Rule(LayoutRules::reshapeFlow, LayoutRules::reshapePullback));
        rules.add("Transpose", new Rule(LayoutRules::transposeFlow, LayoutRules::transposePullback));
        rules.add("Expand", new Rule(LayoutRules::expandFlow, p -> Rule.aligned(p.dy())));
        rules.add("Concat", new Rule(LayoutRules::concatFlow, LayoutRules::concatPullback));
        rules.add("Slice", new Rule(LayoutRules::sliceFlow, LayoutRules::slicePullback));
        rules.add("Pad", new Rule(LayoutRules::padFlow, LayoutRules::padPullback));
        rules.add("ConstantOfShape", Rule.zero(LayoutRules::noSamples));
        rules.add("Shape", Rule.zero(LayoutRules::noSamples));
        rules.add("Size", Rule.zero(LayoutRules::noSamples));
    }

    /** Shapes are the same for all samples. */
    private static BatchAxis noSamples(Node node, List<BatchAxis> axes, long samples) {
        return null;
    }

    /**
     * The first axis on which a node makes N copies of what it is given: an exporter's way to bring a class token to the batch. Null
     * where it makes none.
     */
    static BatchAxis copies(Node node, long samples) {
        boolean filled = node.is("ConstantOfShape");
        boolean expanded = node.is("Expand");
        if (!filled && !expanded) {
            return null;
        }
        Shape to = node.output().shape();
        return IntStream.range(0, to.rank())
                .filter(i -> to.dim(i) == samples)
                .filter(i -> filled || node.input(0).shape().padTo(to.rank()).dim(i) == 1)
                .mapToObj(BatchAxis::at)
                .findFirst()
                .orElse(null);
    }

    // ---- Reshape: which of the new axes holds the samples

    private static BatchAxis reshapeFlow(Node node, List<BatchAxis> axes, long samples) {
        BatchAxis from = axes.get(0);
        Shape x = node.input(0).shape();
        Shape y = node.output().shape();
        // The samples are the middle factor of  before·outer | N | inner·after.
        long before = Math.multiplyExact(x.product(0, from.axis()), from.outer());
        long after = Math.multiplyExact(from.inner(), x.product(from.axis() + 1, x.rank()));
        long prefix = 1;
        for (int i = 0; i < y.rank(); i++) {
            long dim = y.dim(i);
            long suffix = y.product(i + 1, y.rank());
            if (before % prefix == 0 && after % suffix == 0 && dim % samples == 0) {
                long outer = before / prefix;
                long inner = after / suffix;
                if (outer * samples * inner == dim) {
                    return new BatchAxis(i, outer, inner);
                }
            }
            prefix = Math.multiplyExact(prefix, dim);
        }
        throw new UntrackedBatchException(node, "reshaping " + x + " to " + y + " cuts the axis of the samples");
    }

    private static List<Cotangent> reshapePullback(Pull p) {
        return only(new Cotangent.PerSample(Ops.reshape(p.fullDy(), p.withLead(p.x().shape()))));
    }

    // ---- Transpose, Expand

    private static int[] permutation(Node node) {
        int rank = node.output().shape().rank();
        if (!node.attributes().has("perm")) {
            return IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
        }
        return Arrays.stream(node.attributes().integers("perm"))
                .mapToInt(i -> (int) i)
                .toArray();
    }

    private static BatchAxis transposeFlow(Node node, List<BatchAxis> axes, long samples) {
        int[] permutation = permutation(node);
        int to = IntStream.range(0, permutation.length)
                .filter(i -> permutation[i] == axes.get(0).axis())
                .findFirst()
                .orElseThrow();
        return axes.get(0).moved(to);
    }

    private static List<Cotangent> transposePullback(Pull p) {
        int[] permutation = permutation(p.node());
        int lead = p.lead();
        int[] inverse = IntStream.range(0, lead + permutation.length).toArray();
        for (int i = 0; i < permutation.length; i++) {
            inverse[lead + permutation[i]] = lead + i;
        }
        return only(new Cotangent.PerSample(Ops.transpose(p.dy(), inverse)));
    }

    private static BatchAxis expandFlow(Node node, List<BatchAxis> axes, long samples) {
        BatchAxis axis = axes.get(0);
        return axis.moved(axis.axis()
                + node.output().shape().rank()
                - node.input(0).shape().rank());
    }

    // ---- Concat, Slice, Pad

    /** Parts put one behind the other on the axis of the samples are groups of all samples, as heads or views of an image. */
    private static BatchAxis concatFlow(Node node, List<BatchAxis> axes, long samples) {
        BatchAxis found = axes.stream().filter(Objects::nonNull).findFirst().orElseThrow();
        boolean groups = found.axis()
                == node.output().shape().axis((int) node.attributes().integer("axis", 0));
        long outer = 0;
        for (int i = 0; i < axes.size(); i++) {
            BatchAxis axis = axes.get(i);
            if (axis == null && (samples > 1 || groups)) {
                throw new UntrackedBatchException(node, node.input(i));
            }
            if (axis != null && !found.equals(groups ? axis.withOuter(found.outer()) : axis)) {
                throw new UntrackedBatchException(node, "its parts carry the samples on different axes");
            }
            outer += axis == null ? 0 : axis.outer();
        }
        return groups ? found.withOuter(outer) : found;
    }

    private static List<Cotangent> concatPullback(Pull p) {
        int along = p.y().shape().axis((int) p.attributes().integer("axis", 0))
                - p.y().shape().rank();
        List<Cotangent> parts = new ArrayList<>();
        long start = 0;
        for (Value part : p.node().inputs()) {
            long end = start + part.shape().dim(along);
            parts.add(new Cotangent.PerSample(Indexing.slice(p.fullDy(), along, start, end)));
            start = end;
        }
        return parts;
    }

    /** The one axis of a canonical Slice (from the left), its start and step. */
    private record Cut(int axis, long start, long step) {
        static Cut of(Node node) {
            return new Cut((int) integer(node, 3), integer(node, 1), integer(node, 4));
        }

        private static long integer(Node node, int input) {
            return node.input(input).constant().integers()[0];
        }
    }

    /** On the axis of the samples, whole groups of all samples. */
    private static BatchAxis sliceFlow(Node node, List<BatchAxis> axes, long samples) {
        Cut cut = Cut.of(node);
        BatchAxis axis = axes.get(0);
        long group = samples * axis.inner();
        long extent = node.output().shape().dim(cut.axis());
        boolean groups = cut.axis() == axis.axis()
                && cut.step() == 1
                && cut.start() % group == 0
                && extent % group == 0
                && extent > 0;
        return groups ? axis.withOuter(extent / group) : Flow.apart(node, axis, cut.axis());
    }

    private static List<Cotangent> slicePullback(Pull p) {
        Cut cut = Cut.of(p.node());
        int axis = cut.axis() - p.y().shape().rank();
        Value dy = p.fullDy();
        if (cut.step() > 1) {
            // Zeros between the elements: as an axis of their own, padded, merged.
            Shape shape = dy.shape();
            int at = shape.rank() + axis;
            Shape split = shape.replaced(at + 1, at + 1, Shape.of(1));
            Value spread = Indexing.pad(Ops.reshape(dy, split), at + 1, 0, cut.step() - 1);
            Value merged = Ops.reshape(spread, shape.with(at, shape.dim(at) * cut.step()));
            long room = p.x().shape().dim(axis) - cut.start();
            dy = Indexing.slice(merged, at, 0, Math.min(room, merged.shape().dim(at)));
        }
        return only(new Cotangent.Window(dy, axis, cut.start()));
    }

    private static long[] pads(Node node) {
        return node.input(1).constant().integers();
    }

    private static BatchAxis padFlow(Node node, List<BatchAxis> axes, long samples) {
        long[] pads = pads(node);
        int at = axes.get(0).axis();
        if (pads[at] != 0 || pads[pads.length / 2 + at] != 0) {
            throw new UntrackedBatchException(node, "it pads along the axis of the samples");
        }
        return axes.get(0);
    }

    private static List<Cotangent> padPullback(Pull p) {
        long[] pads = pads(p.node());
        int rank = pads.length / 2;
        Value dx = p.fullDy();
        for (int i = 0; i < rank; i++) {
            dx = Indexing.slice(dx, i - rank, pads[i], pads[i] + p.x().shape().dim(i));
        }
        return only(new Cotangent.PerSample(dx));
    }
}
