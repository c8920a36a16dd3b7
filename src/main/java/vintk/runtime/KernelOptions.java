package vintk.runtime;

import java.util.Optional;

/**
 * How a kernel is computed.
 *
 * @param reduction of the outputs
 * @param parameters which count
 * @param output name of the output, or empty for the first float one
 * @param engine all samples at once, one at a time, or whichever fits
 * @param perParameter whether the kernel of each parameter is wanted too
 * @param session how ONNX Runtime runs it: threads, device
 * @param seed of the random vectors of {@code trace:K}
 */
public record KernelOptions(
        Reduction reduction,
        ParameterFilter parameters,
        Optional<String> output,
        Engine engine,
        boolean perParameter,
        SessionSettings session,
        long seed) {
    /** The two engines; they give the same kernel. */
    public enum Engine {
        AUTO,
        BATCHED,
        PER_SAMPLE
    }

    public static KernelOptions defaults() {
        return new KernelOptions(
                Reduction.SUM, ParameterFilter.ALL, Optional.empty(), Engine.AUTO, false, SessionSettings.of(0), 0);
    }

    public KernelOptions withReduction(Reduction other) {
        return new KernelOptions(other, parameters, output, engine, perParameter, session, seed);
    }

    public KernelOptions withSession(SessionSettings other) {
        return new KernelOptions(reduction, parameters, output, engine, perParameter, other, seed);
    }
}
