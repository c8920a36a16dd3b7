package vintk.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the images come from that a network is shown; the value of {@code --inputs}.
 *
 * <p>Every source keeps the same promise: image i depends on the seed and on i, never on how many images are asked for
 * or in what order, so a batch of 16 is the beginning of the batch of 32. (For a folder the list of its files counts as
 * well, of course, and a {@code .npy} file ignores the seed.)
 */
public sealed interface Inputs permits Synthetic, Noise, ImageFolder, NpyFile, Scaled {

    /**
     * Makes or reads a batch.
     *
     * @param samples how many images, 1 or more
     * @param height in pixels
     * @param width in pixels
     * @param warnings is told, one line each, of everything passed over on the way, such as broken images
     * @return finite values, scaled as networks for ImageNet expect them: about zero mean and unit variance
     * @throws IOException when a file cannot be read, or is not what was asked for
     * @throws IllegalArgumentException when an array holds NaN or infinite values
     */
    Batch load(int samples, int channels, int height, int width, long seed, Consumer<String> warnings)
            throws IOException;

    /** {@link #load(int, int, int, int, long, Consumer)} without the warnings. */
    default Batch load(int samples, int channels, int height, int width, long seed) throws IOException {
        return load(samples, channels, height, width, seed, warning -> {});
    }

    /**
     * Refuses a source that has fewer images, or others than are taken, before there is a model to say of which shape.
     *
     * @throws IOException when a file cannot be read, or is not what was asked for
     * @throws IllegalArgumentException when an array holds NaN or infinite values
     */
    default void require(int samples) throws IOException {}

    /** Whether other seeds have other images. */
    default boolean areDrawn() {
        return true;
    }

    /** In which networks get these images, whatever {@link #load} gives, which is normalised. */
    default ImageScale scale() {
        return ImageScale.NORMALISED;
    }

    /**
     * The class of each of the images that {@link #load} gives, whatever the seed; empty where they are not known.
     *
     * @throws IOException when a file cannot be read, or is not what was asked for
     */
    default int[] labels(int samples) throws IOException {
        return new int[0];
    }

    /** What tells this source from another of the same {@link #spec}: empty, or a text with a space in front. */
    default String content() throws IOException {
        return "";
    }

    /** The text that {@link #parse} makes this source from. */
    String spec();

    /**
     * The same with classes.
     *
     * @param classes a {@code .npy} file with the class of each image of one that is a {@code .npy} file, too
     * @throws IllegalArgumentException for other sources, whose images are drawn
     */
    static Inputs parse(String text, Path classes) {
        ImageScale scale = ImageScale.of(text);
        if (scale != ImageScale.NORMALISED) {
            return Scaled.of(scale, parse(ImageScale.source(text), classes));
        }
        if (parse(text) instanceof NpyFile file) {
            return new NpyFile(file.path(), Optional.of(classes), ImageScale.NORMALISED);
        }
        throw new IllegalArgumentException(
                "Labels: expected inputs from a .npy file, whose images they belong to; got '" + text + "'");
    }

    /**
     * The source that a text names: {@code synthetic}, {@code noise}, else an existing folder of images or {@code .npy}
     * file; each with {@code unit:} or {@code pixels:} in front, of that {@link ImageScale}. (A folder that is itself called {@code noise} is
     * {@code ./noise}.)
     *
     * @throws IllegalArgumentException for anything else
     */
    static Inputs parse(String text) {
        ImageScale scale = ImageScale.of(text);
        if (scale != ImageScale.NORMALISED) {
            return Scaled.of(scale, parse(ImageScale.source(text)));
        }
        switch (text) {
            case "synthetic":
                return new Synthetic();
            case "noise":
                return new Noise();
            default:
                break;
        }
        Path path;
        try {
            path = Path.of(text);
        } catch (InvalidPathException e) {
            throw unknown(text, "which cannot be a file name");
        }
        if (text.isBlank()) {
            throw unknown(text, "which is empty");
        } else if (Files.isDirectory(path)) {
            return new ImageFolder(path);
        } else if (!Files.exists(path)) {
            throw unknown(text, "where no file or folder is");
        } else if (!text.endsWith(".npy")) {
            throw unknown(text, "which is a file, but not a .npy file");
        }
        return new NpyFile(path, Optional.empty(), ImageScale.NORMALISED);
    }

    private static IllegalArgumentException unknown(String text, String reason) {
        return new IllegalArgumentException("Inputs: expected 'synthetic', 'noise', a folder of images or a .npy file;"
                + " got '" + text + "', " + reason);
    }
}
