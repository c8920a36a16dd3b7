package vintk.ntk;

import vintk.autodiff.BatchAxis;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * The cotangent v of the output with which the backward pass starts: g_v(x) = ⟨v, f(x)⟩ (METHOD §1).
 *
 * @param output the network's output for the whole batch
 * @param axis where it carries the samples, or null for a graph of a single sample
 * @param samples N
 */
public record Seed(Value output, BatchAxis axis, long samples) {
    /** v = 1. */
    public Value sum() {
        return Ops.reshape(Ops.scalar(output, 1), Shape.ones(output.shape().rank()));
    }

    /** v = e_c, over the flattened output of one sample. */
    public Value unit(long index) {
        double[] vector = new double[Math.toIntExact(sampleShape().elements())];
        if (index < 0 || index >= vector.length) {
            throw new IllegalArgumentException(
                    "class " + index + " is asked for, but the output has " + vector.length + " elements a sample");
        }
        vector[Math.toIntExact(index)] = 1;
        return vector(Ops.constant(Tensor.of(new TensorType(output.dataType(), sampleShape()), vector)));
    }

    /** v given as a value of {@link #sampleShape()}. */
    public Value vector(Value v) {
        Shape shape = output.shape();
        if (axis == null) {
            return Ops.reshape(v, shape);
        }
        int at = axis.axis();
        if (axis.isPlain()) {
            return Ops.reshape(v, shape.with(at, 1));
        }
        Shape split = shape.replaced(at, at + 1, Shape.of(axis.outer(), 1, axis.inner()));
        Shape repeated = split.with(at + 1, samples);
        return Ops.reshape(Ops.expand(Ops.reshape(v, split), repeated), shape);
    }

    /** A v for each sample, {@code [N, ...sampleShape]}. Only for a plain batch axis in front. */
    public Value perSample(Value v) {
        if (axis != null && !(axis.isPlain() && axis.axis() == 0)) {
            throw new IllegalArgumentException("the output must carry the samples on its axis 0, it is " + output);
        }
        return Ops.reshape(v, output.shape());
    }

    /** The shape of one sample's output, without a batch axis. */
    public Shape sampleShape() {
        Shape shape = output.shape();
        if (axis == null) {
            return shape.rank() > 0 && shape.dim(0) == 1 ? shape.slice(1, shape.rank()) : shape;
        }
        long merged = axis.outer() * axis.inner();
        return merged == 1 ? shape.without(axis.axis()) : shape.with(axis.axis(), merged);
    }
}
