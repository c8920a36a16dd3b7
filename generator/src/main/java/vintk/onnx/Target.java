package vintk.onnx;

/** What a graph that this program runs itself is made for: what is one fast node here is faster in parts there. */
public enum Target {
    /** A CUDA device: every node costs a launch. */
    CUDA,

    /** Any processor. */
    PROCESSOR,

    /** A processor for which ONNX Runtime has convolutions in blocks of 8 channels, see {@link BlockedConvolution}. */
    BLOCKS_OF_8,

    /** One of blocks of 16, which pay for dense layers too (those of 8 do not, measured), see {@link BlockedLayers}. */
    BLOCKS_OF_16
}
