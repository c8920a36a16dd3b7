package vintk.autodiff;

import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Value;
import vintk.onnx.Window;

/**
 * The gradient of a convolution by its weights W [A, B/g, ...kernel]: with maps a [M, A, ...places] and b [M, B,
 * ...spatial] (dy and x; of a transposed convolution x and dy),
 *
 * <p>dW[i, j, k] = Σ over images m and places l of a[m, i, l] b[m, j, l·stride + k·dilation - begin].
 */
final class KernelGradient {
    /**
     * Up to this many channels a group, patches are not written out. Depthwise that takes a third to a half of the time, in groups of 4
     * as long; in those of 8 a RegNetY-400MF takes 6 % longer.
     */
    private static final long FEW_CHANNELS = 4;

    private final Window window;
    private final Shape weights;
    private final Value small;
    private final Value large;

    /** {@code small} and {@code large} are a and b, of as many images. */
    private KernelGradient(Window window, Shape weights, Value small, Value large) {
        this.window = window;
        this.weights = weights;
        this.small = small;
        this.large = large;
    }

    /** The cotangent of input 1; a or b may have the cotangent's sample axis in front. */
    static Cotangent of(Pull p, Window window, Value small, Value large) {
        Shape weights = p.x(1).shape();
        Value a = images(p, small, weights.rank());
        Value b = images(p, large, weights.rank());
        KernelGradient gradient = new KernelGradient(window, weights, a, b);
        BatchAxis axis = p.batch().of(p.x());
        boolean plain = axis != null && axis.isPlain();
        if (p.lead() == 0 && window.group() == 1 && (plain || !p.batch().isTracked())) {
            return gradient.outer(plain);
        }
        boolean few = window.group() > 1 && weights.dim(1) <= FEW_CHANNELS;
        return perSample(p, few ? gradient.convolved() : gradient.multiplied());
    }

    /** Merges the cotangent's sample axis with that of the images; what does not have it is the same for all samples. */
    private static Value images(Pull p, Value map, int rank) {
        if (p.lead() == 0) {
            return map;
        }
        Shape own = map.shape().slice(map.shape().rank() - rank, map.shape().rank());
        Shape full = p.withLead(own);
        return Ops.reshape(Ops.expand(map, full), own.with(0, full.dim(0) * full.dim(1)));
    }

    /** Not multiplied out: rows are the places of a sample, or of all images. */
    private Cotangent outer(boolean samples) {
        long images = small.shape().dim(0);
        long places = places().elements();
        long patch = weights.elements() / weights.dim(0);
        Value left = Ops.transposeLast(Ops.reshape(small, images, weights.dim(0), places));
        Value right = Ops.transposeLast(Ops.reshape(columns(), images, patch, places));
        if (samples) {
            return new Cotangent.Outer(left, right);
        }
        return new Cotangent.Outer(
                Ops.reshape(left, 1, images * places, weights.dim(0)), Ops.reshape(right, 1, images * places, patch));
    }

    /** Each image's own, [M, ...weights]: a product with the patches under the window. */
    private Value multiplied() {
        long images = small.shape().dim(0);
        long group = window.group();
        long places = places().elements();
        long patch = weights.elements() / weights.dim(0);
        Value product = Ops.matMul(
                Ops.reshape(small, images, group, weights.dim(0) / group, places),
                Ops.transposeLast(Ops.reshape(columns(), images, group, patch, places)));
        return Ops.reshape(product, weights.prepend(images));
    }

    /**
     * The same as a convolution of b with a for its kernels, a group for each image and group, where stride and dilation
     * change places: its output is as large as the kernel.
     */
    private Value convolved() {
        long images = small.shape().dim(0);
        long groups = images * window.group();
        long channels = weights.dim(1);
        Shape spatial = large.shape().slice(2, large.shape().rank());
        Value x = Ops.reshape(large, Shape.concat(Shape.of(groups, channels), spatial));
        x = Ops.moveAxis(x, 1, 0);
        Value kernels = Ops.reshape(small, Shape.concat(Shape.of(images * weights.dim(0), 1), places()));
        Window swapped = new Window(places().dims(), window.dilations(), window.strides(), window.pads(), groups);
        Shape shape = swapped.places(x.shape()).prepend(channels, images * weights.dim(0));
        Value found = Ops.node("Conv", x.type().withShape(shape), swapped.attributes(), x, kernels);
        for (int i = 0; i < window.rank(); i++) {
            found = Indexing.slice(found, 2 + i, 0, window.kernel()[i]);
        }
        // [B/g, M·A, ...kernel] to [M, A, B/g, ...kernel].
        return Ops.reshape(Ops.moveAxis(found, 0, 1), weights.prepend(images));
    }

    private Shape places() {
        return small.shape().slice(2, small.shape().rank());
    }

    private Value columns() {
        return window.unfold(large);
    }

    /** [M, ...shape] to [S, ...shape]: sums what is not a sample. */
    static Cotangent perSample(Pull p, Value perImage) {
        Shape shape = perImage.shape();
        if (p.lead() > 0) {
            long samples = p.dy().shape().dim(0);
            Shape split = Shape.concat(Shape.of(samples, shape.dim(0) / samples), shape.slice(1, shape.rank()));
            return new Cotangent.PerSample(Ops.reduceSum(Ops.reshape(perImage, split), false, 1));
        }
        if (!p.batch().isTracked()) {
            return new Cotangent.PerSample(Ops.reduceSum(perImage, false, 0));
        }
        BatchAxis axis = p.batch().of(p.x());
        Value front = axis.toFront(perImage, p.batch().samples());
        return new Cotangent.PerSample(Ops.reduceSum(front, false, 1, 2));
    }
}
