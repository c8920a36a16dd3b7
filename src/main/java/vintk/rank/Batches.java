package vintk.rank;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import vintk.fourier.View;
import vintk.input.Batch;
import vintk.input.Inputs;
import vintk.onnx.DataType;
import vintk.onnx.Shape;

/**
 * The augmented batch [γ_1(X); …; γ_V(X)] (METHOD §3) for samples of a shape. The last few are
 * kept: candidates of one space all take the same, one for every repeat.
 */
final class Batches {
    /** Batches that are kept: those of a few repeats, which come again with every candidate. */
    private static final int KEPT = 5;

    /** Some times that of a float32. */
    private static final float ROUNDING = 1e-6f;

    private final Inputs inputs;
    private final List<View> views;
    private final int samples;
    private final Consumer<String> warnings;
    private final Map<Key, float[]> kept = new LinkedHashMap<>();

    private record Key(ImageLayout layout, long seed) {}

    Batches(Inputs inputs, List<View> views, int samples, Consumer<String> warnings) {
        this.inputs = inputs;
        this.views = views;
        this.samples = samples;
        this.warnings = warnings;
    }

    /**
     * [V·N, ...sample], view by view; not to be written to. Safe to call from several threads.
     *
     * @param sample [C, H, W], or [H, W, C] where the model has its channels last
     * @param type of its input
     * @throws UncheckedIOException where the images cannot be read
     */
    synchronized float[] augmented(Shape sample, DataType type, long seed) {
        ImageLayout.requireImages(sample);
        ImageLayout layout = ImageLayout.of(sample, type, inputs.scale());
        Key key = new Key(layout, seed);
        try {
            return kept.containsKey(key) ? kept.get(key) : keep(key, make(layout, seed));
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    /** Of images of one shape the first few: repeats come round and round, and the oldest is the next to be asked for. */
    private float[] keep(Key key, float[] data) {
        if (kept.size() == KEPT) {
            List<Key> keys = List.copyOf(kept.keySet());
            kept.remove(keys.stream()
                    .filter(other -> !other.layout.equals(key.layout))
                    .findFirst()
                    .orElse(keys.get(KEPT - 1)));
        }
        kept.put(key, data);
        return data;
    }

    private float[] make(ImageLayout layout, long seed) throws IOException {
        // Arrays hold no more.
        Math.toIntExact(Math.multiplyExact(
                (long) samples * views.size(), layout.sample().elements()));
        Batch batch = layout.load(inputs, samples, seed, warnings).requireFinite("the inputs");
        if (!inputs.areDrawn() && !layout.scale().holds(batch)) {
            throw new IllegalArgumentException(
                    inputs.spec() + ": the model takes images " + layout.scale().range()
                            + ", got others; floats of a file are normalised images, and behind unit: or pixels: those of that scale");
        }
        List<Batch> augmented = new ArrayList<>();
        views.forEach(view -> augmented.add(view.apply(batch, seed)));
        requireContent(batch, augmented);
        Batch joint = Batch.concatenate(augmented);
        return layout.data(joint);
    }

    /**
     * Refuses views of which nothing is left, such as a band between two frequencies of small images, and two that are the same, such as
     * a high-pass that passes everything: rows of the kernel would be equal, and a score of it a score of rounding.
     */
    private void requireContent(Batch batch, List<Batch> augmented) {
        String images = " images of " + batch.height() + "×" + batch.width();
        if (isEmpty(batch)) {
            throw new IllegalArgumentException("the inputs are 0 everywhere: no view tells" + images + " apart");
        }
        for (int i = 0; i < views.size(); i++) {
            Batch view = augmented.get(i).requireFinite("view " + views.get(i));
            if (isEmpty(view)) {
                throw new IllegalArgumentException("view " + views.get(i) + " leaves nothing of these" + images);
            }
            for (int j = 0; j < i; j++) {
                if (isSame(view, augmented.get(j))) {
                    throw new IllegalArgumentException(
                            "views " + views.get(j) + " and " + views.get(i) + " are the same for these" + images);
                }
            }
        }
    }

    private static boolean isEmpty(Batch batch) {
        return largest(batch.data(), 0, batch.data().length) == 0;
    }

    private static float largest(float[] data, int from, int to) {
        float largest = 0;
        for (int i = from; i < to; i++) {
            largest = Math.max(largest, Math.abs(data[i]));
        }
        return largest;
    }

    /** Every image, but for the rounding of a transform and back. */
    private static boolean isSame(Batch left, Batch right) {
        for (int n = 0; n < left.samples(); n++) {
            int from = left.offset(n, 0);
            int to = from + left.sampleSize();
            float tolerance = ROUNDING * Math.max(largest(left.data(), from, to), largest(right.data(), from, to));
            for (int i = from; i < to; i++) {
                if (Math.abs(left.data()[i] - right.data()[i]) > tolerance) {
                    return false;
                }
            }
        }
        return true;
    }
}
