package vintk.runtime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashSet;
import java.util.Set;

/**
 * Ends runs early, for Ctrl-C. The process must not exit while ONNX Runtime computes (its own clean-up then crashes), so a
 * run is asked to stop, which it does between two nodes.
 */
public final class Interruption {
    private static final Set<OrtSession.RunOptions> RUNNING = new HashSet<>();
    private static volatile boolean requested;

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
        RUNNING.forEach(Interruption::terminate);
    }

    /** Lets runs go on again. */
    public static void reset() {
        requested = false;
    }

    static synchronized void begin(OrtSession.RunOptions options) {
        RUNNING.add(options);
        if (requested) {
            terminate(options);
        }
    }

    static synchronized void end(OrtSession.RunOptions options) {
        RUNNING.remove(options);
    }

    static boolean isRequested() {
        return requested;
    }

    private static void terminate(OrtSession.RunOptions options) {
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw Session.failure(e);
        }
    }
}
