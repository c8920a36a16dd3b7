package vintk.fourier;

import java.util.List;
import vintk.input.Batch;

/**
 * A map γ of a batch of images to another of the same shape; the package says what for.
 *
 * <p>A view is a value: equal views have the same text, and {@code parse(view.toString())} is the view again.
 */
public sealed interface View permits Identity, LowPass, HighPass, Band, RandomFeatures, Standardised {
    /** The largest frequency radius, in the corner of the spectrum: √2. */
    double MAX_RADIUS = Math.sqrt(2);

    /**
     * The view of every sample; each depends on that sample and the seed alone. The batch itself is not changed.
     *
     * @param batch finite values; a NaN would spread over its whole plane
     * @param seed of the random features; the other views do not look at it
     */
    Batch apply(Batch batch, long seed);

    /** The text {@link #parse} reads: {@code identity}, {@code high-pass:0.25:std}, {@code band:0.25,0.5} … */
    @Override
    String toString();

    /**
     * The view that a text names.
     *
     * @throws IllegalArgumentException that lists the views there are, or the range of the number that is out of it
     */
    static View parse(String text) {
        return ViewText.parse(text);
    }

    /**
     * Several views, separated by commas; {@code identity,high-pass:0.25:std,band:0.25,0.5} are three. A piece that does
     * not begin with a letter continues the one before.
     *
     * @throws IllegalArgumentException also when a view is there twice, since a kernel with equal rows is singular
     */
    static List<View> parseList(String text) {
        return ViewText.parseList(text);
    }
}
