package vintk.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Filter;
import java.util.logging.Logger;

/**
 * Starts ONNX Runtime. Version 1.29 runs a recursive regular expression over the process' command line then, which ends the
 * process where that is long (a ranking of a hundred files) and the stack is small: so it starts on a thread with a large
 * one. Its usage reports are turned off.
 */
final class EnvironmentStart {
    /** Bytes of stack: 64 MiB hold a command line of 100,000 characters. */
    private static final long STACK = 64L << 20;

    /** Kept, or its filter is forgotten: it also tells of libraries that are copied later. */
    private static final Logger LIBRARIES = Logger.getLogger("ai.onnxruntime.OnnxRuntime");

    private static final Logger ENVIRONMENT = Logger.getLogger("ai.onnxruntime.OrtEnvironment");

    /** Why a library could not be copied; of the first attempt, as there is no second one. */
    private static final AtomicReference<Throwable> NOT_COPIED = new AtomicReference<>();

    private EnvironmentStart() {}

    static OrtEnvironment start() {
        // It would print a stack trace where it cannot copy its libraries, and then fail for want of them.
        LIBRARIES.setFilter(record -> {
            NOT_COPIED.compareAndSet(null, record.getThrown());
            return false;
        });
        // It is no news that somebody else has started ONNX Runtime before.
        Filter before = ENVIRONMENT.getFilter();
        ENVIRONMENT.setFilter(record -> false);
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
                            + root(NOT_COPIED.get() == null ? e : NOT_COPIED.get())
                                    .getMessage() + "; it is copied to " + System.getProperty("java.io.tmpdir")
                            + " first, which needs 30 MB there (java -Djava.io.tmpdir=FOLDER takes another one)",
                    e);
        } finally {
            ENVIRONMENT.setFilter(before);
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
            LibraryCopies.folder().ifPresent(folder -> {
                LibraryCopies.hold(folder);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> LibraryCopies.remove(folder)));
            });
            made.complete(environment);
        } catch (Throwable e) {
            try {
                LibraryCopies.folder().ifPresent(LibraryCopies::remove);
            } finally {
                // Whatever it is, join() must end.
                made.completeExceptionally(e);
            }
        }
    }
}
