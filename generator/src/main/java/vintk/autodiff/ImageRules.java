package vintk.autodiff;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Convolution and pooling over images [M, C, ...spatial]; M is N, or N merged with windows. */
final class ImageRules {
    private ImageRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("Conv", Rule.full(Flow.LEADING, ImageRules::convolution));
        rules.add("MaxPool", Rule.full(Flow.LEADING, ImageRules::maxPool));
    }

    private static List<Cotangent> convolution(Pull p) {
        if (p.lead() > 0) {
            throw new UntrackedBatchException(p.node(), "a convolution of parameters alone");
        }
        Cotangent dx = new Cotangent.PerSample(byInput(p));
        return Arrays.asList(dx, byWeight(p), p.x(2) == null ? null : byBias(p));
    }

    /** The transposed convolution of dy with the same geometry. */
    private static Value byInput(Pull p) {
        Window window = Window.of(p.node());
        Shape x = p.x().shape();
        Shape y = p.y().shape();
        long[] output = new long[window.rank()];
        for (int i = 0; i < output.length; i++) {
            long reached = (y.dim(2 + i) - 1) * window.strides()[i]
                    - window.begin()[i]
                    - window.end()[i]
                    + window.dilations()[i] * (window.kernel()[i] - 1)
                    + 1;
            output[i] = x.dim(2 + i) - reached;
        }
        Attributes attributes = Attributes.NONE
                .with("group", window.group())
                .with("strides", window.strides())
                .with("dilations", window.dilations())
                .with("kernel_shape", window.kernel())
                .with("pads", window.pads())
                .with("output_padding", output);
        return Ops.node("ConvTranspose", p.x().type(), attributes, p.fullDy(), p.x(1));
    }

    /** dW = dy · unfold(x)ᵀ, a product over the pixels. */
    private static Cotangent byWeight(Pull p) {
        Window window = Window.of(p.node());
        Shape w = p.x(1).shape();
        Shape y = p.y().shape();
        long images = y.dim(0);
        long pixels = y.product(2, y.rank());
        long group = window.group();
        long patch = w.product(1, w.rank());
        Value columns = window.unfold(p.x());
        BatchAxis axis = p.batch().of(p.x());
        boolean plain = axis != null && axis.isPlain();
        if (group == 1 && (plain || !p.batch().isTracked())) {
            Value left = Ops.transposeLast(Ops.reshape(p.fullDy(), images, w.dim(0), pixels));
            Value right = Ops.transposeLast(Ops.reshape(columns, images, patch, pixels));
            if (plain) {
                return new Cotangent.Outer(left, right);
            }
            return new Cotangent.Outer(
                    Ops.reshape(left, 1, images * pixels, w.dim(0)), Ops.reshape(right, 1, images * pixels, patch));
        }
        Value product = Ops.matMul(
                Ops.reshape(p.fullDy(), images, group, w.dim(0) / group, pixels),
                Ops.transposeLast(Ops.reshape(columns, images, group, patch, pixels)));
        return perSample(p, Ops.reshape(product, w.prepend(images)), 1);
    }

    private static Cotangent byBias(Pull p) {
        Shape y = p.y().shape();
        int[] spatial = IntStream.range(2, y.rank()).toArray();
        return perSample(p, Ops.reduceSum(p.fullDy(), false, spatial), p.x(2) == null ? 1 : 2);
    }

    /** [M, ...shape] to [S, ...shape]: sums what is not a sample. */
    private static Cotangent perSample(Pull p, Value perImage, int input) {
        if (!p.isMeeting(input)) {
            if (p.batch().isTracked()) {
                throw new UntrackedBatchException(p.node(), "its weights depend on the samples");
            }
            return new Cotangent.PerSample(Ops.reduceSum(perImage, false, 0));
        }
        BatchAxis axis = p.batch().of(p.x());
        Value front = axis.toFront(perImage, p.batch().samples());
        return new Cotangent.PerSample(Ops.reduceSum(front, false, 1, 2));
    }

    /** The cotangent goes to the places that were largest: their flat indices are MaxPool's second output. */
    private static List<Cotangent> maxPool(Pull p) {
        if (p.lead() > 0) {
            throw new UntrackedBatchException(p.node(), "a pooling of parameters alone");
        }
        TensorType indices = new TensorType(DataType.INT64, p.y().shape());
        Node again = new Node(
                "",
                "MaxPool",
                null,
                List.of(p.x()),
                p.attributes().without("storage_order"),
                List.of(p.y().type(), indices),
                null);
        long elements = p.x().shape().elements();
        Value zeros = Ops.filled(TensorType.of(p.x().dataType(), elements), 0);
        long outputs = p.y().shape().elements();
        Value dx = Ops.node(
                "ScatterElements",
                zeros.type(),
                Attributes.NONE.with("axis", 0L).with("reduction", "add"),
                zeros,
                Ops.reshape(again.outputs().get(1), outputs),
                Ops.reshape(p.fullDy(), outputs));
        return Rule.only(new Cotangent.PerSample(Ops.reshape(dx, p.x().shape())));
    }
}
