package vintk.input;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * The images of another source, which networks get in a scale of the user's, as they normalise them themselves.
 *
 * @param scale that networks take
 * @param source of images, which {@link #load} gives normalised
 */
public record Scaled(ImageScale scale, Inputs source) implements Inputs {

    /** Floats of a file are of that scale already. */
    static Scaled of(ImageScale scale, Inputs source) {
        return new Scaled(
                scale, source instanceof NpyFile file ? new NpyFile(file.path(), file.classes(), scale) : source);
    }

    @Override
    public Batch load(int samples, int channels, int height, int width, long seed, Consumer<String> warnings)
            throws IOException {
        return source.load(samples, channels, height, width, seed, warnings);
    }

    @Override
    public void require(int samples) throws IOException {
        source.require(samples);
    }

    @Override
    public boolean areDrawn() {
        return source.areDrawn();
    }

    @Override
    public int[] labels(int samples) throws IOException {
        return source.labels(samples);
    }

    @Override
    public String content() throws IOException {
        return source.content();
    }

    @Override
    public String spec() {
        return scale.prefix() + source.spec();
    }
}
