package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import vintk.fourier.View;
import vintk.input.Noise;
import vintk.onnx.Shape;

class BatchesTest {
    private static final Shape SMALL = Shape.of(3, 8, 8);

    private final Batches batches = new Batches(new Noise(), View.parseList("identity"), 2, warning -> {});

    private List<float[]> round(Shape sample, int repeats) {
        List<float[]> round = new ArrayList<>();
        for (int seed = 0; seed < repeats; seed++) {
            round.add(batches.augmented(sample, seed));
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

    /** Those of another shape go first. */
    @Test
    void anotherShapeTakesTheirPlace() {
        List<float[]> small = round(SMALL, 5);
        List<float[]> large = round(Shape.of(3, 16, 16), 5);
        List<float[]> again = round(Shape.of(3, 16, 16), 5);
        for (int seed = 0; seed < 5; seed++) {
            assertSame(large.get(seed), again.get(seed));
            assertNotSame(small.get(seed), batches.augmented(SMALL, seed));
        }
    }
}
