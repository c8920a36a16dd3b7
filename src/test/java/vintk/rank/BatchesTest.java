package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.fourier.View;
import vintk.input.Inputs;
import vintk.input.Noise;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.onnx.DataType;
import vintk.onnx.Shape;

class BatchesTest {
    private static final Shape SMALL = Shape.of(3, 8, 8);

    private final Batches batches = new Batches(new Noise(), View.parseList("identity"), 2, warning -> {});

    private List<float[]> round(Shape sample, int repeats) {
        List<float[]> round = new ArrayList<>();
        for (int seed = 0; seed < repeats; seed++) {
            round.add(batches.augmented(sample, DataType.FLOAT, seed));
        }
        return round;
    }

    /** More repeats than are kept: each round still finds most of them. */
    @Test
    void repeatsAreKeptOverCandidates() {
        List<float[]> first = round(SMALL, 7);
        List<float[]> second = round(SMALL, 7);
        for (int seed = 0; seed < 4; seed++) {
            assertSame(first.get(seed), second.get(seed));
        }
    }

    /** A kernel of such views would have equal rows. */
    @Test
    void viewsWithoutContentOfTheirOwn() {
        refused("identity,band:1.3,1.4", "view band:1.3,1.4 leaves nothing of these images of 8×8");
        refused("identity,band:1.3,1.4:std", "view band:1.3,1.4:std leaves nothing of these images of 8×8");
        refused("identity,high-pass:0", "views identity and high-pass:0 are the same for these images of 8×8");
        refused("low-pass:0.25,identity,low-pass:0.2", "views low-pass:0.25 and low-pass:0.2 are the same");
        refused("identity:std,high-pass:0:std", "views identity:std and high-pass:0:std are the same");
        of("identity,band:1,1.3,high-pass:1.4142,low-pass:0.2").augmented(SMALL, DataType.FLOAT, 0);
    }

    /** One image of which a view takes nothing away, and others of which it does. */
    @Test
    void imagesOfDifferentSizesOfNumbers(@TempDir Path folder) throws IOException {
        float[] numbers = new float[2 * 3 * 64];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i < 192 ? 1e7f : (float) Math.sin(i * i);
        }
        Path file = folder.resolve("x.npy");
        Npy.write(file, NpyArray.of(new long[] {2, 3, 8, 8}, numbers));
        new Batches(Inputs.parse(file.toString()), View.parseList("identity,low-pass:0.7"), 2, warning -> {})
                .augmented(SMALL, DataType.FLOAT, 0);
        // Steps of nearly the largest number: what a filter leaves overshoots.
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i % 8 < 4 ? 3.3e38f : -3.3e38f;
        }
        Npy.write(file, NpyArray.of(new long[] {2, 3, 8, 8}, numbers));
        Batches steps = new Batches(Inputs.parse(file.toString()), View.parseList("low-pass:0.6"), 2, warning -> {});
        IllegalArgumentException infinite =
                assertThrows(IllegalArgumentException.class, () -> steps.augmented(SMALL, DataType.FLOAT, 0));
        assertTrue(infinite.getMessage().contains("view low-pass:0.6"), infinite::getMessage);
        Npy.write(file, NpyArray.of(new long[] {2, 3, 8, 8}, new float[numbers.length]));
        Batches zeros = new Batches(Inputs.parse(file.toString()), View.parseList("identity"), 2, warning -> {});
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> zeros.augmented(SMALL, DataType.FLOAT, 0));
        assertTrue(thrown.getMessage().startsWith("the inputs are 0 everywhere"), thrown::getMessage);
    }

    private static Batches of(String views) {
        return new Batches(new Noise(), View.parseList(views), 2, warning -> {});
    }

    private static void refused(String views, String message) {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> of(views).augmented(SMALL, DataType.FLOAT, 0));
        assertTrue(thrown.getMessage().contains(message), thrown::getMessage);
    }

    /** Those of another shape go first. */
    @Test
    void anotherShapeTakesTheirPlace() {
        List<float[]> small = round(SMALL, 5);
        List<float[]> large = round(Shape.of(3, 16, 16), 5);
        List<float[]> again = round(Shape.of(3, 16, 16), 5);
        for (int seed = 0; seed < 5; seed++) {
            assertSame(large.get(seed), again.get(seed));
            assertNotSame(small.get(seed), batches.augmented(SMALL, DataType.FLOAT, seed));
        }
    }
}
