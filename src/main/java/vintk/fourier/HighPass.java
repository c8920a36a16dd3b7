package vintk.fourier;

import vintk.input.Batch;

/**
 * {@code high-pass:r}: keeps the frequencies of radius ρ ≥ r.
 *
 * @param cut r, in [0, √2]; 0 keeps everything
 */
public record HighPass(double cut) implements View {

    public HighPass {
        if (!(cut >= 0 && cut <= MAX_RADIUS)) {
            throw new IllegalArgumentException(
                    "View high-pass:r: expected 0 <= r <= 1.4142 (a fraction of Nyquist), got " + ViewText.number(cut));
        }
        cut += 0.0; // -0 is 0
    }

    @Override
    public Batch apply(Batch batch, long seed) {
        return Mask.keep(batch, radius -> radius >= cut);
    }

    @Override
    public String toString() {
        return "high-pass:" + ViewText.number(cut);
    }
}
