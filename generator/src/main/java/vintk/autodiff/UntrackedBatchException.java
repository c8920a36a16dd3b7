package vintk.autodiff;

import vintk.onnx.Node;

/** Samples meet, or the axis that carries them is lost: gradients then are to be taken sample by sample. */
public final class UntrackedBatchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UntrackedBatchException(Node node, String reason) {
        super("at " + node + ": " + reason);
    }
}
