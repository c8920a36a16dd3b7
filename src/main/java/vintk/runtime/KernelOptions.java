package vintk.runtime;

import java.util.Optional;
import vintk.onnx.DataType;

/**
 * How a kernel is computed.
 *
 * @param reduction of the outputs
 * @param parameters which count
 * @param output name of the output, or empty for the first float one
 * @param engine all samples at once, one at a time, or whichever fits
 * @param perParameter whether the kernel of each parameter is wanted too
 * @param accurate whether products of gradients are of float64, for small eigenvalues; else of float32, in short blocks that are summed
 *     in float64
 * @param session how ONNX Runtime runs it: threads, device
 * @param seed of the random vectors of {@code trace:K}
 */
public record KernelOptions(
        Reduction reduction,
        ParameterFilter parameters,
        Optional<String> output,
        Engine engine,
        boolean perParameter,
        boolean accurate,
        SessionSettings session,
        long seed) {
    /** The two engines; they give the same kernel. */
    public enum Engine {
        /** Batched where samples can be told apart all the way, else per sample. */
        AUTO,
        /** All samples in one run; refused where they cannot be told apart. */
        BATCHED,
        /** One sample after the other: more time and memory. */
        PER_SAMPLE
    }

    /** The sum of the first float output, all parameters, float32 products, on all cores of the processor. */
    public static KernelOptions defaults() {
        return new KernelOptions(
                Reduction.SUM,
                ParameterFilter.ALL,
                Optional.empty(),
                Engine.AUTO,
                false,
                false,
                SessionSettings.of(0),
                0);
    }

    public KernelOptions withReduction(Reduction other) {
        return new KernelOptions(other, parameters, output, engine, perParameter, accurate, session, seed);
    }

    /** @param of the output, or empty for the first float one */
    public KernelOptions withParameters(ParameterFilter counted, Optional<String> of) {
        return new KernelOptions(reduction, counted, of, engine, perParameter, accurate, session, seed);
    }

    public KernelOptions withEngine(Engine other) {
        return new KernelOptions(reduction, parameters, output, other, perParameter, accurate, session, seed);
    }

    public KernelOptions withPerParameter(boolean wanted) {
        return new KernelOptions(reduction, parameters, output, engine, wanted, accurate, session, seed);
    }

    public KernelOptions withAccurate(boolean wanted) {
        return new KernelOptions(reduction, parameters, output, engine, perParameter, wanted, session, seed);
    }

    public KernelOptions withSession(SessionSettings other) {
        return new KernelOptions(reduction, parameters, output, engine, perParameter, accurate, other, seed);
    }

    public KernelOptions withSeed(long other) {
        return new KernelOptions(reduction, parameters, output, engine, perParameter, accurate, session, other);
    }

    /** The type of products of gradients. */
    DataType products() {
        return accurate ? DataType.DOUBLE : DataType.FLOAT;
    }
}
