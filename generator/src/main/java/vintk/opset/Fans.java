package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import vintk.onnx.Attributes;
import vintk.onnx.Shape;

/**
 * How many numbers a layer adds up for an output, and what initialisations take for that. As {@code torch.nn.init} counts, by the
 * shape alone: groups divide fan-in and not fan-out, every gate of a recurrent layer is an output, and ConvTranspose, whose weight
 * is [in, out / groups, kernel ...], is taken for the convolution that it transposes.
 *
 * @param in inputs of an output: the extents over which a weight is summed; of ConvTranspose outputs of an input
 * @param out outputs of an input; of ConvTranspose inputs of an output, times groups
 * @param initial the number whose root bounds PyTorch's default initialisation; fan-in but for recurrent layers (the hidden size)
 * @param features outputs of the layer at one place: the elements of a bias
 */
public record Fans(long in, long out, long initial, long features) {
    static final Fans NONE = new Fans(0, 0, 0, 0);

    /** Of a weight read by an operator with this shape; an unknown shape (null) has none. */
    static Fans of(NodeProto node, int input, Shape shape) {
        if (shape == null || shape.rank() == 0 || shape.elements() == 0) {
            return NONE;
        }
        int rank = shape.rank();
        long elements = shape.elements();
        Attributes attributes = Attributes.of(node.getAttributeList());
        switch (node.getOpType()) {
            case "ConvTranspose":
                if (rank > 1) {
                    long group = Math.max(1, attributes.integer("group", 1));
                    long in = elements / shape.dim(0);
                    return new Fans(in, elements / shape.dim(1), in, shape.dim(1) * group);
                }
                break;
            case "LSTM", "GRU", "RNN":
                if (rank == 3) {
                    long hidden = attributes.integer("hidden_size", shape.dim(2));
                    return new Fans(shape.dim(2), shape.dim(1), hidden, shape.dim(1));
                }
                break;
            case "MatMul", "FusedMatMul", "TransposeMatMul", "Gemm", "FusedGemm", "GemmFastGelu", "Attention":
                if (rank > 1) {
                    boolean transposed = attributes.integer(input == 0 ? "transA" : "transB", 0) != 0;
                    long last = shape.dim(-1);
                    long before = shape.dim(-2);
                    // As the right operand [in, out]; as the left one [out, in].
                    return transposed == (input == 0) ? matrix(before, last) : matrix(last, before);
                }
                return matrix(elements, 1);
            case "Einsum":
                return einsum(attributes.text("equation", ""), input, shape);
            default:
                break;
        }
        // Convolutions, and what is not known better: [out, in, kernel ...].
        long out = shape.dim(0);
        long in = elements / out;
        return new Fans(in, rank > 1 ? elements / shape.dim(1) : out, in, out);
    }

    private static Fans matrix(long in, long out) {
        return new Fans(in, out, in, out);
    }

    /** Letters that the result lacks are summed over; of the others, those of this operand alone are its outputs. */
    private static Fans einsum(String equation, int input, Shape shape) {
        String[] sides = equation.replace(" ", "").split("->");
        String[] operands = sides[0].split(",");
        if (sides.length < 2 || input >= operands.length || operands[input].length() != shape.rank()) {
            return NONE;
        }
        long in = 1;
        long out = 1;
        for (int i = 0; i < shape.rank(); i++) {
            String letter = operands[input].substring(i, i + 1);
            if (!sides[1].contains(letter)) {
                in *= shape.dim(i);
            } else if (operands.length == 1 || !operands[input == 0 ? 1 : 0].contains(letter)) {
                out *= shape.dim(i);
            }
        }
        return matrix(in, out);
    }
}
