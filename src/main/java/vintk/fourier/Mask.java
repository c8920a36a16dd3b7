package vintk.fourier;

import java.util.function.DoublePredicate;
import vintk.input.Batch;
import vintk.input.Spectrum;

/** The filter with gain 1 where a frequency's radius is kept and 0 elsewhere, on every plane of a batch. */
final class Mask {
    private Mask() {}

    static Batch keep(Batch batch, DoublePredicate kept) {
        double[] gains = Spectrum.gains(batch.height(), batch.width(), radius -> kept.test(radius) ? 1 : 0);
        Spectrum spectrum = new Spectrum(batch.height(), batch.width());
        Batch filtered = batch.with(batch.data().clone());
        for (int sample = 0; sample < batch.samples(); sample++) {
            for (int channel = 0; channel < batch.channels(); channel++) {
                spectrum.multiply(gains, filtered.data(), batch.offset(sample, channel));
            }
        }
        return filtered;
    }
}
