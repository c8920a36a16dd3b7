package vintk.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Filter;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Starts ONNX Runtime. Version 1.29 runs a recursive regular expression over the process' command line then, which ends the
 * process where that is long (a ranking of a hundred files) and the stack is small: so it starts on a thread with a large
 * one. Its usage reports are turned off.
 */
final class EnvironmentStart {
    /** Bytes of stack: 64 MiB hold a command line of 100,000 characters. */
    private static final long STACK = 64L << 20;

    /** What they would print is said here, or no news: that somebody else has started ONNX Runtime before. */
    private static final List<Logger> LOGGERS = Stream.of("OnnxRuntime", "OrtEnvironment")
            .map(name -> Logger.getLogger("ai.onnxruntime." + name))
            .toList();

    /** Why a library could not be copied; of the first attempt, as there is no second one. */
    private static final AtomicReference<Throwable> NOT_COPIED = new AtomicReference<>();

    private EnvironmentStart() {}

    static OrtEnvironment start() {
        // It would print a stack trace where it cannot copy its libraries, and then fail for want of them.
        List<Optional<Filter>> before = LOGGERS.stream()
                .map(logger -> Optional.ofNullable(logger.getFilter()))
                .toList();
        LOGGERS.forEach(logger -> logger.setFilter(record -> {
            NOT_COPIED.compareAndSet(null, record.getThrown());
            return false;
        }));
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
            for (int i = 0; i < LOGGERS.size(); i++) {
                LOGGERS.get(i).setFilter(before.get(i).orElse(null));
            }
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
