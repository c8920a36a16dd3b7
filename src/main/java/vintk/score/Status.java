package vintk.score;

/**
 * How the scoring of a model ended. Only {@link #OK} comes with a score; everything else is listed with its reason and never
 * ranks.
 */
public enum Status implements Named {
    /** There is a number. */
    OK("ok"),
    /** The ranking statistic hangs on λ_n, and that is under the noise floor: there is a bound, not a number. */
    ILL_CONDITIONED("ill-conditioned"),
    /** The network or its gradients gave NaN or infinity. */
    NON_FINITE("non-finite"),
    /** No gradient at all: the output does not depend on the parameters at this batch. */
    CONSTANT_OUTPUT("constant-output"),
    /** The model has an operator without a gradient rule, or one that the runtime does not know. */
    UNSUPPORTED_OP("unsupported-op"),
    /** The file is not a model, or not a consistent one. */
    INVALID_MODEL("invalid-model"),
    OUT_OF_MEMORY("out-of-memory"),
    TIMEOUT("timeout"),
    /** Anything else; the message says what. */
    ERROR("error");

    private final String id;

    Status(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }
}
