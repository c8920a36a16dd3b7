package vintk.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;

/**
 * How sessions run. The defaults were measured (README, performance): graphs of this program are written so that
 * optimisation wins nothing and only delays the start; the memory pattern doubles the peak; the level is pinned, as
 * levels differ in the last bits.
 *
 * @param threads of one session; 0 lets ONNX Runtime take one a core
 * @param optimised whether ONNX Runtime may rewrite the graph (for timing other people's forward passes)
 */
public record SessionSettings(int threads, boolean optimised) {
    public static SessionSettings of(int threads) {
        return new SessionSettings(threads, false);
    }

    OrtSession.SessionOptions options() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setOptimizationLevel(
                optimised ? OrtSession.SessionOptions.OptLevel.ALL_OPT : OrtSession.SessionOptions.OptLevel.NO_OPT);
        if (threads > 0) {
            options.setIntraOpNumThreads(threads);
        }
        options.setInterOpNumThreads(1);
        options.setMemoryPatternOptimization(false);
        return options;
    }
}
