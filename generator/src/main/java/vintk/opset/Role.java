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
    STATISTIC,

    /** The mean or deviation of images: no parameter either, and the same before training. */
    IMAGE_STATISTIC,

    /** Everything else: factors of layers, constants of an exporter. */
    OTHER;

    /** As it is written in tables: {@code norm-scale}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
