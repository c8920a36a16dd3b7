package vintk.opset;

import java.util.Locale;

/**
 * What a parameter is to the layer that reads it. In order of precedence: of a parameter with several readers (tied, or
 * shared by an exporter because the values were equal) the first of these roles holds.
 */
public enum Role {
    /** The matrix or kernel of a product or convolution. */
    WEIGHT,

    /** Rows that are looked up; a table of positions; a token. */
    EMBEDDING,

    /** The factor of a normalisation. */
    NORM_SCALE,

    /** The offset of a normalisation. */
    NORM_BIAS,

    /** The offset of a product or convolution. */
    BIAS,

    /** The slope of PRelu. */
    SLOPE,

    /** The running mean or variance of BatchNormalization: no parameter. */
    STATISTIC("a running statistic"),

    /** The mean or deviation of images: no parameter either, and the same before training. */
    IMAGE_STATISTIC("a statistic of the images"),

    /** 0 and large negative numbers, which attention adds, or 0 and 1, which prune weights: no parameter. */
    MASK("a mask"),

    /** Positions as sines and cosines, which are computed and not learned: no parameter. */
    SINUSOID("a table of sines and cosines"),

    /** Everything else: factors of layers, constants of an exporter. */
    OTHER;

    private final String fixed;

    Role() {
        this(null);
    }

    Role(String fixed) {
        this.fixed = fixed;
    }

    /** Whether no training changes it by its gradient: it does not count. */
    public boolean isFixed() {
        return fixed != null;
    }

    /** What it is, in words; null where it may count. */
    public String fixed() {
        return fixed;
    }

    /** As it is written in tables: {@code norm-scale}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
