package vintk.onnx;

/** What a graph that this program runs itself is made for: what is one fast node here is faster in parts there. */
public enum Target {
    /** A CUDA device: every node costs a launch. */
    CUDA,

    /** Any processor. */
    PROCESSOR,

    /** A processor for which ONNX Runtime has convolutions in blocks of channels, see {@link BlockedConvolution}. */
    BLOCKED_PROCESSOR
}
