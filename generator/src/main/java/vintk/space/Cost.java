package vintk.space;

import vintk.space.VisionTransformer.Block;
import vintk.space.VisionTransformer.Positions;

/**
 * Closed forms for the size and the work of a {@link VisionTransformer}. D is a stage's width, Q a block's attention width,
 * H its hidden units, T the tokens. All products are taken in {@code long}: attention alone passes 2³¹ at 1,024 pixels.
 */
final class Cost {
    private Cost() {}

    static long parameters(VisionTransformer net) {
        long first = net.stages().get(0).width();
        long grid = net.grid(0);
        long sum = patchWeights(net) * first + first; // patch convolution
        sum += (grid * grid + (net.positions() == Positions.TOKENS ? 1 : 0)) * first;
        sum += first; // class token
        for (int s = 0; s < net.stages().size(); s++) {
            long width = net.stages().get(s).width();
            if (s > 0) {
                long before = net.stages().get(s - 1).width();
                sum += (9 + 1) * width + (before + 1) * width; // pool of the grid, Linear of the class token
            }
            for (Block block : net.stages().get(s).blocks()) {
                sum += parameters(block, width);
            }
        }
        long last = last(net);
        return sum + 2 * last + (last + 1) * net.classes();
    }

    private static long parameters(Block block, long width) {
        long attention = block.attentionWidth();
        long hidden = block.hidden();
        long norms = 4 * width;
        long qkv = (width + 1) * 3 * attention;
        long projection = (attention + 1) * width;
        long relative = 4L * block.relativeRows() * block.headWidth();
        long mlp = (width + 1) * hidden + (hidden + 1) * width;
        return norms + qkv + projection + relative + mlp;
    }

    static long macs(VisionTransformer net) {
        long grid = net.grid(0);
        long sum = grid * grid * patchWeights(net) * net.stages().get(0).width();
        for (int s = 0; s < net.stages().size(); s++) {
            long width = net.stages().get(s).width();
            long tokens = net.tokens(s);
            if (s > 0) {
                sum += (tokens - 1) * width * 9 + net.stages().get(s - 1).width() * width;
            }
            for (Block block : net.stages().get(s).blocks()) {
                sum += linear(block, width, tokens) + 2 * tokens * tokens * block.attentionWidth();
                sum += 4L * block.relativeRows() * block.attentionWidth() * tokens;
            }
        }
        return sum + (long) last(net) * net.classes();
    }

    /** Products of the four Linears of a block: qkv and projection, both of the MLP. */
    private static long linear(Block block, long width, long tokens) {
        return tokens * width * (4L * block.attentionWidth() + 2L * block.hidden());
    }

    private static long patchWeights(VisionTransformer net) {
        return (long) net.channels() * net.patch() * net.patch();
    }

    private static int last(VisionTransformer net) {
        return net.stages().get(net.stages().size() - 1).width();
    }
}
