package vintk.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import vintk.onnx.BlockedLayers;
import vintk.onnx.Target;

/**
 * How sessions run. The defaults were measured (README, performance): graphs of this program are written so that
 * optimisation wins nothing and only delays the start; the memory pattern doubles the peak; the level is pinned, as
 * levels differ in the last bits.
 *
 * @param threads of one session; 0 for one a core, those of them that this process may use
 * @param optimised whether ONNX Runtime may rewrite the graph (for parts of a model that find out shapes: it folds them)
 * @param device where it runs
 * @param tf32 whether a CUDA device may round the operands of float32 products to TensorFloat-32
 */
public record SessionSettings(int threads, boolean optimised, Device device, boolean tf32) {
    public SessionSettings {
        if (threads < 0) {
            throw new IllegalArgumentException("threads: expected 0 (one a core) or more, got " + threads);
        }
    }

    /** On the processor. */
    public static SessionSettings of(int threads) {
        return new SessionSettings(threads, false, Device.CPU, false);
    }

    public SessionSettings on(Device other) {
        return new SessionSettings(threads, optimised, other, tf32);
    }

    SessionSettings withOptimised() {
        return new SessionSettings(threads, true, device, tf32);
    }

    public SessionSettings withTf32(boolean allowed) {
        return new SessionSettings(threads, optimised, device, allowed);
    }

    /** What graphs are made for. */
    public Target target() {
        if (device.isCuda()) {
            return Target.CUDA;
        }
        if (!ImageBlocks.exist()) {
            return Target.PROCESSOR;
        }
        return ImageBlocks.channels() == BlockedLayers.BLOCK ? Target.BLOCKS_OF_16 : Target.BLOCKS_OF_8;
    }

    /** For a session; close them. */
    public OrtSession.SessionOptions options() throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        try {
            set(options);
            return options;
        } catch (OrtException | RuntimeException | Error e) {
            options.close();
            throw e;
        }
    }

    private void set(OrtSession.SessionOptions options) throws OrtException {
        options.setOptimizationLevel(
                optimised ? OrtSession.SessionOptions.OptLevel.ALL_OPT : OrtSession.SessionOptions.OptLevel.NO_OPT);
        if (threads > 0 || Machine.isShared()) {
            options.setIntraOpNumThreads(threads > 0 ? threads : Machine.cores());
        }
        options.setInterOpNumThreads(1);
        options.setMemoryPatternOptimization(false);
        if (device.isCuda()) {
            CudaLibraries.load();
            try (OrtCUDAProviderOptions cuda = CudaProvider.options(device, tf32)) {
                options.addCUDA(cuda);
            }
        } else {
            // Weights in the order in which products read them: twice the memory, and a session runs once or so.
            options.addConfigEntry("session.disable_prepacking", "1");
        }
    }
}
