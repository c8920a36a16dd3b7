package vintk.autodiff;

import vintk.onnx.Node;
import vintk.onnx.Value;

/** Samples meet, or the axis that carries them is lost: gradients then are to be taken sample by sample. */
public final class UntrackedBatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Value rows;

    UntrackedBatchException(Node node, String reason) {
        super("at " + node + ": " + reason);
        this.rows = null;
    }

    /** An operand has one row a sample, but does not come from the samples. */
    UntrackedBatchException(Node node, Value rows) {
        super("at " + node + ": an operand has one row a sample but does not come from the samples");
        this.rows = rows;
    }

    /** The operand with one row a sample, or null where something else is wrong. */
    Value rows() {
        return rows;
    }
}
