package vintk.runtime;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
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

    /** What is mapped into this process, on Linux; a line ends with the path of its file. */
    private static final Path MAPS = Path.of("/proc/self/maps");

    /** The name of ONNX Runtime's temporary folders: a number that Java has drawn stands behind it. */
    private static final String COPIES = "onnxruntime-java[0-9]+";

    /** Kept, or its level is forgotten. */
    private static final Logger LOGGER = Logger.getLogger("ai.onnxruntime.OnnxRuntime");

    private EnvironmentStart() {}

    static OrtEnvironment start() {
        // It would print a stack trace where it cannot copy its libraries; what went wrong is said below.
        LOGGER.setLevel(Level.OFF);
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
                            + root(e).getMessage() + "; it is copied to " + System.getProperty("java.io.tmpdir")
                            + " first, which needs 30 MB there (java -Djava.io.tmpdir=FOLDER takes another one)",
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
            Runtime.getRuntime().addShutdownHook(new Thread(EnvironmentStart::removeCopies));
            made.complete(environment);
        } catch (Throwable e) {
            // Whatever it is, join() must end.
            made.completeExceptionally(e);
        }
    }

    /**
     * ONNX Runtime copies its libraries to a temporary folder, and has the Java machine delete that before what is in it: an empty
     * folder would be left by each process.
     */
    private static void removeCopies() {
        try (Stream<String> mapped = Files.lines(MAPS, StandardCharsets.ISO_8859_1)) {
            Path temporary = Path.of(System.getProperty("java.io.tmpdir")).toRealPath();
            mapped.filter(line -> line.endsWith(".so"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))).getParent())
                    .distinct()
                    .filter(folder -> temporary.equals(folder.getParent())
                            && folder.getFileName().toString().matches(COPIES))
                    .forEach(folder -> remove(folder.toFile()));
        } catch (IOException | UncheckedIOException e) {
            // Another system, where the empty folder stays.
        }
    }

    private static void remove(File folder) {
        File[] libraries = folder.listFiles();
        for (File library : libraries == null ? new File[0] : libraries) {
            library.delete();
        }
        folder.delete();
    }
}
