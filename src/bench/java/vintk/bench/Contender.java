package vintk.bench;

/**
 * One thing that is timed.
 *
 * @param name short, for {@code --only}
 * @param role what it is compared as
 * @param gflop billions of operations by formula, a multiply-add being two
 * @param body one run of it
 */
record Contender(String name, Role role, double gflop, Runnable body) {
    /** What a contender is compared as. Where several have one role, ratios take the fastest. */
    enum Role {
        /** The fastest that ONNX Runtime multiplies matrices. */
        PEAK,
        /** A forward pass in ONNX Runtime. */
        FORWARD,
        /** The kernel. */
        KERNEL,
        /** The fastest that PyTorch multiplies matrices. */
        TORCH_PEAK,
        /** A forward pass in PyTorch. */
        TORCH_FORWARD,
        /** An ordinary training step in PyTorch. */
        TORCH_STEP,
        /** A kernel in PyTorch, or a part of one that is repeated, as other programs compute it. */
        TORCH_LOOP
    }
}
