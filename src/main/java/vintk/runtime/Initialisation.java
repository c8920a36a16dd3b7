package vintk.runtime;

import java.util.Arrays;
import java.util.Locale;
import vintk.opset.Fans;
import vintk.opset.ParameterUse;
import vintk.space.RandomStream;

/**
 * How the parameters of a network are drawn before training, by their roles.
 *
 * <p>Weights:
 * <ul>
 *   <li>{@code kaiming}: N(0, 2 / fan_in) (He et al. 2015, "Delving deep into rectifiers", eq. 10).
 *   <li>{@code xavier}: U(±√(6 / (fan_in + fan_out))) (Glorot and Bengio 2010, eq. 16).
 *   <li>{@code trunc-normal:σ}: N(0, σ²), drawn again beyond ±2σ, so that the deviation is 0.88 σ; as vision transformers
 *       have it, where σ is 0.02.
 *   <li>{@code pytorch-default}: U(±1 / √fan_in), what PyTorch's {@code kaiming_uniform_(a=√5)} comes to, and for recurrent
 *       layers U(±1 / √hidden).
 * </ul>
 * Biases are 0, but for {@code pytorch-default}, which draws them as the weights of their layer. Embeddings are truncated
 * normal with σ = 0.02 (that of the scheme where it has one); for {@code pytorch-default} N(0, 1). Normalisations begin with
 * scale 1 and bias 0, their running statistics with mean 0 and variance 1, slopes of PRelu with 0.25. Everything else stays.
 *
 * @param scheme for weights
 * @param sigma of truncated normals, those of embeddings too; above 0
 */
public record Initialisation(Scheme scheme, double sigma) {
    /** Used for embeddings by the schemes without a deviation of their own. */
    private static final double SIGMA = 0.02;

    /** Truncated normals end here, in σ. */
    private static final double CUT = 2;

    private static final float SLOPE = 0.25f;

    /** The input of BatchNormalization that is the running variance. */
    private static final int VARIANCE = 4;

    /** Distributions of weights. */
    public enum Scheme {
        KAIMING,
        XAVIER,
        TRUNC_NORMAL,
        PYTORCH_DEFAULT;

        String id() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** @throws IllegalArgumentException for a deviation that is not above 0, or that no float holds */
    public Initialisation {
        if (!isDeviation(sigma)) {
            throw new IllegalArgumentException("initialisation: expected a standard deviation above 0, got " + sigma);
        }
    }

    private static boolean isDeviation(double sigma) {
        return sigma > 0 && sigma <= Float.MAX_VALUE;
    }

    /** What the command line takes: {@code kaiming}, {@code trunc-normal:0.02}. */
    public static Initialisation parse(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        for (Scheme scheme : Scheme.values()) {
            if (scheme.id().equals(name) && (colon < 0 || scheme == Scheme.TRUNC_NORMAL)) {
                return new Initialisation(scheme, colon < 0 ? SIGMA : sigma(text, text.substring(colon + 1)));
            }
        }
        throw new IllegalArgumentException("--reinit: expected kaiming, xavier, trunc-normal:STD (such as"
                + " trunc-normal:0.02) or pytorch-default, got '" + text + "'");
    }

    private static double sigma(String text, String number) {
        try {
            double sigma = Double.parseDouble(number);
            if (isDeviation(sigma)) {
                return sigma;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new IllegalArgumentException(
                "--reinit: expected a standard deviation above 0 after the colon, got '" + text + "'");
    }

    /** Fills a tensor by its use; false where the use has no initialisation and the tensor stays as it is. */
    boolean draw(ParameterUse use, RandomStream stream, float[] out) {
        switch (use.role()) {
            case WEIGHT -> weight(use.fans(), stream, out);
            case BIAS -> {
                if (scheme == Scheme.PYTORCH_DEFAULT && use.fans().initial() > 0) {
                    stream.uniform(out, 1 / Math.sqrt(use.fans().initial()));
                } else {
                    Arrays.fill(out, 0);
                }
            }
            case EMBEDDING -> {
                if (scheme == Scheme.PYTORCH_DEFAULT) {
                    stream.normal(out, 1);
                } else {
                    truncated(stream, out);
                }
            }
            case NORM_SCALE -> Arrays.fill(out, 1);
            case NORM_BIAS -> Arrays.fill(out, 0);
            case STATISTIC -> Arrays.fill(out, use.input() == VARIANCE ? 1 : 0);
            case SLOPE -> Arrays.fill(out, SLOPE);
            case IMAGE_STATISTIC, MASK, SINUSOID, OTHER -> {
                return false;
            }
        }
        return true;
    }

    private void weight(Fans fans, RandomStream stream, float[] out) {
        switch (scheme) {
            case KAIMING -> stream.normal(out, Math.sqrt(2.0 / fans.in()));
            case XAVIER -> stream.uniform(out, Math.sqrt(6.0 / (fans.in() + fans.out())));
            case TRUNC_NORMAL -> truncated(stream, out);
            case PYTORCH_DEFAULT -> stream.uniform(out, 1 / Math.sqrt(fans.initial()));
        }
    }

    private void truncated(RandomStream stream, float[] out) {
        for (int i = 0; i < out.length; i++) {
            double drawn = stream.nextGaussian();
            while (Math.abs(drawn) > CUT) {
                drawn = stream.nextGaussian();
            }
            out[i] = (float) (sigma * drawn);
        }
    }

    @Override
    public String toString() {
        return scheme == Scheme.TRUNC_NORMAL ? scheme.id() + ":" + sigma : scheme.id();
    }
}
