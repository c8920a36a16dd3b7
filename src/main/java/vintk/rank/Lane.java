package vintk.rank;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import vintk.runtime.Machine;
import vintk.runtime.SessionSettings;
import vintk.runtime.SharedSession;

/**
 * What one worker works with: the device its sessions run on, the session that candidates of one structure share there, and threads
 * that open the engines of the next models while it computes.
 */
final class Lane implements AutoCloseable {
    /** Opening a candidate takes about four times as long as running it on a large CUDA device. */
    private static final int CUDA_DEPTH = 6;

    private final SessionSettings session;
    private final SharedSession shared;
    private final int depth;
    private final ExecutorService helpers;

    /** @param lanes that share the machine */
    Lane(SessionSettings session, int lanes) {
        this.session = session;
        this.shared = new SharedSession(session);
        this.depth = session.device().isCuda() ? Math.max(1, Math.min(CUDA_DEPTH, Machine.cores() / lanes)) : beside();
        this.helpers = Executors.newFixedThreadPool(Math.max(1, depth));
    }

    /** Beside a processor that computes. On two cores the helper takes from the kernel what it saves (measured). */
    private static int beside() {
        return Machine.cores() > 2 ? 1 : 0;
    }

    SessionSettings session() {
        return session;
    }

    SharedSession shared() {
        return shared;
    }

    /** How many models are opened ahead. */
    int depth() {
        return depth;
    }

    /** Has an engine opened by a helper, when one is free; where there are none, it opens when asked for. */
    void ahead(Opening opening) {
        if (depth > 0) {
            helpers.execute(opening::run);
        }
    }

    @Override
    public void close() {
        helpers.shutdown();
        shared.close();
    }
}
