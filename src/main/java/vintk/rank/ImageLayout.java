package vintk.rank;

import java.io.IOException;
import java.util.function.Consumer;
import vintk.input.Batch;
import vintk.input.Inputs;
import vintk.onnx.Shape;

/** Images [C, H, W], or [H, W, C], as a model takes them; here they are [C, H, W]. */
public final class ImageLayout {
    private final Shape sample;
    private final boolean channelsLast;

    private ImageLayout(Shape sample) {
        this.sample = sample;
        this.channelsLast = isChannels(sample.dim(2)) && !isChannels(sample.dim(0));
    }

    /** That of a model's samples, which have three axes. */
    public static ImageLayout of(Shape sample) {
        return new ImageLayout(sample);
    }

    private static boolean isChannels(long extent) {
        return extent == 1 || extent == 3;
    }

    private int extent(int axis) {
        return Math.toIntExact(sample.dim(channelsLast ? (axis + 2) % 3 : axis));
    }

    /** Images of this size. */
    public Batch load(Inputs inputs, int samples, long seed, Consumer<String> warnings) throws IOException {
        return inputs.load(samples, extent(0), extent(1), extent(2), seed, warnings);
    }

    /** Images of a model's array [N, ...sample]. */
    public Batch images(int samples, float[] data) {
        if (!channelsLast) {
            return new Batch(samples, extent(0), extent(1), extent(2), data);
        }
        Batch images = new Batch(samples, extent(0), extent(1), extent(2), new float[data.length]);
        move(images, (last, first) -> images.data()[first] = data[last]);
        return images;
    }

    /** The array [N, ...sample] that a model takes. */
    public float[] data(Batch images) {
        if (!channelsLast) {
            return images.data();
        }
        float[] data = new float[images.data().length];
        move(images, (last, first) -> data[last] = images.data()[first]);
        return data;
    }

    private interface Mover {
        void move(int last, int first);
    }

    /** Both places of every number. */
    private static void move(Batch batch, Mover mover) {
        for (int n = 0; n < batch.samples(); n++) {
            for (int c = 0; c < batch.channels(); c++) {
                for (int i = 0; i < batch.planeSize(); i++) {
                    mover.move(n * batch.sampleSize() + i * batch.channels() + c, batch.offset(n, c) + i);
                }
            }
        }
    }
}
