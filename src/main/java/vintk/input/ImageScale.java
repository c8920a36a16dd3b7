package vintk.input;

import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Numbers that stand for images. They are normalised as networks for ImageNet take them, (value - mean) / deviation with values from 0 to
 * 1, mean 0.485, 0.456, 0.406 and deviation 0.229, 0.224, 0.225 for R, G, B; images of another number of channels have the mixture
 * of these that luma is, 0.299 R + 0.587 G + 0.114 B. Networks that normalise images themselves take the values.
 */
public enum ImageScale {
    /** About zero mean and unit variance. */
    NORMALISED(0),
    /** From 0 to 1. */
    UNIT(1),
    /** The numbers of an image file: whole ones from 0 to 255. */
    PIXELS(255);

    /** Of R, G, B in luma. */
    static final double[] LUMA = {0.299, 0.587, 0.114};

    /** A tenth of a step of an image file. */
    private static final double ROUNDING = 4e-4;

    private static final double[] MEAN = {0.485, 0.456, 0.406};
    private static final double[] DEVIATION = {0.229, 0.224, 0.225};

    private final double largest;

    ImageScale(double largest) {
        this.largest = largest;
    }

    /** In front of a source of images that are to be of this scale; normalised ones have none. */
    String prefix() {
        return this == NORMALISED ? "" : name().toLowerCase(Locale.ROOT) + ":";
    }

    /** That of a text that names a source of images. */
    public static ImageScale of(String text) {
        return Stream.of(UNIT, PIXELS)
                .filter(scale -> text.startsWith(scale.prefix()))
                .findFirst()
                .orElse(NORMALISED);
    }

    /** The text without what says the scale. */
    public static String source(String text) {
        return text.substring(of(text).prefix().length());
    }

    /** Its numbers, for a sentence. */
    public String range() {
        return this == NORMALISED ? "about 0" : "from 0 to " + Math.round(largest);
    }

    /** Whether images have numbers of this scale, but for rounding: normalised ones may have any. */
    public boolean holds(Batch normalised) {
        if (this == NORMALISED) {
            return true;
        }
        float[] unit = mapped(normalised, channel -> value -> UNIT.value(value, channel, normalised.channels()))
                .data();
        return IntStream.range(0, unit.length).allMatch(i -> unit[i] > -ROUNDING && unit[i] < 1 + ROUNDING);
    }

    /** A number of this scale, which is not the normalised one, in one of so many channels, normalised. */
    double normalised(double value, int channel, int channels) {
        return (value / largest - of(MEAN, channel, channels)) / of(DEVIATION, channel, channels);
    }

    /** Images of this scale, normalised. */
    public Batch normalised(Batch images) {
        return this == NORMALISED
                ? images
                : mapped(images, channel -> value -> normalised(value, channel, images.channels()));
    }

    /** Normalised images in this scale; what no image has, as of views of them, is cut to what one has. */
    public Batch of(Batch normalised) {
        if (this == NORMALISED) {
            return normalised;
        }
        return mapped(normalised, channel -> value -> {
            double scaled = Math.max(0, Math.min(largest, value(value, channel, normalised.channels())));
            return this == PIXELS ? Math.rint(scaled) : scaled;
        });
    }

    private double value(double normalised, int channel, int channels) {
        return (normalised * of(DEVIATION, channel, channels) + of(MEAN, channel, channels)) * largest;
    }

    private static Batch mapped(Batch images, IntFunction<DoubleUnaryOperator> channel) {
        float[] data = new float[images.data().length];
        for (int c = 0; c < images.channels(); c++) {
            DoubleUnaryOperator map = channel.apply(c);
            for (int n = 0; n < images.samples(); n++) {
                int from = images.offset(n, c);
                for (int i = from; i < from + images.planeSize(); i++) {
                    data[i] = (float) map.applyAsDouble(images.data()[i]);
                }
            }
        }
        return images.with(data);
    }

    private static double of(double[] rgb, int channel, int channels) {
        return channels == 3 ? rgb[channel] : LUMA[0] * rgb[0] + LUMA[1] * rgb[1] + LUMA[2] * rgb[2];
    }
}
