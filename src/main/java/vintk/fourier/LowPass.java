package vintk.fourier;

import vintk.input.Batch;

/**
 * {@code low-pass:r}: keeps the frequencies of radius ρ &lt; r, the mean among them.
 *
 * @param cut r, in (0, √2]; at 0 nothing would be left
 */
public record LowPass(double cut) implements View {

    public LowPass {
        if (!(cut > 0 && cut <= MAX_RADIUS)) {
            throw new IllegalArgumentException(
                    "View low-pass:r: expected 0 < r <= 1.4142 (a fraction of Nyquist), got " + ViewText.number(cut));
        }
    }

    @Override
    public Batch apply(Batch batch, long seed) {
        return Mask.keep(batch, radius -> radius < cut);
    }

    @Override
    public String toString() {
        return "low-pass:" + ViewText.number(cut);
    }
}
