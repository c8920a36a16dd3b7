package vintk.score;

import java.util.OptionalLong;

/**
 * What a model weighs and what scoring it took. Unknown where a model failed too early.
 *
 * @param parameters scalars counted as parameters of the network, all of them whatever the convention of the kernel
 * @param macs multiply–accumulates of one forward pass of one sample
 * @param peakBytes estimate of the memory that scoring needs at most
 * @param seconds wall time of scoring, all repeats
 */
public record Cost(OptionalLong parameters, OptionalLong macs, OptionalLong peakBytes, double seconds) {

    public Cost {
        if (!(seconds >= 0) || Double.isInfinite(seconds)) {
            throw new IllegalArgumentException("Expected seconds of zero or more, got " + seconds);
        }
    }

    /** Nothing known but the time. */
    public static Cost unknown(double seconds) {
        return new Cost(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty(), seconds);
    }
}
