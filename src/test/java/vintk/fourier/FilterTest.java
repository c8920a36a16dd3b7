package vintk.fourier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.input.Batch;
import vintk.input.Noise;
import vintk.input.Spectrum;

/** low-pass, high-pass and band. Values are about 1, float32 rounds them at 6e-8, so 1e-6 is "equal". */
class FilterTest {
    private static final double EQUAL = 1e-6;

    private static Batch noise(int samples, int height, int width, long seed) {
        return new Noise().load(samples, 2, height, width, seed, warning -> {});
    }

    private static Batch sum(Batch batch, List<View> views) {
        float[] sum = new float[batch.data().length];
        for (View view : views) {
            float[] part = view.apply(batch, 0).data();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += part[i];
            }
        }
        return batch.with(sum);
    }

    private static void assertClose(Batch expected, Batch actual, double tolerance) {
        for (int i = 0; i < expected.data().length; i++) {
            assertEquals(expected.data()[i], actual.data()[i], tolerance, "value " + i + " of " + expected);
        }
    }

    @Property(tries = 300)
    void lowAndHighAddUpToTheImage(
            @ForAll @IntRange(min = 1, max = 33) int height,
            @ForAll @IntRange(min = 1, max = 33) int width,
            @ForAll @IntRange(min = 1, max = 141) int percent,
            @ForAll long seed) {
        Batch batch = noise(2, height, width, seed);
        double cut = percent / 100.0;
        assertClose(batch, sum(batch, List.of(new LowPass(cut), new HighPass(cut))), 2 * EQUAL);
    }

    /** Rings of equal width from ρ = 0 to the corner, which a band does not reach: the last is a high-pass. */
    private static List<View> bands(int count) {
        double width = View.MAX_RADIUS / count;
        List<View> bands = new ArrayList<>();
        for (int k = 0; k < count - 1; k++) {
            bands.add(new Band(k * width, (k + 1) * width));
        }
        bands.add(new HighPass((count - 1) * width));
        return bands;
    }

    @Property(tries = 100)
    void theBandsOfAProfileAddUpToTheImage(
            @ForAll @IntRange(min = 1, max = 20) int height,
            @ForAll @IntRange(min = 1, max = 20) int width,
            @ForAll @IntRange(min = 1, max = 12) int count) {
        Batch batch = noise(1, height, width, count);
        assertClose(batch, sum(batch, bands(count)), 1e-5);
    }

    @Property(tries = 100)
    void theInverseTransformIsReal(
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 0, max = 141) int percent) {
        Batch batch = noise(1, height, width, percent);
        double[] gains = Spectrum.gains(height, width, radius -> radius >= percent / 100.0 ? 1 : 0);
        double imaginary = new Spectrum(height, width).multiply(gains, batch.data(), 0);
        assertTrue(imaginary < 1e-13, "imaginary part " + imaginary);
    }

    @Property(tries = 50)
    void everySampleIsFilteredByItself(
            @ForAll @IntRange(min = 1, max = 17) int height, @ForAll @IntRange(min = 1, max = 17) int width) {
        Batch batch = noise(3, height, width, 5);
        for (String text : List.of("high-pass:0.4", "band:0.2,0.9:std", "rff:0.3", "low-pass:0.5:std")) {
            View view = View.parse(text);
            Batch whole = view.apply(batch, 11);
            assertEquals(view.apply(batch.slice(2, 3), 11), whole.slice(2, 3), text);
            Batch swapped = Batch.concatenate(List.of(batch.slice(1, 3), batch.slice(0, 1)));
            assertEquals(
                    Batch.concatenate(List.of(whole.slice(1, 3), whole.slice(0, 1))), view.apply(swapped, 11), text);
        }
    }

    /** A wave of kx and ky periods across the image. */
    private static Batch wave(int height, int width, int ky, int kx) {
        Batch batch = new Batch(1, 1, height, width, new float[height * width]);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double turns = (double) ky * y / height + (double) kx * x / width;
                batch.data()[y * width + x] = (float) Math.cos(2 * Math.PI * turns + 0.5);
            }
        }
        return batch;
    }

    /** The radius is exact, so a wave exactly at the cut is above it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "16 16 0 1 high-pass:0.25 false",
                "16 16 0 2 high-pass:0.25 true",
                "16 16 2 0 low-pass:0.25 false",
                "16 16 1 1 high-pass:0.25 false",
                "16 16 2 1 high-pass:0.25 true",
                "20 20 6 8 high-pass:1 true",
                "20 20 6 8 low-pass:1 false",
                "20 20 3 4 band:0.5,0.6 true",
                "20 20 3 4 band:0.4,0.5 false",
                "224 224 0 28 high-pass:0.25 true",
                "224 224 0 27 high-pass:0.25 false",
                "15 9 7 4 high-pass:1.2 true",
                "15 9 7 4 low-pass:1.2 false",
                "15 9 3 0 high-pass:0.4 true",
                "8 8 4 4 high-pass:1.4142135623730951 true",
                "8 8 4 4 low-pass:1.4142135623730951 false",
                "30 10 3 0 high-pass:0.2 true",
                "30 10 0 1 high-pass:0.2 true",
                "7 7 0 0 low-pass:0.01 true",
                "7 7 0 0 high-pass:0.01 false",
                "1 1 0 0 low-pass:0.01 true",
                "1 1 0 0 high-pass:0.01 false",
                "1 10 0 1 high-pass:0.2 true",
                "1 10 0 1 low-pass:0.2 false"
            })
    void aWaveIsKeptOrNot(int height, int width, int ky, int kx, String view, boolean kept) {
        Batch wave = wave(height, width, ky, kx);
        Batch expected = kept ? wave : wave.with(new float[height * width]);
        assertClose(expected, View.parse(view).apply(wave, 0), EQUAL);
    }

    @Test
    void theBatchItselfIsNotChanged() {
        Batch batch = noise(2, 6, 6, 1);
        float[] before = batch.data().clone();
        for (String text : List.of("identity", "high-pass:0.5", "band:0.2,0.9:std", "rff:1", "identity:std")) {
            View.parse(text).apply(batch, 0);
            assertArrayEquals(before, batch.data(), text);
        }
    }

    @Test
    void standardisedImagesHaveMeanZeroAndDeviationOne() {
        Batch batch = noise(3, 13, 10, 2);
        for (int i = batch.offset(1, 0); i < batch.offset(2, 0); i++) {
            batch.data()[i] = 1000 + 1e-2f * batch.data()[i];
        }
        for (String text : List.of("identity:std", "high-pass:0.3:std", "low-pass:0.3:std", "rff:0.2:std")) {
            Batch viewed = View.parse(text).apply(batch, 3);
            for (int sample = 0; sample < 3; sample++) {
                double mean = 0;
                double square = 0;
                for (float value : viewed.slice(sample, sample + 1).data()) {
                    mean += value / (double) batch.sampleSize();
                    square += value * value / (double) batch.sampleSize();
                }
                assertEquals(0, mean, EQUAL, text);
                assertEquals(1, square, EQUAL, text);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"identity:std", "high-pass:0.25:std", "low-pass:0.25:std", "band:0.1,0.7:std", "rff:0.7:std"})
    void aConstantImageStandardisedIsZero(String view) {
        for (float grey : new float[] {0, 0.1f, -3.3f, 1e6f}) {
            float[] values = new float[2 * 7 * 11];
            Arrays.fill(values, grey);
            Batch constant = new Batch(2, 1, 7, 11, values);
            assertEquals(
                    constant.with(new float[values.length]), View.parse(view).apply(constant, 0));
        }
    }
}
