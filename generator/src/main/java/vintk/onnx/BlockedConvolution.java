package vintk.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Convolutions of images in blocks of channels ("NCHWc"), a layout of ONNX Runtime's own on processors, whose kernels copy no patches
 * and take as many channels at a time as a register holds: 3×3 dense in two thirds of the time, depthwise in a half to a tenth,
 * images turned and turned back included; 1×1 are left as they are, alone they win nothing. The gradient of a depthwise convolution
 * by its weights is a convolution too, with the cotangent in the place of weights, and there most is won: so weights are brought
 * in order inside of the graph, whatever they are, which also keeps the size of a block out of it.
 *
 * <p>Where activations have kinks, depthwise convolutions of the forward pass (those of gradients come as transposed ones, or with
 * weights that are no constants) are left alone. Sums in another order differ in the last digits, and the forward pass decides on
 * which side of a kink an activation lies; in a MobileNetV2 one of -3.5e-6 changed it, and the kernel by 4e-3. Dense ones tip no more
 * of them in blocks than without: in six networks 9 and 8 of 115 million are on another side than in float64.
 *
 * <p>Transposed depthwise convolutions with a stride, the gradients by the images of those with one, become convolutions of the image
 * with zeros between its pixels: in a third to two thirds of the time, though most products are by zero.
 */
public final class BlockedConvolution {
    /** The operator set. */
    public static final String DOMAIN = Blocks.DOMAIN;

    /** Channels of the larger block, for blocks of 8 too. */
    private static final long BLOCK = BlockedLayers.BLOCK;

    /** What compares numbers, as the gradients of kinked activations do. */
    private static final Set<String> KINKED = Set.of(
            "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "Equal", "Sign", "HardSigmoid", "MaxPool", "TopK");

    private BlockedConvolution() {}

    static Graph apply(Graph graph) {
        ConvolutionForm form = new ConvolutionForm();
        boolean smooth = graph.nodes().stream().noneMatch(node -> KINKED.contains(node.opType()));
        return Rewrite.apply(graph, (node, inputs) -> {
            if (isImages(node) && !smooth && isForward(node, inputs) && isDepthwise(node)) {
                return Rewrite.with(node, inputs).outputs();
            }
            Node formed = form.of(node, inputs);
            if (!isImages(formed)) {
                return formed.outputs();
            }
            if (isFaster(formed)) {
                return List.of(convolution(formed, Blocks.of(formed.input(0))));
            }
            boolean spread =
                    formed.opType().equals("ConvTranspose") && formed.input(1).isConstant() && isDepthwise(formed);
            Attributes attributes = spread ? ConvolutionForm.attributes(formed) : null;
            return attributes == null ? formed.outputs() : List.of(spread(formed, attributes));
        });
    }

    private static boolean isImages(Node node) {
        return (node.is("Conv") || node.is("ConvTranspose"))
                && node.output().dataType() == DataType.FLOAT
                && node.output().shape().rank() == 4;
    }

    private static boolean isForward(Node node, List<Value> inputs) {
        return node.opType().equals("Conv") && inputs.get(1).isConstant();
    }

    private static boolean isFaster(Node node) {
        Shape weights = node.input(1).shape();
        boolean whole = weights.dim(1) % BLOCK == 0 && weights.dim(0) / group(node) % BLOCK == 0;
        return node.opType().equals("Conv") && weights.product(2, 4) > 1 && (whole || isDepthwise(node));
    }

    private static long group(Node node) {
        return node.attributes().integer("group", 1);
    }

    /** One input and one output a group, in whole blocks. */
    private static boolean isDepthwise(Node node) {
        Shape weights = node.input(1).shape();
        return weights.dim(1) == 1 && weights.dim(0) == group(node) && weights.dim(0) % BLOCK == 0;
    }

    /** @param x in blocks */
    private static Value convolution(Node node, Value x) {
        List<Value> operands = new ArrayList<>(node.inputs());
        operands.set(0, x);
        operands.set(1, weights(node));
        Value y = Blocks.node(node.opType(), node.output().type(), node.attributes(), operands);
        return Blocks.plain(y);
    }

    /**
     * [O, I, h, w] in blocks: of inputs, [O, I/B, h, w, B], and of those with their places, of outputs. Depthwise there is one input
     * for each output, and outputs alone are in blocks.
     */
    private static Value weights(Node node) {
        Value weights = node.input(1);
        Shape shape = weights.shape();
        Value inputs = isDepthwise(node) ? weights : Blocks.of(weights);
        Value outputs = Blocks.of(Ops.reshape(inputs, 1, shape.dim(0), shape.dim(1) * shape.dim(2), shape.dim(3)));
        return Ops.reshape(outputs, shape);
    }

    // ---- transposed, with a stride

    /** As a convolution of the spread image with the weights turned round. */
    private static Value spread(Node node, Attributes attributes) {
        List<Value> operands = new ArrayList<>(node.inputs());
        operands.set(1, ConvolutionForm.turned(node.input(1), group(node)));
        Node convolution = Rewrite.with(node, "", "Conv", operands, attributes);
        return convolution(
                convolution, zerosBetween(node.input(0), Window.of(node).strides()));
    }

    /** In blocks: each pixel repeated, and all copies but the first times zero. */
    private static Value zerosBetween(Value x, long[] strides) {
        Shape small = x.shape();
        Shape large = small.with(2, small.dim(2) * strides[0]).with(3, small.dim(3) * strides[1]);
        Attributes nearest =
                Attributes.NONE.with("mode", "nearest").with("scales", new long[] {1, 1, strides[0], strides[1]});
        Value repeated = Blocks.node("Upsample", x.type().withShape(large), nearest, List.of(Blocks.of(x)));
        // One mask for all blocks.
        Shape image = Shape.of(BLOCK, large.dim(2), large.dim(3));
        float[] mask = new float[Math.toIntExact(image.elements())];
        IntStream.range(0, mask.length).forEach(i -> {
            long row = i / large.dim(3) % large.dim(2);
            mask[i] = row % strides[0] == 0 && i % large.dim(3) % strides[1] == 0 ? 1 : 0;
        });
        Value first = Blocks.of(Ops.constant(Tensor.floats(image.prepend(1), mask)));
        Value masked = Ops.mul(Ops.reshape(repeated, image.prepend(large.elements() / image.elements())), first);
        return Ops.reshape(masked, large);
    }
}
