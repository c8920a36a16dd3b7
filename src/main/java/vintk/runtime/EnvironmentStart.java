package vintk.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Starts ONNX Runtime. Version 1.29 runs a recursive regular expression over the process' command line then, which ends the
 * process where that is long (a ranking of a hundred files) and the stack is small: so it starts on a thread with a large
 * one. Its usage reports are turned off.
 */
final class EnvironmentStart {
    /** Bytes of stack: 64 MiB hold a command line of 100,000 characters. */
    private static final long STACK = 64L << 20;

    private EnvironmentStart() {}

    static OrtEnvironment start() {
        CompletableFuture<OrtEnvironment> made = new CompletableFuture<>();
        Thread thread = new Thread(null, () -> create(made), "onnxruntime-start", STACK);
        thread.start();
        try {
            return made.join();
        } catch (CompletionException e) {
            throw new ModelException(
                    ModelException.Kind.ERROR,
                    "ONNX Runtime's native library cannot be loaded on this machine (" + System.getProperty("os.name")
                            + ", " + System.getProperty("os.arch") + "): "
                            + root(e),
                    e);
        }
    }

    private static Throwable root(Throwable e) {
        return e.getCause() == null ? e : root(e.getCause());
    }

    private static void create(CompletableFuture<OrtEnvironment> made) {
        try {
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "vintk");
            environment.setTelemetry(false);
            made.complete(environment);
        } catch (Throwable e) {
            // Whatever it is, join() must end.
            made.completeExceptionally(e);
        }
    }
}
