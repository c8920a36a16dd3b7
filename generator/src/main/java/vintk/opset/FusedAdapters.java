package vintk.opset;

import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Value;

/** Products that ONNX Runtime's optimiser fused with what is around them. */
final class FusedAdapters {
    private FusedAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("com.microsoft.FusedGemm", FusedAdapters::gemm);
        adapters.single("com.microsoft.FusedMatMul", FusedAdapters::matMul);
        adapters.single("com.microsoft.TransposeMatMul", FusedAdapters::matMul);
    }

    private static Value gemm(Site site) {
        Value y = MathAdapters.gemm(site);
        Attributes attributes = site.attributes();
        String name = attributes.text("activation", "");
        if (name.isEmpty()) {
            return y;
        }
        return FusedActivation.of(
                        site,
                        name,
                        attributes.real("activation_alpha", Float.NaN),
                        attributes.real("activation_beta", Float.NaN),
                        attributes.real("activation_gamma", Float.NaN))
                .apply(y);
    }

    /** α A' B', where A' and B' may be transposed in their last two axes, or in their first and the batch's. */
    private static Value matMul(Site site) {
        Value a = operand(site, site.x(0), "A", true);
        Value b = operand(site, site.x(1), "B", false);
        Value product = Ops.reshape(Ops.matMul(a, b), site.outputShape());
        return Ops.mul(product, site.attributes().real("alpha", 1));
    }

    private static Value operand(Site site, Value value, String name, boolean left) {
        int rank = value.shape().rank();
        if (rank == 1) {
            // One axis is one row on the left and one column on the right.
            long k = value.shape().dim(0);
            return left ? Ops.reshape(value, 1, k) : Ops.reshape(value, k, 1);
        }
        boolean batch = site.attributes().integer("transBatch" + name, 0) != 0;
        boolean last = site.attributes().integer("trans" + name, 0) != 0;
        Value moved = batch ? Ops.moveAxis(value, 0, rank - 2) : value;
        return last ? Ops.transposeLast(moved) : moved;
    }
}
