package vintk.space;

import java.util.Locale;
import vintk.space.VisionTransformer.Block;
import vintk.space.VisionTransformer.Positions;

/**
 * Closed forms for the size and the work of a {@link VisionTransformer}. D is a stage's width, Q a block's attention width,
 * H its hidden units, T the tokens.
 *
 * <p>Counted in {@code double}, which is exact for whole numbers below 2⁵³ and does not wrap around beyond: a sum of counts that ends
 * below has been so all the way, and any other is refused.
 */
final class Cost {
    private static final double MOST = 0x1p53;

    private Cost() {}

    /** Refuses networks whose parameters or MACs cannot be counted. */
    static void requireCountable(VisionTransformer net) {
        parameters(net);
        macs(net);
    }

    static long parameters(VisionTransformer net) {
        double first = net.stages().get(0).width();
        double grid = net.grid(0);
        double sum = patchWeights(net) * first + first; // patch convolution
        sum += (grid * grid + (net.positions() == Positions.TOKENS ? 1 : 0)) * first;
        sum += first; // class token
        for (int s = 0; s < net.stages().size(); s++) {
            double width = net.stages().get(s).width();
            if (s > 0) {
                double before = net.stages().get(s - 1).width();
                sum += (9 + 1) * width + (before + 1) * width; // pool of the grid, Linear of the class token
            }
            for (Block block : net.stages().get(s).blocks()) {
                sum += parameters(block, width);
            }
        }
        double last = last(net);
        return exact(sum + 2 * last + (last + 1) * net.classes(), "parameters");
    }

    private static double parameters(Block block, double width) {
        double attention = block.attentionWidth();
        double hidden = block.hidden();
        double norms = 4 * width;
        double qkv = (width + 1) * 3 * attention;
        double projection = (attention + 1) * width;
        double relative = 4.0 * block.relativeRows() * block.headWidth();
        double mlp = (width + 1) * hidden + (hidden + 1) * width;
        return norms + qkv + projection + relative + mlp;
    }

    static long macs(VisionTransformer net) {
        double grid = net.grid(0);
        double sum = grid * grid * patchWeights(net) * net.stages().get(0).width();
        for (int s = 0; s < net.stages().size(); s++) {
            double width = net.stages().get(s).width();
            double tokens = (double) net.grid(s) * net.grid(s) + 1;
            if (s > 0) {
                sum += (tokens - 1) * width * 9 + net.stages().get(s - 1).width() * width;
            }
            for (Block block : net.stages().get(s).blocks()) {
                sum += linear(block, width, tokens) + 2 * tokens * tokens * block.attentionWidth();
                sum += 4.0 * block.relativeRows() * block.attentionWidth() * tokens;
            }
        }
        return exact(sum + last(net) * net.classes(), "MACs");
    }

    /** Products of the four Linears of a block: qkv and projection, both of the MLP. */
    private static double linear(Block block, double width, double tokens) {
        return tokens * width * (4.0 * block.attentionWidth() + 2.0 * block.hidden());
    }

    private static double patchWeights(VisionTransformer net) {
        return (double) net.channels() * net.patch() * net.patch();
    }

    private static double last(VisionTransformer net) {
        return net.stages().get(net.stages().size() - 1).width();
    }

    private static long exact(double count, String of) {
        if (count >= MOST) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "about %.1e %s: expected fewer than 2^53, of smaller images or narrower layers",
                    count,
                    of));
        }
        return (long) count;
    }
}
