package vintk.fourier;

import vintk.input.Batch;

/**
 * {@code band:a,b}: keeps the frequencies of radius a ≤ ρ &lt; b.
 *
 * @param from a, in [0, b)
 * @param to b, in (a, √2]
 */
public record Band(double from, double to) implements View {

    public Band {
        if (!(from >= 0 && from < to && to <= MAX_RADIUS)) {
            throw new IllegalArgumentException(
                    "View band:a,b: expected 0 <= a < b <= 1.4142 (fractions of Nyquist), got " + ViewText.number(from)
                            + "," + ViewText.number(to));
        }
        from += 0.0; // -0 is 0
    }

    @Override
    public Batch apply(Batch batch, long seed) {
        return Mask.keep(batch, radius -> radius >= from && radius < to);
    }

    @Override
    public String toString() {
        return "band:" + ViewText.number(from) + "," + ViewText.number(to);
    }
}
