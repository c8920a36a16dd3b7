package vintk.onnx;

/** Matrix products, plain or {@code com.microsoft.FusedMatMul}. */
final class Products {
    /** ONNX Runtime's own operators. */
    static final String DOMAIN = "com.microsoft";

    /** A product that reads transposed operands in place, and multiplies by a number. */
    static final String FUSED = "FusedMatMul";

    private Products() {}

    static boolean isProduct(Node node) {
        return node.is("MatMul") || isFused(node);
    }

    static boolean isFused(Node node) {
        return node.domain().equals(DOMAIN) && node.opType().equals(FUSED);
    }

    /** Whether an operand's first axis and its batch change places. */
    static boolean movesBatch(Node node) {
        return node.attributes().integer("transBatchA", 0) == 1
                || node.attributes().integer("transBatchB", 0) == 1;
    }

    /** Whether a node is a product of rows by a matrix, x W or x Wᵀ, of float32: a dense layer, or the gradient by its input. */
    static boolean isLayer(Node node) {
        return isProduct(node)
                && node.output().dataType() == DataType.FLOAT
                && !movesBatch(node)
                && node.input(0).shape().rank() >= (isTurned(node) ? 3 : 2)
                && node.input(1).shape().rank() == 2;
    }

    /** Whether the last two axes of the left operand change places: of a layer, whether x has its rows on the last axis. */
    static boolean isTurned(Node node) {
        return node.attributes().integer("transA", 0) == 1;
    }

    /** α a b, of the last two axes. */
    static Value scaled(float alpha, Value a, Value b) {
        Value product = Ops.matMul(a, b);
        if (alpha == 1) {
            return product;
        }
        Attributes attributes = Attributes.NONE.with("alpha", alpha);
        return Rewrite.with(product.node(), DOMAIN, FUSED, product.node().inputs(), attributes)
                .output();
    }
}
