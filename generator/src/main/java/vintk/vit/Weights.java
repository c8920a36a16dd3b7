package vintk.vit;

import java.util.Arrays;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;
import vintk.space.RandomStream;
import vintk.space.VisionTransformer.Initialisation;

/**
 * Draws the parameters of a network. Every parameter has a stream of its own, keyed by (seed, name): its values depend on
 * nothing else, not on order, threads or the other parameters.
 *
 * <p>Two schemes (facts on the published networks: AutoFormer and Auto-Prox code):
 * <ul>
 *   <li>{@code TRUNCATED_NORMAL}: matrices, tokens and tables N(0, 0.02²) (published as truncated at ±2, a hundred
 *       standard deviations away), biases 0; the patch convolution keeps PyTorch's default.
 *   <li>{@code PYTORCH_DEFAULT}: weights and biases of linear layers and convolutions U(-1/√fan_in, 1/√fan_in); tokens and
 *       position tables N(0, 0.02²).
 * </ul>
 * Normalisations start at scale 1 and bias 0.
 *
 * @param seed of all streams
 * @param scheme how to draw
 */
record Weights(long seed, Initialisation scheme) {
    private static final double SIGMA = 0.02;

    /** A matrix of a linear layer, [in, out]. */
    Value matrix(String name, long in, long out) {
        return scheme == Initialisation.PYTORCH_DEFAULT ? uniform(name, in, in, out) : normal(name, in, out);
    }

    /** The bias of a linear layer with {@code in} inputs. */
    Value bias(String name, long in, long out) {
        return scheme == Initialisation.PYTORCH_DEFAULT ? uniform(name, in, out) : constant(name, 0, out);
    }

    /** A kernel or bias of a convolution: uniform in both schemes. */
    Value convolution(String name, long fanIn, long... dims) {
        return uniform(name, fanIn, dims);
    }

    /** A token, a table of positions. */
    Value table(String name, long... dims) {
        return normal(name, dims);
    }

    Value scale(String name, long width) {
        return constant(name, 1, width);
    }

    Value offset(String name, long width) {
        return constant(name, 0, width);
    }

    private Value normal(String name, long... dims) {
        float[] values = room(dims);
        stream(name).normal(values, SIGMA);
        return initializer(name, values, dims);
    }

    private Value uniform(String name, long fanIn, long... dims) {
        float[] values = room(dims);
        stream(name).uniform(values, 1 / Math.sqrt(fanIn));
        return initializer(name, values, dims);
    }

    private static Value constant(String name, float value, long... dims) {
        float[] values = room(dims);
        Arrays.fill(values, value);
        return initializer(name, values, dims);
    }

    private RandomStream stream(String name) {
        return RandomStream.of(seed, "weights/" + name);
    }

    private static float[] room(long... dims) {
        return new float[Math.toIntExact(Shape.of(dims).elements())];
    }

    private static Value initializer(String name, float[] values, long... dims) {
        return Value.initializer(name, Tensor.floats(Shape.of(dims), values));
    }
}
