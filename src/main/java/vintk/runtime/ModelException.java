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

    /** What Java's "integer overflow" means for a user. */
    public static final String TOO_MANY =
            "more than 2^31 numbers at once would be needed; try a smaller --batch or --size";

    /** Whether numbers were too many, or too large, to be counted. */
    public static boolean isOverflow(Throwable e) {
        return e instanceof ArithmeticException
                && String.valueOf(e.getMessage()).contains("overflow");
    }
}
