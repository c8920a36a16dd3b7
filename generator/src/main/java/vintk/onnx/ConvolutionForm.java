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
                && isPlain(node.attributes(), inputs.get(1))
                && isAsLarge(node.output().shape(), inputs.get(0).shape());
        return plain ? convolution(node, inputs) : Rewrite.with(node, inputs);
    }

    /**
     * Whether the image made has about as many places as the one given. Of one place, as the gradient of a kernel as large as its image
     * is of, a convolution multiplies mostly zeros: ten times as slow for 14×14.
     */
    private static boolean isAsLarge(Shape made, Shape given) {
        return 2 * made.product(2, made.rank()) <= 3 * given.product(2, given.rank());
    }

    private boolean isPlain(Attributes attributes, Value weights) {
        boolean simple = weights.isConstant()
                && bytes + weights.type().bytes() <= TURNED
                && !attributes.has("output_shape")
                && attributes.text("auto_pad", "NOTSET").equals("NOTSET")
                && LongStream.of(attributes.integers("strides")).allMatch(stride -> stride == 1)
                // With these strides ONNX Runtime takes none.
                && LongStream.of(attributes.integers("output_padding")).allMatch(more -> more == 0);
        return simple && LongStream.of(pads(attributes, weights.shape())).allMatch(pad -> pad >= 0);
    }

    /** Padding of the convolution: what the kernel reaches over the border, less what is cut off there. */
    private static long[] pads(Attributes attributes, Shape weights) {
        int rank = weights.rank() - 2;
        long[] pads = attributes.integers("pads", new long[2 * rank]);
        long[] dilations = attributes.integers("dilations");
        long[] turned = new long[2 * rank];
        for (int i = 0; i < rank; i++) {
            long reach = (dilations.length == 0 ? 1 : dilations[i]) * (weights.dim(2 + i) - 1);
            turned[i] = reach - pads[i];
            turned[rank + i] = reach - pads[rank + i];
        }
        return turned;
    }

    private Node convolution(Node node, List<Value> inputs) {
        Value weights = inputs.get(1);
        long group = node.attributes().integer("group", 1);
        Attributes attributes =
                node.attributes().without("output_padding").with("pads", pads(node.attributes(), weights.shape()));
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
