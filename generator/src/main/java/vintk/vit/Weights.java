package vintk.vit;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;
import vintk.space.VisionTransformer.Initialisation;
import vintk.space.WeightPool;
import vintk.space.WeightPool.Block;
import vintk.space.WeightPool.Distribution;

/**
 * Draws the parameters of a network from the numbers that all networks of a seed share ({@link WeightPool}).
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

    private final WeightPool pool;
    private final long seed;
    private final Initialisation scheme;

    /**
     * @param pool what is drawn, for networks to come too
     * @param seed of all streams
     * @param scheme how to draw
     */
    Weights(WeightPool pool, long seed, Initialisation scheme) {
        this.pool = pool;
        this.seed = seed;
        this.scheme = scheme;
    }

    /** A matrix of a linear layer, [in, out]. */
    Value matrix(String name, long in, long out) {
        return matrix(name, 1, in, out);
    }

    /** A matrix of several linear layers side by side, [in, out]: each takes the leading columns of its own numbers. */
    Value matrix(String name, int parts, long in, long out) {
        return scheme == Initialisation.PYTORCH_DEFAULT
                ? uniform(name, parts, in, in, out)
                : normal(name, parts, in, out);
    }

    /** The bias of a linear layer with {@code in} inputs. */
    Value bias(String name, long in, long out) {
        return bias(name, 1, in, out);
    }

    /** The biases of several linear layers side by side. */
    Value bias(String name, int parts, long in, long out) {
        return scheme == Initialisation.PYTORCH_DEFAULT ? uniform(name, parts, in, out) : constant(name, 0, out);
    }

    /** A kernel or bias of a convolution: uniform in both schemes. */
    Value convolution(String name, long fanIn, long... dims) {
        return uniform(name, 1, fanIn, dims);
    }

    /** A token, a table of positions. */
    Value table(String name, long... dims) {
        return normal(name, 1, dims);
    }

    Value scale(String name, long width) {
        return constant(name, 1, width);
    }

    Value offset(String name, long width) {
        return constant(name, 0, width);
    }

    private Value normal(String name, int parts, long... dims) {
        return drawn(name, parts, Distribution.NORMAL, SIGMA, dims);
    }

    private Value uniform(String name, int parts, long fanIn, long... dims) {
        return drawn(name, parts, Distribution.UNIFORM, 1 / Math.sqrt(fanIn), dims);
    }

    /** Parts lie side by side along the last axis. Rows are the first axis that is longer than 1, columns all behind it. */
    private Value drawn(String name, int parts, Distribution distribution, double factor, long... dims) {
        Shape shape = Shape.of(dims);
        long[] extents = Arrays.stream(dims).dropWhile(dim -> dim == 1).toArray();
        int rows = extents.length < 2 ? 1 : Math.toIntExact(extents[0]);
        int columns = Math.toIntExact(shape.elements() / rows / parts);
        return pending(name, shape, values -> {
            Block[] blocks = new Block[parts];
            for (int part = 0; part < parts; part++) {
                blocks[part] = pool.block(seed, parts == 1 ? name : name + "/" + part, distribution, rows, columns);
            }
            for (int row = 0; row < rows; row++) {
                for (Block block : blocks) {
                    block.row(row, columns, (float) factor, values);
                }
            }
        });
    }

    private static Value constant(String name, float value, long... dims) {
        return pending(name, Shape.of(dims), values -> {
            while (values.hasRemaining()) {
                values.put(value);
            }
        });
    }

    private static Value pending(String name, Shape shape, Consumer<FloatBuffer> fill) {
        Tensor tensor = Tensor.pendingFloats(shape, fill);
        // What goes wrong there goes wrong again for whoever asks, and is said then.
        ForkJoinPool.commonPool().submit(tensor::data);
        return Value.initializer(name, tensor);
    }
}
