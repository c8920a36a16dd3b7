package vintk.runtime;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A computed kernel. Nobody but the caller holds its arrays, which are not copied, as they may be large.
 *
 * @param size n, rows and columns: the number of samples (times outputs for the reduction {@code full})
 * @param values n × n, row-major: [i, j] = ⟨J_i, J_j⟩ is at i·n + j; rows of {@code full} are sample by sample, then by output
 * @param perParameter the same of each parameter by name, in order; empty unless asked for
 * @param parameters names of the parameters that the output depends on
 * @param leftOut initializers that do not count, with the reason
 * @param elements how many numbers these parameters are
 * @param engine {@code batched} or {@code per-sample}
 * @param reason why this engine
 * @param output the output used
 * @param macs multiply-adds of one sample's forward pass
 * @param peakBytes estimated memory of a run
 * @param remarks what a reader of the kernel should know of the run, in sentences
 * @param origin where numbers that are not finite come from, where there are some and it could be told
 */
public record KernelMatrix(
        int size,
        double[] values,
        Map<String, double[]> perParameter,
        List<String> parameters,
        List<ParameterFilter.LeftOut> leftOut,
        long elements,
        String engine,
        String reason,
        String output,
        long macs,
        long peakBytes,
        List<String> remarks,
        Optional<String> origin) {
    public KernelMatrix {
        perParameter = Collections.unmodifiableMap(perParameter);
        parameters = List.copyOf(parameters);
        leftOut = List.copyOf(leftOut);
        remarks = List.copyOf(remarks);
    }

    /** The same kernel with one remark more. */
    KernelMatrix withRemark(String remark) {
        return new KernelMatrix(
                size,
                values,
                perParameter,
                parameters,
                leftOut,
                elements,
                engine,
                reason,
                output,
                macs,
                peakBytes,
                Stream.concat(remarks.stream(), Stream.of(remark)).toList(),
                origin);
    }
}
