package vintk.opset;

import java.util.List;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Ops;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Activations that are products of others, the experimental operators of the first exporters, and constants. */
final class ActivationAdapters {
    private ActivationAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("Mish", site -> Ops.mul(site.x(), Ops.unary("Tanh", Ops.unary("Softplus", site.x()))));
        adapters.single("Swish", ActivationAdapters::swish);
        adapters.single(
                "CastLike", site -> Ops.cast(site.x(), site.types().get(0).dataType()));

        // Of the first exporters: Caffe2, CoreML.
        adapters.single("Affine", site -> Ops.add(Ops.mul(site.x(), alpha(site)), beta(site)));
        adapters.single("ScaledTanh", site -> scaled(site, "Tanh"));
        adapters.single("ParametricSoftplus", site -> scaled(site, "Softplus"));
        adapters.single("Scale", site -> Ops.mul(site.x(), site.attributes().real("scale", 1)));
        adapters.single("ImageScaler", ActivationAdapters::imageScaler);

        // Of Stable Diffusion, for ONNX Runtime's CUDA provider.
        adapters.single("com.microsoft.BiasAdd", site -> Ops.add(Ops.add(site.x(), site.x(1)), site.x(2)));
        adapters.single("com.microsoft.BiasSplitGelu", ActivationAdapters::biasSplitGelu);

        adapters.single("Range", ActivationAdapters::range);
    }

    /** x σ(αx). */
    private static Value swish(Site site) {
        return Ops.mul(
                site.x(),
                Ops.unary("Sigmoid", Ops.mul(site.x(), site.attributes().real("alpha", 1))));
    }

    private static double alpha(Site site) {
        return site.attributes().real("alpha", 1);
    }

    private static double beta(Site site) {
        return site.attributes().real("beta", 0);
    }

    /** α f(βx). */
    private static Value scaled(Site site, String function) {
        return Ops.mul(Ops.unary(function, Ops.mul(site.x(), beta(site))), alpha(site));
    }

    /** Pixels times a number, and a number a channel. */
    private static Value imageScaler(Site site) {
        List<Float> bias = site.attributes().get("bias").getFloatsList();
        double[] numbers = bias.stream().mapToDouble(Float::doubleValue).toArray();
        TensorType type = TensorType.of(site.x().dataType(), numbers.length, 1, 1);
        Value scaled = Ops.mul(site.x(), site.attributes().real("scale", 1));
        return Ops.add(scaled, Ops.constant(Tensor.of(type, numbers)));
    }

    /** The first half of x + bias times the Gelu of the second. */
    private static Value biasSplitGelu(Site site) {
        long half = site.shape().dim(-1) / 2;
        List<Value> halves = Indexing.split(Ops.add(site.x(), site.x(1)), -1, half, half);
        return Ops.mul(halves.get(0), Ops.gelu(halves.get(1)));
    }

    /** Integers are known on import already; numbers are where their ends are. Added up one by one, as ONNX Runtime does. */
    private static Value range(Site site) {
        if (!site.inputs().stream().allMatch(Value::isConstant)) {
            return site.untouched().get(0);
        }
        TensorType type = site.types().get(0);
        double[] numbers = new double[Math.toIntExact(type.shape().elements())];
        double at = site.constant(0).number(0);
        double step = site.constant(2).number(0);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = at;
            at = type.dataType() == DataType.FLOAT ? (float) at + (float) step : at + step;
        }
        return Ops.constant(Tensor.of(type, numbers));
    }
}
