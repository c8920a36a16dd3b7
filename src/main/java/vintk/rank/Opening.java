package vintk.rank;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import vintk.onnx.Shape;
import vintk.runtime.KernelEngine;
import vintk.runtime.Network;

/**
 * The engine of a model, opened by another thread ahead of its turn, or by the one that asks for it. Close it: the engine's memory is
 * not the Java heap's.
 */
final class Opening implements AutoCloseable {
    private final FutureTask<Opened> task;
    private final AtomicBoolean begun = new AtomicBoolean();

    /** What there is to compute with. */
    record Opened(Network network, Shape sample, KernelEngine engine) {}

    Opening(Supplier<Opened> work) {
        task = new FutureTask<>(work::get);
    }

    /** Whether a model may be opened ahead. A file is opened in its turn: that may run it, and nothing bounds its size. */
    static boolean isAhead(Subject subject) {
        return !subject.structure().isEmpty();
    }

    /** Opens the engine, where nobody has begun to. */
    void run() {
        if (begun.compareAndSet(false, true)) {
            task.run();
        }
    }

    /** The engine, when it is open; throws what went wrong while it was opened. */
    Opened get() {
        run();
        return result(task);
    }

    /** Closes the engine, when it is open; one that nobody has begun to open never is. */
    @Override
    public void close() {
        if (begun.compareAndSet(false, true)) {
            return;
        }
        try {
            result(task).engine().close();
        } catch (RuntimeException | Error e) {
            // Nothing was opened; whoever asked for it was told why.
        }
    }

    /** What another thread made, or threw. */
    static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }
}
