package vintk.vit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import vintk.onnx.DataType;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
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
 * <p>The numbers are drawn on all cores while the graph is built, and differentiated: whoever asks for those of a tensor waits.
 */
final class Weights {
    private static final double SIGMA = 0.02;

    private final long seed;
    private final Initialisation scheme;

    /**
     * @param seed of all streams
     * @param scheme how to draw
     */
    Weights(long seed, Initialisation scheme) {
        this.seed = seed;
        this.scheme = scheme;
    }

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
        return drawn(name, values -> stream(name).normal(values, SIGMA), dims);
    }

    private Value uniform(String name, long fanIn, long... dims) {
        return drawn(name, values -> stream(name).uniform(values, 1 / Math.sqrt(fanIn)), dims);
    }

    private Value constant(String name, float value, long... dims) {
        return drawn(name, values -> Arrays.fill(values, value), dims);
    }

    private RandomStream stream(String name) {
        return RandomStream.of(seed, "weights/" + name);
    }

    private Value drawn(String name, Consumer<float[]> how, long... dims) {
        TensorType type = TensorType.of(DataType.FLOAT, dims);
        Tensor tensor = Tensor.pending(type, () -> bytes(type, how));
        // What goes wrong there goes wrong again for whoever asks, and is said then.
        ForkJoinPool.commonPool().submit(tensor::data);
        return Value.initializer(name, tensor);
    }

    private static ByteBuffer bytes(TensorType type, Consumer<float[]> how) {
        float[] values = new float[Math.toIntExact(type.shape().elements())];
        how.accept(values);
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asFloatBuffer().put(values);
        return buffer;
    }
}
