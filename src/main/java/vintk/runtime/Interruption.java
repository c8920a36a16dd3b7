package vintk.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Ends runs early, for Ctrl-C and deadlines. The process must not exit while ONNX Runtime computes (its own clean-up then
 * crashes), so a run is asked to stop, which it does between two nodes.
 */
public final class Interruption {
    private static final Map<OrtSession.RunOptions, Thread> RUNNING = new HashMap<>();
    private static final Set<Thread> STOPPED = new HashSet<>();
    private static boolean requested;

    private Interruption() {}

    /** A run was ended because somebody asked for it. */
    public static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Interrupted() {
            super("interrupted");
        }
    }

    /** Ends the runs that go on, and all to come until {@link #reset()}, with {@link Interrupted}. */
    public static synchronized void request() {
        requested = true;
        RUNNING.keySet().forEach(Interruption::terminate);
    }

    /** Ends the run of one thread, and those to come until {@link #reset(Thread)}; other threads work on. */
    public static synchronized void request(Thread thread) {
        STOPPED.add(thread);
        RUNNING.forEach((options, owner) -> {
            if (owner == thread) {
                terminate(options);
            }
        });
    }

    /** Lets runs go on again. */
    public static synchronized void reset() {
        requested = false;
    }

    /** Lets the runs of one thread go on again. */
    public static synchronized void reset(Thread thread) {
        STOPPED.remove(thread);
    }

    /**
     * For work that ONNX Runtime has no part in: called between its steps.
     *
     * @throws Interrupted where runs of this thread are to end
     */
    public static void check() {
        if (isRequested()) {
            throw new Interrupted();
        }
    }

    static synchronized void begin(OrtSession.RunOptions options) {
        RUNNING.put(options, Thread.currentThread());
        if (isRequested()) {
            terminate(options);
        }
    }

    static synchronized void end(OrtSession.RunOptions options) {
        RUNNING.remove(options);
    }

    /** Whether runs of this thread are to end. */
    static synchronized boolean isRequested() {
        return requested || STOPPED.contains(Thread.currentThread());
    }

    private static void terminate(OrtSession.RunOptions options) {
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw Session.failure(e);
        }
    }
}
