package vintk.score;

/**
 * The ends of a spectrum and the floor that goes with them, in the units of the kernel.
 *
 * @param largest λ₁
 * @param smallest λ_n as computed; means nothing below the floor
 * @param noiseFloor ε·λ₁, see {@link Spectrum#relativeFloor}
 */
public record Extremes(double largest, double smallest, double noiseFloor) {

    static Extremes of(Spectrum spectrum) {
        return new Extremes(spectrum.largest(), spectrum.smallest(), spectrum.noiseFloor());
    }

    /** Whether λ_n lies below the floor. */
    public boolean illConditioned() {
        return smallest < noiseFloor;
    }
}
