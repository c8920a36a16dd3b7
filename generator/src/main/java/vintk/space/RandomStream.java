package vintk.space;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ContinuousSampler;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * A stream of random numbers keyed by (seed, name): the same key gives the same numbers on every machine, whatever else was
 * drawn before, after or meanwhile; different keys give unrelated ones.
 *
 * <p>The 256 bits of SHA-256(seed as 8 bytes, most significant first, then the name in UTF-8) are the whole state of an
 * L64X128Mix generator (Steele and Vigna 2021, "LXM: better splittable pseudorandom number generators", period
 * 2<sup>64</sup>(2<sup>128</sup> - 1)). Normals are drawn by McFarland's modified ziggurat. Both come from Apache Commons RNG,
 * which specifies their output; a test pins it. A stream belongs to one thread.
 */
public final class RandomStream {
    private final UniformRandomProvider bits;
    private final ContinuousSampler gaussian;

    private RandomStream(UniformRandomProvider bits) {
        this.bits = bits;
        this.gaussian = ZigguratSampler.NormalizedGaussian.of(bits);
    }

    /** The stream of this key, at its beginning. */
    public static RandomStream of(long seed, String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer key =
                ByteBuffer.allocate(Long.BYTES + text.length).putLong(seed).put(text);
        ByteBuffer digest = ByteBuffer.wrap(Sha256.begin().digest(key.array()));
        long[] state = {digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong()};
        return new RandomStream(RandomSource.L64_X128_MIX.create(state));
    }

    /** Fills with N(0, {@code sigma}²). */
    public void normal(float[] out, double sigma) {
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (sigma * gaussian.sample());
        }
    }

    /** Fills with U[-{@code bound}, {@code bound}]. */
    public void uniform(float[] out, double bound) {
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (bound * (2 * bits.nextDouble() - 1));
        }
    }

    /** Fills with -1 and +1, each with probability 1/2. */
    public void rademacher(float[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = bits.nextBoolean() ? 1f : -1f;
        }
    }

    /** Uniform in [0, 1). */
    public double nextDouble() {
        return bits.nextDouble();
    }

    /** Standard normal. */
    public double nextGaussian() {
        return gaussian.sample();
    }

    /** Uniform in 0 … {@code bound} - 1. */
    public int nextInt(int bound) {
        return bits.nextInt(bound);
    }

    /** Uniform in 0 … {@code bound} - 1, exactly: numbers past the bound are drawn again (at most once on average). */
    public BigInteger nextBigInteger(BigInteger bound) {
        if (bound.signum() <= 0) {
            throw new IllegalArgumentException("bound: expected 1 or more, got " + bound);
        }
        int length = bound.bitLength();
        byte[] raw = new byte[(length + 7) / 8];
        while (true) {
            bits.nextBytes(raw);
            raw[0] = (byte) (raw[0] & (0xff >>> (8 * raw.length - length)));
            BigInteger drawn = new BigInteger(1, raw);
            if (drawn.compareTo(bound) < 0) {
                return drawn;
            }
        }
    }
}
