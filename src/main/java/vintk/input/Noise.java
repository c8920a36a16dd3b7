package vintk.input;

import java.util.function.Consumer;
import vintk.space.RandomStream;

/**
 * White noise: independent N(0, 1) values, the same power at every frequency. Image i is drawn from the stream keyed by
 * (seed, {@code "input/i"}), channel by channel.
 */
public record Noise() implements Inputs {

    @Override
    public Batch load(int samples, int channels, int height, int width, long seed, Consumer<String> warnings) {
        Batch batch = Batch.zeros(samples, channels, height, width);
        float[] image = new float[batch.sampleSize()];
        for (int i = 0; i < samples; i++) {
            RandomStream.of(seed, "input/" + i).normal(image, 1);
            System.arraycopy(image, 0, batch.data(), batch.offset(i, 0), image.length);
        }
        return batch;
    }

    @Override
    public String spec() {
        return "noise";
    }
}
