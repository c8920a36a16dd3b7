package vintk.space;

import java.util.List;

/**
 * A resolved plain or pooling vision transformer: all that a graph builder needs, and nothing of the space it came from.
 *
 * <p>The network: a patch convolution ({@code patch} × {@code patch}, step {@code stride}, no padding, bias) makes a square
 * grid of tokens; learned positions are added; one class token is put in front (index 0, then the grid row by row). Each
 * stage is a run of pre-norm blocks
 *
 * <pre>
 *   x += proj(attention(qkv(LN(x))))      qkv: one Linear width → 3·heads·headWidth with bias, in the order q, k, v
 *   x += fc2(gelu(fc1(LN(x))))            exact (erf) GELU, biases
 * </pre>
 *
 * with scale headWidth<sup>-1/2</sup>. Between stages the grid goes through a grouped 3×3 convolution of stride 2 and
 * padding 1 (one group per input channel, bias) and the class token through a Linear. At the end: LayerNorm, pooling,
 * and a Linear head with bias.
 *
 * <p>This covers DeiT (Touvron et al. 2021, arXiv 2012.12877), AutoFormer (Chen et al. 2021, arXiv 2107.00651) and PiT (Heo
 * et al. 2021, arXiv 2103.16302) at initialisation: DropPath, being 0 in inference, does not appear.
 *
 * @param channels channels of the input image
 * @param size side of the square input image, in pixels
 * @param classes outputs of the head
 * @param patch side of the patch convolution's kernel, in pixels
 * @param stride step of the patch convolution, in pixels
 * @param positions how learned positions enter
 * @param stages runs of blocks of equal width, in order; each width is a multiple of the one before
 * @param pooling what the head reads
 * @param epsilon of every LayerNorm
 * @param initialisation the distribution of the weights before training
 */
public record VisionTransformer(
        int channels,
        int size,
        int classes,
        int patch,
        int stride,
        Positions positions,
        List<Stage> stages,
        Pooling pooling,
        double epsilon,
        Initialisation initialisation) {

    /** How learned positions enter. */
    public enum Positions {
        /** A table of 1 + grid² rows, one per token and one for the class token, added after the class token joins. */
        TOKENS,
        /** A map of the shape of the patch convolution's output, added to it; the class token gets none. */
        MAP
    }

    /** What the head reads. */
    public enum Pooling {
        /** The class token alone. */
        CLASS_TOKEN,
        /** The mean over the patch tokens; the class token takes part in attention only. */
        PATCH_MEAN
    }

    /** The distribution of the weights before training. LayerNorm weights are 1 and biases 0 in both. */
    public enum Initialisation {
        /**
         * Linear weights, positions, class token and relative position tables N(0, 0.02) truncated at ±2 (100 standard
         * deviations, so in effect not truncated), Linear biases 0; the patch convolution's weight and bias
         * U(-b, b), b = fan_in<sup>-1/2</sup>, fan_in = channels · patch².
         */
        TRUNCATED_NORMAL,
        /**
         * Weight and bias of every Linear and convolution U(-b, b), b = fan_in<sup>-1/2</sup> (fan_in of the 3×3 pool
         * is 9); positions and class token N(0, 0.02).
         */
        PYTORCH_DEFAULT
    }

    /**
     * A run of blocks of one width.
     *
     * @param width numbers per token
     * @param blocks in order, at least one
     */
    public record Stage(int width, List<Block> blocks) {
        public Stage {
            positive("stage width", width);
            blocks = List.copyOf(blocks);
            if (blocks.isEmpty()) {
                throw new IllegalArgumentException("a stage needs at least 1 block, got none");
            }
        }
    }

    /**
     * One attention + MLP block.
     *
     * @param heads attention heads
     * @param headWidth width of one head's queries, keys and values; heads · headWidth need not be the stage's width
     * @param hidden hidden units of the MLP
     * @param relativeDistance d of the 2-D relative positions of AutoFormer: offsets along each axis are clipped to
     *     ±d, so there are four tables (keys and values, each vertical and horizontal) of 2d + 2 rows × headWidth,
     *     shared by the heads; 0 for none
     */
    public record Block(int heads, int headWidth, int hidden, int relativeDistance) {
        public Block {
            positive("heads", heads);
            positive("head width", headWidth);
            positive("hidden units", hidden);
            if ((long) heads * headWidth > Integer.MAX_VALUE / 4) {
                throw new IllegalArgumentException(
                        heads + " heads of width " + headWidth + " do not fit one tensor: take fewer or narrower ones");
            }
            if (relativeDistance < 0 || relativeDistance > Integer.MAX_VALUE / 4) {
                throw new IllegalArgumentException("relative distance: expected 0 (none) to " + Integer.MAX_VALUE / 4
                        + ", got " + relativeDistance);
            }
        }

        /** Width of all queries together. */
        public int attentionWidth() {
            return heads * headWidth;
        }

        /** Rows of one relative position table: one per clipped offset, and row 0 for pairs with the class token. */
        int relativeRows() {
            return relativeDistance == 0 ? 0 : 2 * relativeDistance + 2;
        }
    }

    public VisionTransformer {
        positive("channels", channels);
        positive("size", size);
        positive("classes", classes);
        positive("patch", patch);
        positive("stride", stride);
        if (size < patch) {
            throw new IllegalArgumentException("the image of " + size + " pixels is smaller than one patch of " + patch
                    + ": take a size of at least " + patch);
        }
        stages = List.copyOf(stages);
        if (stages.isEmpty()) {
            throw new IllegalArgumentException("a network needs at least 1 stage, got none");
        }
        for (int s = 1; s < stages.size(); s++) {
            int from = stages.get(s - 1).width();
            int to = stages.get(s).width();
            if (to % from != 0) {
                throw new IllegalArgumentException("stage " + s + " has width " + to + ", which is no multiple of the "
                        + from + " before it: the pool between stages is grouped by input channel");
            }
        }
        if (!(epsilon > 0) || Double.isInfinite(epsilon)) {
            throw new IllegalArgumentException("epsilon: expected a small positive number, got " + epsilon);
        }
    }

    /** Side of the square token grid in stage {@code stage} (from 0). */
    public int grid(int stage) {
        if (stage < 0 || stage >= stages.size()) {
            throw new IndexOutOfBoundsException("stage " + stage + " of " + stages.size());
        }
        int side = (size - patch) / stride + 1;
        for (int s = 0; s < stage; s++) {
            side = (side - 1) / 2 + 1;
        }
        return side;
    }

    /** Blocks in all stages together. */
    public int depth() {
        return stages.stream().mapToInt(stage -> stage.blocks().size()).sum();
    }

    /** Trainable numbers, biases and tables included. Equal to the published counts of all tabulated networks. */
    public long parameters() {
        return Cost.parameters(this);
    }

    /**
     * Multiply-accumulates of one forward pass on one image: the patch convolution, every Linear, the two products of
     * attention, the pools and the head. Biases, norms, softmax and additions are not counted.
     *
     * <p>Relative positions: each query meets each row of the key tables once, and the attention summed by offset meets
     * each row of the value tables once, 4 · rows · headWidth per head and token. That is the fewest products their
     * definition needs; code that forms a vector per pair of tokens does tokens / rows times as many.
     */
    public long macs() {
        return Cost.macs(this);
    }

    private static void positive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + ": expected 1 or more, got " + value);
        }
    }
}
