package vintk.onnx;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves products with a number into the matrix products beside them, as {@code alpha} of {@code com.microsoft.FusedMatMul}: that
 * of an operand, and that of a result which nothing else reads, a bias in between or not. Beside a convolution its weights are
 * multiplied, or what it puts out, where these are smaller than what was. A number in front of a sum goes behind it, where there
 * is less to multiply, and one in front of a Reshape or Transpose behind that, where a product may take it. For graphs that this
 * program runs itself; float32 only.
 */
final class ScaleFusion {
    private static final Set<String> LINEAR = Set.of("ReduceSum", "Reshape", "Transpose");

    /** Elements: a page of floats. */
    private static final int PIECE = 1024;

    private final Map<Value, Integer> uses;

    private ScaleFusion(Graph graph) {
        this.uses = graph.uses();
    }

    static Graph apply(Graph graph) {
        ScaleFusion fusion = new ScaleFusion(graph);
        return Rewrite.apply(graph, (node, inputs) -> fusion.fused(node, inputs).outputs());
    }

    private Node fused(Node node, List<Value> inputs) {
        Value y = node.output();
        boolean own = node.domain().isEmpty() && y.dataType() == DataType.FLOAT;
        Node made = Rewrite.with(node, inputs);
        if (Products.isProduct(node) && y.dataType() == DataType.FLOAT) {
            return operands(made, inputs);
        }
        if (own && node.opType().equals("Mul")) {
            return result(node, made, inputs);
        }
        if (own && (node.opType().equals("Conv") || node.opType().equals("ConvTranspose"))) {
            return convolution(made, inputs);
        }
        if (own && LINEAR.contains(node.opType()) && isScaled(inputs.get(0))) {
            return behind(made, inputs, 0);
        }
        return made;
    }

    /** A linear operator of a multiple as a multiple of what it makes of the operand. */
    private static Node behind(Node node, List<Value> inputs, int operand) {
        List<Value> plain = new ArrayList<>(inputs);
        plain.set(operand, unscaled(inputs.get(operand)));
        Value y = copy(node, node.opType(), plain, node.attributes()).output();
        return copy(node, "Mul", List.of(y, inputs.get(operand).node().input(1)), Attributes.NONE);
    }

    /** A convolution of a multiple, or with weights that are a multiple, as those of a depthwise gradient are. */
    private static Node convolution(Node node, List<Value> inputs) {
        Value x = inputs.get(0);
        Value weights = inputs.get(1);
        if (isScaled(x) && ArithmeticForm.isLess(weights, x)) {
            List<Value> operands = new ArrayList<>(inputs);
            operands.set(0, unscaled(x));
            operands.set(1, times(weights, x.node().input(1)));
            return copy(node, node.opType(), operands, node.attributes());
        }
        boolean linear = inputs.size() == 2 && isScaled(weights) && ArithmeticForm.isLess(node.output(), weights);
        return linear ? behind(node, inputs, 1) : node;
    }

    /** A multiple of weights: where they are known, now. */
    static Value times(Value value, Value number) {
        if (!value.isConstant()) {
            return Ops.node("Mul", value.type(), Attributes.NONE, value, number);
        }
        float factor = (float) Ops.scalarOf(number);
        return Value.constant(Tensor.pendingFloats(value.shape(), to -> {
            FloatBuffer from = value.constant().data().asFloatBuffer();
            // Buffers of bytes are read several times as fast in pieces.
            float[] piece = new float[Math.min(PIECE, from.remaining())];
            while (from.hasRemaining()) {
                int length = Math.min(piece.length, from.remaining());
                from.get(piece, 0, length);
                for (int i = 0; i < length; i++) {
                    piece[i] *= factor;
                }
                to.put(piece, 0, length);
            }
        }));
    }

    /** A product whose operands are multiples. */
    private static Node operands(Node node, List<Value> inputs) {
        double alpha = 1;
        Value[] plain = new Value[2];
        for (int i = 0; i < 2; i++) {
            plain[i] = inputs.get(i);
            while (isScaled(plain[i])) {
                alpha *= number(plain[i]);
                plain[i] = unscaled(plain[i]);
            }
        }
        return alpha == 1 ? node : product(node, node, List.of(plain), alpha);
    }

    /** A multiple of a product, of a product and a bias, or of a convolution, which nothing else reads. */
    private Node result(Node node, Node made, List<Value> inputs) {
        if (!isScaled(made.output()) || uses.getOrDefault(node.input(0), 0) != 1) {
            return made;
        }
        Value operand = inputs.get(0);
        if (Ops.isNode(operand, "Conv") && ArithmeticForm.isLess(operand.node().input(1), operand)) {
            Node plain = operand.node();
            List<Value> operands = new ArrayList<>(plain.inputs());
            for (int i = 1; i < operands.size(); i++) {
                operands.set(i, operands.get(i) == null ? null : times(operands.get(i), inputs.get(1)));
            }
            return copy(node, plain.opType(), operands, plain.attributes());
        }
        double number = number(made.output());
        if (operand.node() != null && Products.isProduct(operand.node())) {
            return product(operand.node(), node, operand.node().inputs(), number);
        }
        boolean biased = Ops.isNode(operand, "Add")
                && operand.node().input(0).node() != null
                && Products.isProduct(operand.node().input(0).node())
                && uses.getOrDefault(node.input(0).node().input(0), 0) == 1
                && operand.node().input(1).isConstant();
        if (!biased) {
            return made;
        }
        Node inner = operand.node().input(0).node();
        Value scaled = product(inner, inner, inner.inputs(), number).output();
        Value bias = times(operand.node().input(1), inputs.get(1));
        return copy(node, "Add", List.of(scaled, bias), Attributes.NONE);
    }

    /** {@code product} with another factor, in the place of {@code node}. */
    private static Node product(Node product, Node node, List<Value> operands, double factor) {
        float alpha = (float) (product.attributes().real("alpha", 1) * factor);
        return copy(
                node,
                Products.DOMAIN,
                Products.FUSED,
                operands,
                product.attributes().with("alpha", alpha));
    }

    private static Node copy(Node node, String opType, List<Value> inputs, Attributes attributes) {
        return copy(node, "", opType, inputs, attributes);
    }

    /** What stands in the place of a node; its output has no name. */
    private static Node copy(Node node, String domain, String opType, List<Value> inputs, Attributes attributes) {
        List<TensorType> type = List.of(node.output().type());
        return new Node(domain, opType, node.name(), inputs, attributes, type, null, node.opset());
    }

    /** Whether a value is a multiple by a number. */
    private static boolean isScaled(Value value) {
        return Ops.isNode(value, "Mul")
                && value.dataType() == DataType.FLOAT
                && value.node().input(1).name() == null
                && value.node().input(1).shape().rank() == 0
                && value.node().input(1).isConstant();
    }

    private static double number(Value scaled) {
        return Ops.scalarOf(scaled.node().input(1));
    }

    private static Value unscaled(Value scaled) {
        return scaled.node().input(0);
    }
}
