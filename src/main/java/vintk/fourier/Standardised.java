package vintk.fourier;

import vintk.input.Batch;

/**
 * {@code VIEW:std}: every image of another view shifted and scaled to mean 0 and standard deviation 1 over all its C·H·W
 * values (divided by their number, not by one less). A filtered image has less contrast than its original; standardised,
 * the two differ in frequency content only.
 *
 * <p>An image that is constant after the view becomes 0, not NaN. Constant means a standard deviation of less than
 * {@link #CONSTANT} times the root mean square of the image before or after the view, the larger of the two: the
 * high-pass of a constant image is float32 rounding, about 1e-7 of it, and must not be blown up to unit contrast.
 */
public record Standardised(View view) implements View {
    /** Ten times the rounding of a float32. */
    static final double CONSTANT = 1e-6;

    public Standardised {
        if (view instanceof Standardised) {
            throw new IllegalArgumentException("View " + view + ":std: expected ':std' once, got it twice");
        }
    }

    @Override
    public Batch apply(Batch batch, long seed) {
        Batch viewed = view.apply(batch, seed);
        float[] out = new float[viewed.data().length];
        for (int sample = 0; sample < batch.samples(); sample++) {
            int from = batch.offset(sample, 0);
            double floor = CONSTANT * Math.max(rootMeanSquare(batch, from), rootMeanSquare(viewed, from));
            standardise(viewed.data(), from, from + batch.sampleSize(), floor, out);
        }
        return batch.with(out);
    }

    private static void standardise(float[] in, int from, int to, double floor, float[] out) {
        double mean = 0;
        for (int i = from; i < to; i++) {
            mean += in[i];
        }
        mean /= to - from;
        double variance = 0;
        for (int i = from; i < to; i++) {
            variance += (in[i] - mean) * (in[i] - mean);
        }
        double deviation = Math.sqrt(variance / (to - from));
        if (deviation > floor) {
            for (int i = from; i < to; i++) {
                out[i] = (float) ((in[i] - mean) / deviation);
            }
        }
    }

    private static double rootMeanSquare(Batch batch, int from) {
        double sum = 0;
        for (int i = from; i < from + batch.sampleSize(); i++) {
            sum += (double) batch.data()[i] * batch.data()[i];
        }
        return Math.sqrt(sum / batch.sampleSize());
    }

    @Override
    public String toString() {
        return view + ":std";
    }
}
