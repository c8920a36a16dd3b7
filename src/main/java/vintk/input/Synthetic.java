package vintk.input;

import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import vintk.space.RandomStream;

/**
 * Random images with the two best known statistics of natural ones: the amplitude spectrum falls as 1/f, and the colour
 * channels are strongly correlated. They need no files, and no two machines or users get different ones.
 *
 * <p><b>Spectrum.</b> The mean amplitude spectrum of natural images is close to 1/f, their power to 1/f² (Field 1987,
 * "Relations between the statistics of natural images and the response properties of cortical cells", J. Opt. Soc. Am. A
 * 4(12)). Here a component is white Gaussian noise times 1/f in the Fourier domain, with f the radial frequency; f = 0,
 * where 1/f has no value, gets the amplitude of the lowest frequency of the longer side (our choice). The field is
 * periodic, so its spectrum is exactly this one, without an edge.
 *
 * <p><b>Colour.</b> Three such components are mixed by the principal axes of the RGB values of ImageNet's training
 * images: eigenvalues and eigenvectors as published with the colour augmentation of AlexNet (Krizhevsky, Sutskever and
 * Hinton 2012, section 4.1; the numbers as in {@code fb.resnet.torch}, {@code pca} in {@code datasets/imagenet.lua}).
 * They give correlations 0.89 (R, G), 0.77 (R, B) and 0.90 (G, B), which ImageNet normalisation, a shift and a scale
 * per channel, leaves as they are.
 *
 * <p><b>Scale.</b> Every value has mean 0 and variance 1 over the population of images, as ImageNet-normalised images
 * have roughly; a single image has its own mean and contrast. Values are Gaussian, where real ones are bounded.
 *
 * <p><b>Channels.</b> One channel is one component. Any other number than 1 and 3 is mixed alike: every pair of channels
 * has {@link #CORRELATION}, the mean of the three above (our rule; no data stands behind it).
 *
 * <p>Image i is drawn from the stream keyed by (seed, {@code "input/i"}). Cost: two transforms per component.
 */
public record Synthetic() implements Inputs {
    /** Of any two channels where there are not three of them. */
    static final double CORRELATION = 0.856;

    private static final double[] EIGENVALUES = {0.2175, 0.0188, 0.0045};
    /** Row: colour (R, G, B); column: principal axis. */
    private static final double[][] EIGENVECTORS = {
        {-0.5675, 0.7192, 0.4009},
        {-0.5808, -0.0045, -0.8140},
        {-0.5836, -0.6948, 0.4203}
    };

    @Override
    public Batch load(int samples, int channels, int height, int width, long seed, Consumer<String> warnings) {
        Batch batch = Batch.zeros(samples, channels, height, width);
        double[][] mixing = mixing(channels);
        double[] gains = unitVariance(Spectrum.gains(height, width, inverse(2.0 / Math.max(height, width))));
        Spectrum spectrum = new Spectrum(height, width);
        float[][] components = new float[mixing[0].length][height * width];
        for (int i = 0; i < samples; i++) {
            RandomStream random = RandomStream.of(seed, "input/" + i);
            for (float[] component : components) {
                random.normal(component, 1);
                spectrum.multiply(gains, component, 0);
            }
            for (int channel = 0; channel < channels; channel++) {
                mix(mixing[channel], components, batch.data(), batch.offset(i, channel));
            }
        }
        return batch;
    }

    private static DoubleUnaryOperator inverse(double lowest) {
        return radius -> 1 / (radius > 0 ? radius : lowest);
    }

    /** Scales gains so that white noise of variance 1 comes out with variance 1: the mean of their squares is 1. */
    private static double[] unitVariance(double[] gains) {
        double power = 0;
        for (double gain : gains) {
            power += gain * gain;
        }
        double scale = Math.sqrt(gains.length / power);
        for (int i = 0; i < gains.length; i++) {
            gains[i] *= scale;
        }
        return gains;
    }

    private static void mix(double[] weights, float[][] components, float[] data, int offset) {
        for (int pixel = 0; pixel < components[0].length; pixel++) {
            double sum = 0;
            for (int k = 0; k < weights.length; k++) {
                sum += weights[k] * components[k][pixel];
            }
            data[offset + pixel] = (float) sum;
        }
    }

    /** Row c: the weights of the independent components in channel c; their squares add up to 1. */
    static double[][] mixing(int channels) {
        if (channels == 1) {
            return new double[][] {{1}};
        }
        boolean colour = channels == 3;
        double[][] mixing = new double[channels][colour ? 3 : channels + 1];
        for (int c = 0; c < channels; c++) {
            if (colour) {
                double variance = 0;
                for (int k = 0; k < 3; k++) {
                    mixing[c][k] = EIGENVECTORS[c][k] * Math.sqrt(EIGENVALUES[k]);
                    variance += mixing[c][k] * mixing[c][k];
                }
                for (int k = 0; k < 3; k++) {
                    mixing[c][k] /= Math.sqrt(variance);
                }
            } else {
                // One component common to all channels, one of its own for each.
                mixing[c][0] = Math.sqrt(CORRELATION);
                mixing[c][c + 1] = Math.sqrt(1 - CORRELATION);
            }
        }
        return mixing;
    }

    @Override
    public String spec() {
        return "synthetic";
    }
}
