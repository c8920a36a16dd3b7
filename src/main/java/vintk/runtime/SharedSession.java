package vintk.runtime;

import com.google.protobuf.ByteString;

/**
 * A session that is kept for the next model of the same {@link Skeleton}: what ONNX Runtime has allocated and prepared is used
 * again. Belongs to one worker; close it at the end.
 */
public final class SharedSession implements AutoCloseable {
    private final SessionSettings settings;
    private final BatchTensor batch = new BatchTensor();
    private ByteString structure;
    private Session session;
    private boolean closed;

    public SharedSession(SessionSettings settings) {
        this.settings = settings;
    }

    /** What the models share beside the session. */
    BatchTensor batch() {
        return batch;
    }

    /**
     * The session of a structure: the one at hand where it fits, else a new one in its place.
     *
     * @param wanted a skeleton's model, serialised
     */
    synchronized Session of(ByteString wanted) {
        if (closed) {
            throw new IllegalStateException("this session is closed");
        }
        if (!wanted.equals(structure)) {
            // First the old one's memory, then the new one's.
            forget();
            session = new Session(wanted.toByteArray(), settings);
            structure = wanted;
        }
        return session;
    }

    /** Closes the session at hand; the next model gets a new one. */
    public synchronized void forget() {
        if (session != null) {
            session.close();
        }
        session = null;
        structure = null;
    }

    @Override
    public synchronized void close() {
        closed = true;
        forget();
        batch.close();
    }
}
