package vintk.onnx;

import java.util.ArrayList;
import java.util.List;

/**
 * Convolutions of images in blocks of channels ("NCHWc"), a layout of ONNX Runtime's own on processors, whose kernels copy no patches
 * and take as many channels at a time as a register holds: 3×3 dense in two thirds of the time, depthwise in a half to a tenth,
 * images turned and turned back included; 1×1 are left as they are, nothing is won there. ONNX Runtime's optimiser does this where
 * weights are constants. The gradient of a depthwise convolution by its weights is a convolution too, with the cotangent in the
 * place of weights, and there most is won: so weights are brought in order inside of the graph, whatever they are, which also
 * keeps the size of a block out of it.
 */
public final class BlockedConvolution {
    /** The operator set. */
    public static final String DOMAIN = "com.microsoft.nchwc";

    /** Channels of the larger block; there are blocks of 8 and of 16. */
    private static final long BLOCK = 16;

    private BlockedConvolution() {}

    public static Graph apply(Graph graph) {
        return Rewrite.apply(
                graph,
                (node, inputs) -> isFaster(node, inputs)
                        ? List.of(convolution(node, inputs))
                        : Rewrite.with(node, inputs).outputs());
    }

    private static boolean isFaster(Node node, List<Value> inputs) {
        boolean ours = node.domain().isEmpty()
                && node.opType().equals("Conv")
                && node.output().dataType() == DataType.FLOAT
                && node.output().shape().rank() == 4;
        if (!ours || inputs.get(1).shape().product(2, 4) == 1) {
            return false;
        }
        Shape weights = inputs.get(1).shape();
        boolean whole = weights.dim(1) % BLOCK == 0 && weights.dim(0) / group(node) % BLOCK == 0;
        return whole || isDepthwise(node, weights) && weights.dim(0) % BLOCK == 0;
    }

    private static long group(Node node) {
        return node.attributes().integer("group", 1);
    }

    /** One input and one output a group. */
    private static boolean isDepthwise(Node node, Shape weights) {
        return weights.dim(1) == 1 && weights.dim(0) == group(node);
    }

    private static Value convolution(Node node, List<Value> inputs) {
        List<Value> operands = new ArrayList<>(inputs);
        operands.set(0, blocks(inputs.get(0)));
        operands.set(1, weights(node, inputs.get(1)));
        Value y = node(node.opType(), node.output().type(), node.attributes(), operands);
        Attributes channels = Attributes.NONE.with("channels", y.shape().dim(1));
        return node("ReorderOutput", y.type(), channels, List.of(y));
    }

    /**
     * [O, I, h, w] in blocks: of inputs, [O, I/B, h, w, B], and of those with their places, of outputs. Depthwise there is one input
     * for each output, and outputs alone are in blocks.
     */
    private static Value weights(Node node, Value weights) {
        Shape shape = weights.shape();
        Value inputs = isDepthwise(node, shape) ? weights : blocks(weights);
        Value outputs = blocks(Ops.reshape(inputs, 1, shape.dim(0), shape.dim(1) * shape.dim(2), shape.dim(3)));
        return Ops.reshape(outputs, shape);
    }

    /** [N, C, h, w] as [N, C/B, h, w, B], under the old shape. */
    private static Value blocks(Value x) {
        return node("ReorderInput", x.type(), Attributes.NONE, List.of(x));
    }

    private static Value node(String opType, TensorType type, Attributes attributes, List<Value> inputs) {
        return new Node(DOMAIN, opType, null, inputs, attributes, List.of(type), null).output();
    }
}
