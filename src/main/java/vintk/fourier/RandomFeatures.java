package vintk.fourier;

import vintk.input.Batch;
import vintk.space.RandomStream;

/**
 * {@code rff:sigma}: random Fourier features of the colours. The vector x ∈ R^C of a pixel becomes
 *
 * <pre>  γ(x) = √2 · cos(2π B x + b),   B ∈ R^{C×C} with entries N(0, σ²),   b_c ~ U[0, 2π)</pre>
 *
 * so that E⟨γ(x), γ(y)⟩ = C · exp(-2π²σ²‖x - y‖²): per channel, 2·E cos(u)cos(v) = E cos(u - v) + E cos(u + v), where b
 * makes the second vanish and u - v = 2π w·(x - y) is normal with variance 4π²σ²‖x - y‖².
 *
 * <p>Rahimi and Recht 2007, "Random features for large-scale kernel machines", eq. 2 and figure 1; the scale σ as in
 * Tancik et al. 2020, "Fourier features let networks learn high frequency functions in low dimensional domains". To keep
 * the shape there are as many features as channels, and no factor 1/√C.
 *
 * <p>One B and b per run, for all pixels, samples and models: from the stream keyed by (seed, {@code "view/rff:sigma"}),
 * B row by row, then b.
 *
 * @param sigma σ, in units of one over the input's own, which is about its standard deviation; above 0 and finite
 */
public record RandomFeatures(double sigma) implements View {

    public RandomFeatures {
        if (!(sigma > 0 && sigma < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("View rff:sigma: expected sigma > 0, got " + ViewText.number(sigma));
        }
    }

    @Override
    public Batch apply(Batch batch, long seed) {
        int channels = batch.channels();
        RandomStream random = RandomStream.of(seed, "view/" + this);
        double[][] turns = new double[channels][channels];
        for (double[] row : turns) {
            for (int c = 0; c < channels; c++) {
                row[c] = 2 * Math.PI * sigma * random.nextGaussian();
            }
        }
        double[] phase = new double[channels];
        for (int c = 0; c < channels; c++) {
            phase[c] = 2 * Math.PI * random.nextDouble();
        }
        float[] features = new float[batch.data().length];
        for (int sample = 0; sample < batch.samples(); sample++) {
            for (int c = 0; c < channels; c++) {
                feature(batch, sample, turns[c], phase[c], features, batch.offset(sample, c));
            }
        }
        return batch.with(features);
    }

    private static void feature(Batch batch, int sample, double[] turns, double phase, float[] out, int offset) {
        for (int pixel = 0; pixel < batch.planeSize(); pixel++) {
            double angle = phase;
            for (int c = 0; c < turns.length; c++) {
                angle += turns[c] * batch.data()[batch.offset(sample, c) + pixel];
            }
            // StrictMath: the platform's own cosine may differ in the last bit between machines.
            out[offset + pixel] = (float) (Math.sqrt(2) * StrictMath.cos(angle));
        }
    }

    @Override
    public String toString() {
        return "rff:" + ViewText.number(sigma);
    }
}
