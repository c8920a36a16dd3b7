package vintk.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Transposed convolutions of stride 1, which are the gradients of such convolutions by their inputs, as convolutions with the
 * weights turned round: ONNX Runtime's kernel of ConvTranspose for processors adds its products up in a pass of one thread, that of
 * Conv has none. For graphs whose constants are final.
 */
final class ConvolutionForm {
    /** Weights turned round are held twice: not more of them than these bytes, as a model has to stay under 2 GiB. */
    private static final long TURNED = 256L << 20;

    private static final int ROWS = 16;

    private final Map<List<Object>, Value> turned = new HashMap<>();
    private long bytes;

    /** For one graph. */
    ConvolutionForm() {}

    static Graph apply(Graph graph) {
        ConvolutionForm form = new ConvolutionForm();
        return Rewrite.apply(graph, (node, inputs) -> form.of(node, inputs).outputs());
    }

    /** The convolution that a node is; a node that is none with these inputs. */
    Node of(Node node, List<Value> inputs) {
        boolean plain = node.is("ConvTranspose")
                && node.output().dataType() == DataType.FLOAT
                && inputs.get(1).isConstant()
                && bytes + inputs.get(1).type().bytes() <= TURNED
                && LongStream.of(node.attributes().integers("strides")).allMatch(stride -> stride == 1)
                // With these strides ONNX Runtime takes none.
                && LongStream.of(node.attributes().integers("output_padding")).allMatch(more -> more == 0)
                && isAsLarge(node.output().shape(), inputs.get(0).shape());
        Attributes attributes = plain ? attributes(node) : null;
        return attributes == null ? Rewrite.with(node, inputs) : convolution(node, inputs, attributes);
    }

    /**
     * Whether the image made has about as many places as the one given. Of one place, as the gradient of a kernel as large as its image
     * is of, a convolution multiplies mostly zeros: ten times as slow for 14×14.
     */
    private static boolean isAsLarge(Shape made, Shape given) {
        return 2 * made.product(2, made.rank()) <= 3 * given.product(2, given.rank());
    }

    /**
     * What a transposed convolution has for attributes as a convolution of its image, spread by its strides: padding is what the kernel
     * reaches over the border, less what is cut off there. Null where that is negative, or not said.
     */
    static Attributes attributes(Node node) {
        if (!Window.isExplicit(node.attributes())) {
            return null;
        }
        Window window = Window.of(node);
        long[] pads = new long[2 * window.rank()];
        for (int i = 0; i < window.rank(); i++) {
            long spread = node.input(0).shape().dim(2 + i) * window.strides()[i];
            long reach = window.reach(i, 1) - 1;
            pads[i] = reach - window.begin(i);
            pads[window.rank() + i] = node.output().shape().dim(2 + i) - spread + reach - pads[i];
        }
        return LongStream.of(pads).anyMatch(pad -> pad < 0)
                ? null
                : node.attributes()
                        .without("output_padding")
                        .with("strides", Shape.ones(window.rank()).dims())
                        .with("pads", pads);
    }

    private Node convolution(Node node, List<Value> inputs, Attributes attributes) {
        Value weights = inputs.get(1);
        long group = attributes.integer("group", 1);
        List<Value> operands = new ArrayList<>(inputs);
        operands.set(1, turned.computeIfAbsent(List.of(weights, group), key -> {
            bytes += weights.type().bytes();
            return turned(weights, group);
        }));
        return Rewrite.with(node, "", "Conv", operands, attributes);
    }

    /** [C, D/g, ...kernel] to [D, C/g, ...kernel], the kernel read backwards. */
    static Value turned(Value weights, long group) {
        Shape shape = weights.shape();
        int groups = Math.toIntExact(group);
        int in = Math.toIntExact(shape.dim(0) / group);
        int out = Math.toIntExact(shape.dim(1));
        Shape result = shape.with(0, out * group).with(1, in);
        int kernel = Math.toIntExact(shape.elements() / shape.dim(0) / out);
        Tensor source = weights.constant();
        return Ops.constant(Tensor.pendingFloats(result, to -> {
            float[] from = source.toFloats();
            float[] made = new float[from.length];
            for (int g = 0; g < groups; g++) {
                // Few rows at a time: those that are read and those that are written then stay in the cache.
                for (int first = 0; first < in; first += ROWS) {
                    for (int o = 0; o < out; o++) {
                        for (int i = first; i < Math.min(in, first + ROWS); i++) {
                            int end = ((g * in + i) * out + o + 1) * kernel - 1;
                            int start = ((g * out + o) * in + i) * kernel;
                            for (int k = 0; k < kernel; k++) {
                                made[start + k] = from[end - k];
                            }
                        }
                    }
                }
            }
            to.put(made);
        }));
    }
}
