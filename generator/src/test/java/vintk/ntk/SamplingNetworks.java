package vintk.ntk;

import static vintk.ntk.ImageNetworks.conv;
import static vintk.ntk.SampleNetwork.of;

import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Small networks that change the size of images: transposed convolutions, pooling, sampling. */
final class SamplingNetworks {
    private static final Attributes PAIRS =
            Attributes.NONE.with("kernel_shape", new long[] {2, 2}).with("strides", new long[] {2, 2});

    private SamplingNetworks() {}

    static void addTo(List<SampleNetwork> networks) {
        transposed(networks);
        pools(networks);
        networks.add(of(
                        "groups of many channels",
                        Shape.of(18, 4, 3),
                        (x, w, n) -> conv(x, 2, 2, 1, 1, w.get("w", 4, 9, 3, 2), w.get("b", 4)))
                .inFloat());
        networks.add(of(
                        "depthwise, strided and dilated",
                        Shape.of(4, 7, 7),
                        (x, w, n) -> conv(Ops.unary("Tanh", x), 4, 2, 2, 2, w.get("w", 8, 1, 3, 2), w.get("b", 8)))
                .inFloat());
        networks.add(of("images of parameters", Shape.of(2, 4, 4), (x, w, n) -> {
                    Value made = conv(w.get("image", 1, 3, 4, 4), 1, 1, 1, 1, w.get("w", 2, 3, 3, 3), w.get("b", 2));
                    Value depthwise = conv(w.get("other", 1, 2, 4, 4), 2, 1, 1, 1, w.get("v", 2, 1, 3, 3));
                    return Ops.unary("Tanh", Ops.mul(Ops.add(x, made), depthwise));
                })
                .inFloat());
        networks.add(of("pooled and spread images of parameters", Shape.of(2, 4, 4), (x, w, n) -> {
                    Value image = w.get("image", 1, 2, 4, 4);
                    Value pooled = Ops.node("MaxPool", image.type().withShape(Shape.of(1, 2, 2, 2)), PAIRS, image);
                    Value mean = Ops.node("AveragePool", image.type().withShape(Shape.of(1, 2, 2, 2)), PAIRS, image);
                    Value wide = transposed(Ops.mul(pooled, mean), 1, w.get("w", 2, 2, 2, 2), w.get("b", 2));
                    return Ops.unary("Tanh", Ops.mul(x, wide));
                })
                .inFloat());
        networks.add(of("places that depend on the sample", Shape.of(2, 4, 5), (x, w, n) -> {
            Value places = Ops.matMul(Ops.reshape(x, n, 40), w.get("w", 40, 12));
            Value grid = Ops.reshape(Ops.unary("Tanh", places), n, 2, 3, 2);
            Value image = Ops.mul(x, w.get("scale", 2, 1, 1));
            return sample(image, grid, "linear");
        }));
        networks.add(of("places that depend on samples and windows", Shape.of(2, 2, 3, 4), (x, w, n) -> {
            Value windows = Ops.reshape(x, 2 * n, 2, 3, 4);
            Value places = Ops.matMul(Ops.reshape(windows, 2 * n, 24), w.get("w", 24, 8));
            Value grid = Ops.reshape(Ops.unary("Tanh", places), 2 * n, 2, 2, 2);
            Value y = sample(Ops.mul(windows, w.get("scale", 3, 4)), grid, "cubic");
            return Ops.reduceSum(Ops.reshape(y, n, 2, 8), false, 1);
        }));
    }

    private static void transposed(List<SampleNetwork> networks) {
        networks.add(of(
                        "transposed convolution",
                        Shape.of(3, 2, 3),
                        (x, w, n) -> transposed(x, 1, w.get("w", 3, 2, 3, 2), w.get("b", 2)))
                .inFloat());
        networks.add(of("grouped transposed convolution", Shape.of(4, 3, 2), (x, w, n) -> {
                    Value hidden = Ops.unary("Tanh", transposed(x, 2, w.get("w", 4, 3, 2, 3), w.get("b", 6)));
                    return conv(hidden, 1, 2, 1, 0, w.get("v", 2, 6, 2, 2));
                })
                .inFloat());
        networks.add(of("transposed convolution of windows", Shape.of(2, 3, 2, 2), (x, w, n) -> {
                    Value y = transposed(Ops.reshape(x, 2 * n, 3, 2, 2), 1, w.get("w", 3, 2, 2, 2), w.get("b", 2));
                    return Ops.reduceSum(Ops.unary("Tanh", Ops.reshape(y, n, 2, 32)), false, 1);
                })
                .inFloat());
    }

    /** Stride 2, so that windows of 2 lie side by side; one pixel is cut where they are longer. */
    private static Value transposed(Value x, long group, Value... parameters) {
        Shape w = parameters[0].shape();
        long[] pads = {0, 0, w.dim(2) - 2, w.dim(3) - 2};
        Attributes attributes = Attributes.NONE
                .with("group", group)
                .with("strides", new long[] {2, 2})
                .with("pads", pads);
        Shape y = Shape.of(
                x.shape().dim(0),
                w.dim(1) * group,
                2 * x.shape().dim(2),
                2 * x.shape().dim(3));
        Value[] operands = {x, parameters[0], parameters[1]};
        return Ops.node("ConvTranspose", x.type().withShape(y), attributes, operands);
    }

    private static void pools(List<SampleNetwork> networks) {
        networks.add(of("average pooling", Shape.of(2, 5, 4), (x, w, n) -> {
                    Value hidden = conv(x, 1, 1, 1, 1, w.get("w", 3, 2, 3, 3), w.get("b", 3));
                    Attributes overlapping = Attributes.NONE
                            .with("kernel_shape", new long[] {3, 2})
                            .with("strides", new long[] {2, 2})
                            .with("pads", new long[] {1, 0, 1, 0});
                    Value y = Ops.node(
                            "AveragePool",
                            x.type().withShape(Shape.of(n, 3, 3, 2)),
                            overlapping,
                            Ops.unary("Tanh", hidden));
                    return Ops.matMul(Ops.reshape(y, n, 18), w.get("out", 18, 2));
                })
                .inFloat());
        networks.add(of("pooling of samples on the axis of channels", Shape.of(3, 4, 4), (x, w, n) -> {
                    Value image = Ops.transpose(Ops.mul(x, w.get("scale", 3, 1, 4)), 1, 0, 2, 3);
                    TensorType half = x.type().withShape(Shape.of(3, n, 2, 2));
                    Value y = Ops.mul(
                            Ops.node("AveragePool", half, PAIRS, image), Ops.node("MaxPool", half, PAIRS, image));
                    return Ops.reshape(Ops.transpose(y, 1, 0, 2, 3), n, 12);
                })
                .inFloat());
        networks.add(of("pooling and its inverse", Shape.of(2, 4, 6), (x, w, n) -> {
                    Value hidden = conv(x, 1, 1, 1, 1, w.get("w", 3, 2, 3, 3), w.get("b", 3));
                    TensorType half = x.type().withShape(Shape.of(n, 3, 2, 3));
                    TensorType places = new TensorType(DataType.INT64, half.shape());
                    Node pool = new Node("", "MaxPool", null, List.of(hidden), PAIRS, List.of(half, places), null);
                    Value scaled = Ops.mul(pool.outputs().get(0), w.get("scale", 3, 1, 1));
                    Value spread = Ops.node(
                            "MaxUnpool",
                            hidden.type(),
                            PAIRS,
                            scaled,
                            pool.outputs().get(1));
                    return Ops.unary("Tanh", conv(spread, 1, 2, 1, 0, w.get("v", 2, 3, 3, 3)));
                })
                .inFloat());
    }

    private static Value sample(Value x, Value grid, String mode) {
        Shape shape = Shape.of(
                x.shape().dim(0),
                x.shape().dim(1),
                grid.shape().dim(1),
                grid.shape().dim(2));
        return Ops.node("GridSample", x.type().withShape(shape), Attributes.NONE.with("mode", mode), x, grid);
    }
}
