package vintk.onnx;

/** A model holds an operator (or a form of one) that has no gradient rule or cannot be imported. */
public final class UnsupportedOperatorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnsupportedOperatorException(String message) {
        super(message);
    }
}
