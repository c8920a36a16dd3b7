package vintk.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.jtransforms.fft.DoubleFFT_2D;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SyntheticTest {

    @ParameterizedTest
    @ValueSource(strings = {"synthetic", "noise"})
    void imageIDependsOnTheSeedAndOnIAlone(String source) throws IOException {
        Inputs inputs = Inputs.parse(source);
        Batch five = inputs.load(5, 3, 12, 9, 7);
        assertEquals(five, inputs.load(5, 3, 12, 9, 7));
        assertEquals(five.slice(0, 2), inputs.load(2, 3, 12, 9, 7));
        assertNotEquals(five, inputs.load(5, 3, 12, 9, 8));
        assertNotEquals(five.slice(0, 1), five.slice(1, 2));
    }

    /** Slopes over ρ from 0.05 to 0.9, amplitude averaged per ring over 24 images: random to about 0.01. */
    @ParameterizedTest
    @CsvSource({"synthetic,96,96,-1", "synthetic,75,90,-1", "noise,96,96,0"})
    void theAmplitudeFallsAsOneOverF(String source, int height, int width, double slope) throws IOException {
        Batch batch = Inputs.parse(source).load(24, 3, height, width, 1);
        double[] radius = Spectrum.gains(height, width, r -> r);
        int rings = 40;
        double[] amplitude = new double[rings];
        int[] count = new int[rings];
        DoubleFFT_2D transform = new DoubleFFT_2D(height, width);
        for (int plane = 0; plane < 24 * 3; plane++) {
            double[] frequencies = new double[2 * radius.length];
            for (int i = 0; i < radius.length; i++) {
                frequencies[2 * i] = batch.data()[plane * radius.length + i];
            }
            transform.complexForward(frequencies);
            for (int i = 0; i < radius.length; i++) {
                int ring = (int) (radius[i] * rings);
                if (ring < rings) {
                    amplitude[ring] += Math.hypot(frequencies[2 * i], frequencies[2 * i + 1]);
                    count[ring]++;
                }
            }
        }
        double sx = 0;
        double sy = 0;
        double sxx = 0;
        double sxy = 0;
        int n = 0;
        for (int ring = 2; ring < 36; ring++) {
            double x = Math.log((ring + 0.5) / rings);
            double y = Math.log(amplitude[ring] / count[ring]);
            sx += x;
            sy += y;
            sxx += x * x;
            sxy += x * y;
            n++;
        }
        assertEquals(slope, (n * sxy - sx * sy) / (n * sxx - sx * sx), 0.1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void theChannelsAreCorrelatedAsInNaturalImages(int channels) throws IOException {
        // 400 images of 16 x 16: each channel's variance is known to about 3 per cent.
        Batch batch = new Synthetic().load(400, channels, 16, 16, 3);
        double[][] published = {{1, 0.895, 0.771}, {0.895, 1, 0.902}, {0.771, 0.902, 1}};
        for (int a = 0; a < channels; a++) {
            assertEquals(0, moment(batch, a, -1), 0.05, "mean of channel " + a);
            assertEquals(1, moment(batch, a, a), 0.1, "variance of channel " + a);
            for (int b = 0; b < a; b++) {
                double correlation = moment(batch, a, b) / Math.sqrt(moment(batch, a, a) * moment(batch, b, b));
                assertEquals(channels == 3 ? published[a][b] : Synthetic.CORRELATION, correlation, 0.02, a + ", " + b);
            }
        }
    }

    /** The mean of the product of two channels' values, or of one channel alone. */
    private static double moment(Batch batch, int a, int b) {
        double sum = 0;
        for (int sample = 0; sample < batch.samples(); sample++) {
            for (int i = 0; i < batch.planeSize(); i++) {
                sum += batch.data()[batch.offset(sample, a) + i]
                        * (b < 0 ? 1 : batch.data()[batch.offset(sample, b) + i]);
            }
        }
        return sum / (batch.samples() * batch.planeSize());
    }

    @Test
    void theMixingHasThePublishedCorrelations() {
        double[][] mixing = Synthetic.mixing(3);
        double mean = 0;
        for (int a = 0; a < 3; a++) {
            double product = 0;
            for (int k = 0; k < 3; k++) {
                product += mixing[a][k] * mixing[(a + 1) % 3][k];
            }
            assertTrue(product > 0.75 && product < 0.92, "channels " + a + ": " + product);
            mean += product / 3;
        }
        assertEquals(Synthetic.CORRELATION, mean, 5e-4);
    }

    @Test
    void onePixelIsAnImage() throws IOException {
        assertEquals(2, new Synthetic().load(2, 1, 1, 1, 0).requireFinite("one").data().length);
        new Synthetic().load(1, 3, 1, 7, 0).requireFinite("a line");
    }
}
