package vintk.fourier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.input.Batch;
import vintk.input.Noise;
import vintk.space.RandomStream;

class RandomFeaturesTest {

    @Test
    void theFormulaIsTheOneOfTheDefinition() {
        Batch batch = new Noise().load(2, 3, 4, 5, 1, warning -> {});
        Batch features = View.parse("rff:0.50").apply(batch, 42);
        RandomStream random = RandomStream.of(42, "view/rff:0.5");
        double[] b = new double[12];
        for (int i = 0; i < 12; i++) {
            b[i] = i < 9 ? 0.5 * random.nextGaussian() : 2 * Math.PI * random.nextDouble();
        }
        for (int sample = 0; sample < 2; sample++) {
            for (int pixel = 0; pixel < 20; pixel++) {
                for (int c = 0; c < 3; c++) {
                    double product = 0;
                    for (int d = 0; d < 3; d++) {
                        product += b[3 * c + d] * batch.data()[(sample * 3 + d) * 20 + pixel];
                    }
                    assertEquals(
                            Math.sqrt(2) * Math.cos(2 * Math.PI * product + b[9 + c]),
                            features.data()[(sample * 3 + c) * 20 + pixel],
                            1e-6);
                }
            }
        }
    }

    @Test
    void onlyTheSeedAndSigmaSayWhichFeatures() {
        Batch batch = new Noise().load(2, 3, 4, 5, 1, warning -> {});
        assertEquals(View.parse("rff:1").apply(batch, 1), View.parse("rff:1.0").apply(batch, 1));
        assertNotEquals(View.parse("rff:1").apply(batch, 1), View.parse("rff:1").apply(batch, 2));
        assertNotEquals(View.parse("rff:1").apply(batch, 1), View.parse("rff:2").apply(batch, 1));
    }

    /**
     * E γ(x)·γ(y) = C exp(-2π²σ²|x - y|²). One draw of the product of two features has a variance of about 1 to 1.5, so the
     * mean over 4000 draws of C = 3 channels is known to sqrt(3 · 1.5 / 4000) = 0.034; the tolerance is four times that.
     */
    @ParameterizedTest
    @ValueSource(doubles = {0.05, 0.2, 0.4})
    void theFeaturesGiveTheGaussianKernel(double sigma) {
        int draws = 4000;
        float[] pixels = {0.3f, -0.2f, 1.1f, 0.9f, 0.1f, 0.4f};
        // Two pixels side by side: [channel][pixel].
        Batch pair =
                new Batch(1, 3, 1, 2, new float[] {pixels[0], pixels[3], pixels[1], pixels[4], pixels[2], pixels[5]});
        double squared = 0.6 * 0.6 + 0.3 * 0.3 + 0.7 * 0.7;
        double mean = 0;
        double norm = 0;
        for (int seed = 0; seed < draws; seed++) {
            float[] features = new RandomFeatures(sigma).apply(pair, seed).data();
            for (int c = 0; c < 3; c++) {
                mean += (double) features[2 * c] * features[2 * c + 1] / draws;
                norm += (double) features[2 * c] * features[2 * c] / draws;
            }
        }
        assertEquals(3 * Math.exp(-2 * Math.PI * Math.PI * sigma * sigma * squared), mean, 0.14);
        assertEquals(3, norm, 0.14);
    }
}
