package vintk.opset;

import vintk.onnx.Attributes;
import vintk.onnx.AxisMap;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Discrete Fourier transforms. Numbers are real, with a last axis of extent 1, or complex, with one of extent 2. */
final class FourierAdapters {
    private FourierAdapters() {}

    static void addTo(Adapters.Adder adapters) {
        adapters.single("DFT", FourierAdapters::transform);
        adapters.single("STFT", FourierAdapters::shortTime);
    }

    /** y_k = Σ_j x_j exp(∓2πi jk/n), of the inverse divided by n. The axis is an attribute before opset 20. */
    private static Value transform(Site site) {
        Value x = site.x();
        int rank = x.shape().rank();
        long axis = site.opset() >= 20
                ? site.optional(2) == null ? -2 : site.constant(2).integers()[0]
                : site.attributes().integer("axis", 1);
        int at = x.shape().axis((int) axis);
        long parts = x.shape().dim(-1);
        long length = x.shape().dim(at);
        long n = site.optional(1) == null ? length : site.constant(1).integers()[0];
        boolean inverse = site.attributes().integer("inverse", 0) != 0;
        boolean onesided = site.attributes().integer("onesided", 0) != 0;
        if (at == rank - 1) {
            throw site.unsupported("a transform along the axis of real and imaginary parts");
        }
        long wanted = site.outputShape().dim(at);
        boolean real = inverse && onesided;
        if (real && (parts != 2 || site.outputShape().dim(-1) != 1 || length != wanted / 2 + 1)) {
            throw site.unsupported("the inverse of a one-sided transform of " + x + " to " + site.outputShape());
        }

        // Real and imaginary parts merged with the axis of the transform: one matrix for all.
        Value last = Ops.moveAxis(x, at, rank - 2);
        Shape lead = last.shape().slice(0, rank - 2);
        Value flat = Ops.reshape(last, Shape.concat(lead, Shape.of(length * parts)));
        double[][] matrix = real ? realInverse(length, wanted) : matrix(length, parts, n, wanted, inverse);
        Value y = rank == 2 ? column(flat, matrix) : AxisMap.apply(flat, rank - 2, matrix);
        return Ops.moveAxis(Ops.reshape(y, Shape.concat(lead, Shape.of(wanted, real ? 1 : 2))), rank - 2, at);
    }

    /** Of n real numbers with this one-sided transform: every frequency but 0 and the highest of an even n stands for two. */
    private static double[][] realInverse(long length, long n) {
        double[][] matrix = new double[Math.toIntExact(n)][Math.toIntExact(2 * length)];
        for (int j = 0; j < n; j++) {
            for (int k = 0; k < length; k++) {
                double angle = 2 * Math.PI * ((long) j * k % n) / n;
                double share = (k == 0 || 2L * k == n ? 1.0 : 2.0) / n;
                matrix[j][2 * k] = share * Math.cos(angle);
                matrix[j][2 * k + 1] = -share * Math.sin(angle);
            }
        }
        return matrix;
    }

    private static double[][] matrix(long length, long parts, long n, long wanted, boolean inverse) {
        double[][] matrix = new double[Math.toIntExact(2 * wanted)][Math.toIntExact(length * parts)];
        for (int k = 0; k < wanted; k++) {
            for (int j = 0; j < Math.min(length, n); j++) {
                double angle = (inverse ? 2 : -2) * Math.PI * ((long) j * k % n) / n;
                double cos = Math.cos(angle) / (inverse ? n : 1);
                double sin = Math.sin(angle) / (inverse ? n : 1);
                int column = Math.toIntExact(j * parts);
                matrix[2 * k][column] = cos;
                matrix[2 * k + 1][column] = sin;
                if (parts == 2) {
                    matrix[2 * k][column + 1] = -sin;
                    matrix[2 * k + 1][column + 1] = cos;
                }
            }
        }
        return matrix;
    }

    private static Value column(Value flat, double[][] matrix) {
        return AxisMap.apply(Ops.reshape(flat, 1, flat.shape().elements()), 1, matrix);
    }

    /** A convolution of the signal, whose kernels are the window times cosines and sines. */
    private static Value shortTime(Site site) {
        Value signal = site.x();
        Shape y = site.outputShape();
        long step = site.constant(1).integers()[0];
        Value window = site.optional(2);
        long length = window != null ? window.shape().dim(0) : site.constant(3).integers()[0];
        long bins = y.dim(2);
        long parts = signal.shape().rank() == 2 ? 1 : signal.shape().dim(2);
        double[] waves = new double[Math.toIntExact(2 * bins * parts * length)];
        for (int k = 0; k < bins; k++) {
            for (int j = 0; j < length; j++) {
                double angle = -2 * Math.PI * ((long) j * k % length) / length;
                // [bin, real or imaginary, part of the signal, place in the window]
                int real = Math.toIntExact(2 * k * parts * length + j);
                int imaginary = Math.toIntExact(real + parts * length);
                waves[real] = Math.cos(angle);
                waves[imaginary] = Math.sin(angle);
                if (parts == 2) {
                    waves[Math.toIntExact(real + length)] = -Math.sin(angle);
                    waves[Math.toIntExact(imaginary + length)] = Math.cos(angle);
                }
            }
        }
        Value kernels = Ops.constant(Tensor.of(TensorType.of(signal.dataType(), 2 * bins, parts, length), waves));
        if (window != null) {
            kernels = Ops.mul(kernels, window);
        }
        long samples = signal.shape().dim(0);
        long extent = signal.shape().dim(1);
        Value x = Ops.transposeLast(Ops.reshape(signal, samples, extent, parts));
        Attributes attributes =
                Attributes.NONE.with("strides", new long[] {step}).with("kernel_shape", new long[] {length});
        Shape shape = Shape.of(samples, 2 * bins, y.dim(1));
        Value found = Ops.node("Conv", x.type().withShape(shape), attributes, x, kernels);
        return Ops.reshape(Ops.transposeLast(found), y);
    }
}
