package vintk.runtime;

import java.util.function.Supplier;
import vintk.autodiff.UntrackedBatchException;
import vintk.onnx.UnsupportedOperatorException;

/** A model cannot be read or run: the message says what was expected, what came, and where. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What kind of failure it is; the program's statuses are derived from it. */
    public enum Kind {
        /** The file is none, or does not fit to what it is given. */
        INVALID_MODEL,
        /** An operator, or a form of one, without a gradient. */
        UNSUPPORTED_OPERATOR,
        /** What is differentiated is the same for all inputs. */
        CONSTANT_OUTPUT,
        /** Parameters or outputs that are NaN or infinite. */
        NON_FINITE,
        /** The machine, or the device, has too little. */
        OUT_OF_MEMORY,
        /** Anything else, such as samples that influence each other. */
        ERROR
    }

    private final Kind kind;

    public ModelException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    ModelException(Kind kind, String message, Throwable cause) {
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

    /** What work on a network gives; whatever it throws becomes a {@link ModelException} that names the network. */
    static <T> T explained(Network network, Supplier<T> work) {
        try {
            return work.get();
        } catch (UnsupportedOperatorException e) {
            throw new ModelException(Kind.UNSUPPORTED_OPERATOR, network.name() + ": " + e.getMessage(), e);
        } catch (UntrackedBatchException e) {
            throw new ModelException(
                    Kind.ERROR,
                    network.name() + ": samples could not be tracked " + e.getMessage()
                            + (network.fixedBatch() > 1
                                    ? "; is axis " + network.batchAxis()
                                            + " of its input the batch? If not, give --batch-axis; if so, export it with a batch of one"
                                    : ""),
                    e);
        } catch (NegativeArraySizeException e) {
            throw new ModelException(Kind.INVALID_MODEL, network.name() + ": more than 2 GiB of weights", e);
        } catch (IllegalStateException e) {
            throw new ModelException(Kind.ERROR, network.name() + ": " + e.getMessage(), e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw isOverflow(e)
                    ? tooMany(network, e)
                    : new ModelException(Kind.INVALID_MODEL, network.name() + ": " + e.getMessage(), e);
        }
    }

    static ModelException tooMany(Network network, RuntimeException overflow) {
        return new ModelException(Kind.OUT_OF_MEMORY, network.name() + ": " + TOO_MANY, overflow);
    }
}
