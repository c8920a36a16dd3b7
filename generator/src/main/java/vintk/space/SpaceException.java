package vintk.space;

/** A space, candidate or file that cannot be used. The message is one clear line (or one line per bad record) for people. */
public final class SpaceException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    SpaceException(String message) {
        super(message);
    }

    SpaceException(String message, Throwable cause) {
        super(message, cause);
    }
}
