package vintk.ntk;

import static vintk.ntk.SampleNetwork.of;

import java.util.Arrays;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Small networks of convolutions and pooling. */
final class ImageNetworks {
    private ImageNetworks() {}

    static void addTo(List<SampleNetwork> networks) {
        networks.add(of(
                        "patches",
                        Shape.of(2, 4, 6),
                        (x, w, n) -> conv(x, 1, 2, 1, 0, w.get("w", 3, 2, 2, 2), w.get("b", 3)))
                .inFloat());
        networks.add(of("1-D convolution", Shape.of(2, 9), (x, w, n) -> conv(x, 1, 2, 1, 1, w.get("w", 3, 2, 3)))
                .inFloat());
        networks.add(of(
                        "3-D convolution",
                        Shape.of(2, 3, 4, 3),
                        (x, w, n) -> conv(x, 1, 1, 1, 1, w.get("w", 2, 2, 2, 3, 2), w.get("b", 2)))
                .inFloat());
        networks.add(of("two convolutions", Shape.of(2, 6, 5), (x, w, n) -> {
                    Value hidden = Ops.unary("Tanh", conv(x, 1, 2, 1, 1, w.get("w", 4, 2, 3, 3), w.get("b", 4)));
                    return Ops.reduceMean(conv(hidden, 1, 1, 1, 0, w.get("v", 3, 4, 2, 2), w.get("c", 3)), 2, 3);
                })
                .inFloat());
        networks.add(of(
                        "dilated convolution",
                        Shape.of(2, 7, 8),
                        (x, w, n) -> conv(x, 1, 2, 2, 2, w.get("w", 3, 2, 3, 2), w.get("b", 3)))
                .inFloat());
        networks.add(of(
                        "stride past the kernel",
                        Shape.of(2, 8, 8),
                        (x, w, n) -> conv(x, 1, 3, 1, 0, w.get("w", 3, 2, 2, 2)))
                .inFloat());
        networks.add(
                of("groups", Shape.of(4, 5, 5), (x, w, n) -> conv(x, 2, 1, 1, 1, w.get("w", 6, 2, 3, 3), w.get("b", 6)))
                        .inFloat());
        networks.add(of("depthwise, then pointwise", Shape.of(3, 5, 5), (x, w, n) -> {
                    Value depth = conv(x, 3, 1, 1, 1, w.get("w", 3, 1, 3, 3), w.get("b", 3));
                    return conv(Ops.unary("Tanh", depth), 1, 1, 1, 0, w.get("v", 2, 3, 1, 1));
                })
                .inFloat());
        networks.add(of("convolution of windows", Shape.of(2, 3, 4, 4), (x, w, n) -> {
                    Value windows = Ops.reshape(x, 2 * n, 3, 4, 4);
                    Value y = conv(windows, 1, 1, 1, 1, w.get("w", 2, 3, 3, 3), w.get("b", 2));
                    return Ops.reduceSum(Ops.reshape(y, n, 2, 32), false, 2);
                })
                .inFloat());
        networks.add(of("grouped convolution of windows in front", Shape.of(2, 4, 4, 4), (x, w, n) -> {
                    Value windows = Ops.reshape(Ops.transpose(x, 1, 0, 2, 3, 4), 2 * n, 4, 4, 4);
                    return conv(windows, 2, 2, 1, 0, w.get("w", 2, 2, 2, 2), w.get("b", 2));
                })
                .inFloat());
        networks.add(of("weights normalised, kernel transposed", Shape.of(2, 4, 5), (x, w, n) -> {
                    Value kernel = Ops.transpose(w.get("w", 2, 3, 2, 2), 1, 0, 2, 3);
                    Value norm = Ops.sqrt(Ops.reduceSum(Ops.square(kernel), true, 1, 2, 3));
                    return conv(x, 1, 1, 1, 0, Ops.div(kernel, norm));
                })
                .inFloat());
        networks.add(of("maximum pooling", Shape.of(2, 6, 6), (x, w, n) -> {
                    Value hidden = conv(x, 1, 1, 1, 1, w.get("w", 3, 2, 3, 3), w.get("b", 3));
                    TensorType type = hidden.type().withShape(Shape.of(n, 3, 3, 3));
                    Attributes attributes = Attributes.NONE
                            .with("kernel_shape", new long[] {3, 3})
                            .with("strides", new long[] {2, 2})
                            .with("pads", new long[] {1, 1, 0, 0});
                    Value pooled = Ops.node("MaxPool", type, attributes, hidden);
                    return Ops.matMul(Ops.reshape(pooled, n, 27), w.get("out", 27, 2));
                })
                .inFloat());
    }

    static Value conv(Value x, long group, long stride, long dilation, long pad, Value... parameters) {
        Shape w = parameters[0].shape();
        int rank = w.rank() - 2;
        long[] dims = x.shape().dims();
        dims[1] = w.dim(0);
        for (int i = 2; i < dims.length; i++) {
            dims[i] = (dims[i] + 2 * pad - dilation * (w.dim(i) - 1) - 1) / stride + 1;
        }
        Attributes attributes = Attributes.NONE
                .with("group", group)
                .with("strides", filled(rank, stride))
                .with("dilations", filled(rank, dilation))
                .with("pads", filled(2 * rank, pad));
        Value[] operands = new Value[1 + parameters.length];
        operands[0] = x;
        System.arraycopy(parameters, 0, operands, 1, parameters.length);
        return Ops.node("Conv", x.type().withShape(Shape.of(dims)), attributes, operands);
    }

    static long[] filled(int length, long value) {
        long[] values = new long[length];
        Arrays.fill(values, value);
        return values;
    }
}
