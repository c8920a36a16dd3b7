package vintk.runtime;

/** A model cannot be read or run: the message says what was expected, what came, and where. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is; the program's statuses are derived from it. */
    public enum Kind {
        INVALID_MODEL,
        UNSUPPORTED_OPERATOR,
        CONSTANT_OUTPUT,
        OUT_OF_MEMORY,
        ERROR
    }

    private final Kind kind;

    public ModelException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public ModelException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
