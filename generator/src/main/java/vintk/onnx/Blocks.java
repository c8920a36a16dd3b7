package vintk.onnx;

import java.util.List;

/**
 * Blocks of channels ("NCHWc"), a layout of ONNX Runtime's own on processors: of [N, C, h, w] the pixels of B channels at a time,
 * [N, C/B, h, w, B], under the shape of whole blocks, [N, C, h, w].
 */
final class Blocks {
    /** The operator set. */
    static final String DOMAIN = "com.microsoft.nchwc";

    private Blocks() {}

    /** [N, C, h, w] in blocks. */
    static Value of(Value x) {
        return node("ReorderInput", x.type(), Attributes.NONE, List.of(x));
    }

    /** [N, h, w, C] in blocks. */
    static Value ofLast(Value x) {
        Shape shape = x.shape();
        Shape image = Shape.of(shape.dim(0), shape.dim(3), shape.dim(1), shape.dim(2));
        return node("ReorderInput", x.type().withShape(image), Attributes.NONE.with("channels_last", 1L), List.of(x));
    }

    /** Blocks as [N, C, h, w]. */
    static Value plain(Value x) {
        return node(
                "ReorderOutput",
                x.type(),
                Attributes.NONE.with("channels", x.shape().dim(1)),
                List.of(x));
    }

    /** An operator on blocks. */
    static Value node(String opType, TensorType type, Attributes attributes, List<Value> inputs) {
        return new Node(DOMAIN, opType, null, inputs, attributes, List.of(type), null).output();
    }
}
