package vintk.bench;

import java.util.List;
import java.util.function.Consumer;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.space.RandomStream;

/**
 * Layers as exporters write them: one operator each, with weights as initializers. Every weight has a stream of random numbers of
 * its own.
 */
final class Layers {
    private static final double NORM_EPSILON = 1e-5;

    private final long seed;

    Layers(long seed) {
        this.seed = seed;
    }

    /** A square convolution without bias, drawn from N(0, 2 / (out · kernel²)) (He et al. 2015). */
    Value convolution(Value x, String name, long out, long kernel, long stride, long pad) {
        double sigma = Math.sqrt(2.0 / (out * kernel * kernel));
        Value weight = normal(name + ".weight", sigma, out, x.shape().dim(1), kernel, kernel);
        return convolution(x, weight, null, stride, pad);
    }

    /** A convolution of patches that do not overlap, with bias. */
    Value patches(Value x, String name, long out, long patch) {
        Value weight = normal(name + ".weight", 0.02, out, x.shape().dim(1), patch, patch);
        return convolution(x, weight, normal(name + ".bias", 0.02, out), patch, 0);
    }

    private static Value convolution(Value x, Value weight, Value bias, long stride, long pad) {
        long kernel = weight.shape().dim(2);
        long side = (x.shape().dim(2) + 2 * pad - kernel) / stride + 1;
        Attributes attributes = Attributes.NONE
                .with("kernel_shape", new long[] {kernel, kernel})
                .with("strides", new long[] {stride, stride})
                .with("pads", new long[] {pad, pad, pad, pad});
        TensorType type =
                TensorType.of(DataType.FLOAT, x.shape().dim(0), weight.shape().dim(0), side, side);
        return bias == null
                ? Ops.node("Conv", type, attributes, x, weight)
                : Ops.node("Conv", type, attributes, x, weight, bias);
    }

    /** With the statistics of training, which differ from 0 and 1. */
    Value batchNormalization(Value x, String name) {
        long width = x.shape().dim(1);
        return Ops.node(
                "BatchNormalization",
                x.type(),
                Attributes.NONE.with("epsilon", (float) NORM_EPSILON),
                x,
                around(1, name + ".weight", width),
                around(0, name + ".bias", width),
                around(0, name + ".running_mean", width),
                around(1, name + ".running_var", width));
    }

    Value layerNormalization(Value x, String name) {
        long width = x.shape().dim(-1);
        return Ops.node(
                "LayerNormalization",
                x.type(),
                Attributes.NONE.with("axis", -1L).with("epsilon", (float) NORM_EPSILON),
                x,
                around(1, name + ".weight", width),
                around(0, name + ".bias", width));
    }

    static Value relu(Value x) {
        return Ops.unary("Relu", x);
    }

    /** The exact GELU in one operator, which ONNX has from opset 20 only, ONNX Runtime in its own domain always. */
    static Value gelu(Value x) {
        return new Node("com.microsoft", "Gelu", null, List.of(x), Attributes.NONE, List.of(x.type()), null).output();
    }

    /** 3×3, stride 2. */
    static Value maxPool(Value x) {
        long side = (x.shape().dim(2) - 1) / 2 + 1;
        Attributes attributes = Attributes.NONE
                .with("kernel_shape", new long[] {3, 3})
                .with("strides", new long[] {2, 2})
                .with("pads", new long[] {1, 1, 1, 1});
        return Ops.node("MaxPool", x.type().withShape(x.shape().with(2, side).with(3, side)), attributes, x);
    }

    /** [N, C, H, W] to [N, C]. */
    static Value globalAverage(Value x) {
        Value mean = Ops.node(
                "GlobalAveragePool", x.type().withShape(x.shape().with(2, 1).with(3, 1)), Attributes.NONE, x);
        return Ops.reshape(mean, x.shape().dim(0), x.shape().dim(1));
    }

    Value linear(Value x, String name, long out) {
        return Ops.add(product(x, name, out), normal(name + ".bias", 0.02, out));
    }

    /** A linear layer without bias. */
    Value product(Value x, String name, long out) {
        return Ops.matMul(x, normal(name + ".weight", 0.02, x.shape().dim(-1), out));
    }

    Value normal(String name, double sigma, long... dims) {
        return drawn(name, values -> stream(name).normal(values, sigma), dims);
    }

    private Value around(double centre, String name, long width) {
        return drawn(
                name,
                values -> {
                    stream(name).uniform(values, 0.2);
                    for (int i = 0; i < values.length; i++) {
                        values[i] += (float) centre;
                    }
                },
                width);
    }

    private RandomStream stream(String name) {
        return RandomStream.of(seed, "bench/" + name);
    }

    private static Value drawn(String name, Consumer<float[]> how, long... dims) {
        Shape shape = Shape.of(dims);
        float[] values = new float[Math.toIntExact(shape.elements())];
        how.accept(values);
        return Value.initializer(name, Tensor.floats(shape, values));
    }
}
