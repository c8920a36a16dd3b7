package vintk.rank;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import vintk.input.Batch;
import vintk.input.ImageScale;
import vintk.input.Inputs;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.runtime.Network;

/**
 * Images as a model takes them: [C, H, W], or [H, W, C], and in a scale of its own. Here they are [C, H, W], and normalised.
 *
 * @param sample of three axes
 * @param scale that the model takes
 */
public record ImageLayout(Shape sample, ImageScale scale) {

    /**
     * That of a model.
     *
     * @param sample of three axes
     * @param scale that somebody asked for; where nobody did, an input of whole numbers takes pixels
     * @throws IllegalArgumentException where pixels do not fit into its type
     */
    public static ImageLayout of(Shape sample, DataType type, ImageScale scale) {
        if (type.isFloating()) {
            return new ImageLayout(sample, scale);
        }
        if (type == DataType.INT8 || type == DataType.BOOL || scale == ImageScale.UNIT) {
            throw new IllegalArgumentException("the model takes images of type " + type + ", which has no "
                    + (scale == ImageScale.UNIT ? "numbers between 0 and 1" : "255")
                    + ": the command kernel takes any from a .npy file");
        }
        return new ImageLayout(sample, ImageScale.PIXELS);
    }

    /** Refuses samples that are no images, which the views are of. */
    public static void requireImages(Shape sample) {
        if (sample.rank() != 3) {
            throw new IllegalArgumentException(
                    "scoring takes models of images [N, C, H, W], this one takes samples of shape " + sample
                            + "; the command kernel takes any input");
        }
    }

    /** What there is to say of a model that takes pixels, or may, though nobody asked for them. */
    public static Optional<String> remark(Network network, ImageScale scale) {
        if (scale != ImageScale.NORMALISED) {
            return Optional.empty();
        }
        if (!network.samplesType().isFloating()) {
            return Optional.of("takes images of type " + network.samplesType()
                    + ": views too are pixels, rounded and cut to 0 to 255");
        }
        return network.imageStatistics()
                .map(
                        names -> "normalises images itself, by " + names
                                + ", and gets normalised ones: with --inputs unit:WHAT or pixels:WHAT they are from 0 to 1 or to 255");
    }

    private boolean channelsLast() {
        return isChannels(sample.dim(2)) && !isChannels(sample.dim(0));
    }

    private static boolean isChannels(long extent) {
        return extent == 1 || extent == 3;
    }

    private int extent(int axis) {
        return Math.toIntExact(sample.dim(channelsLast() ? (axis + 2) % 3 : axis));
    }

    /** Images of this size. */
    public Batch load(Inputs inputs, int samples, long seed, Consumer<String> warnings) throws IOException {
        return inputs.load(samples, extent(0), extent(1), extent(2), seed, warnings);
    }

    /** Images of a model's array [N, ...sample]. */
    public Batch images(int samples, float[] data) {
        return scale.normalised(first(samples, data));
    }

    private Batch first(int samples, float[] data) {
        if (!channelsLast()) {
            return new Batch(samples, extent(0), extent(1), extent(2), data);
        }
        Batch images = new Batch(samples, extent(0), extent(1), extent(2), new float[data.length]);
        move(images, (last, first) -> images.data()[first] = data[last]);
        return images;
    }

    /** The array [N, ...sample] that a model takes. */
    public float[] data(Batch images) {
        float[] first = scale.of(images).data();
        if (!channelsLast()) {
            return first;
        }
        float[] data = new float[first.length];
        move(images, (last, from) -> data[last] = first[from]);
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
