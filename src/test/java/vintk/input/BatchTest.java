package vintk.input;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {

    private static Batch counting(int samples, int channels, int height, int width) {
        Batch batch = Batch.zeros(samples, channels, height, width);
        for (int i = 0; i < batch.data().length; i++) {
            batch.data()[i] = i;
        }
        return batch;
    }

    @Test
    void slicesConcatenateToTheWhole() {
        Batch whole = counting(5, 3, 2, 4);
        assertEquals(whole, Batch.concatenate(List.of(whole.slice(0, 2), whole.slice(2, 2), whole.slice(2, 5))));
        assertEquals(24, whole.slice(1, 2).data()[0]);
        assertEquals(whole.data()[whole.offset(1, 2)], whole.slice(1, 2).data()[16]);
        assertArrayEquals(new long[] {5, 3, 2, 4}, whole.shape());
    }

    @Test
    void wrongShapesAreRefused() {
        assertMessage("A batch of shape [1, 3, 2, 2] has 12 values; got an array of 11", () -> {
            new Batch(1, 3, 2, 2, new float[11]);
        });
        assertMessage(
                "A batch of shape [100000, 3, 224, 224] has more than 2^31 values; ask for fewer samples or smaller"
                        + " images",
                () -> new Batch(100_000, 3, 224, 224, new float[1]));
        assertMessage("Batches of different image shapes cannot be concatenated: [1, 3, 2, 2] and [1, 3, 2, 3]", () -> {
            Batch.concatenate(List.of(counting(1, 3, 2, 2), counting(1, 3, 2, 3)));
        });
        assertMessage("Samples 1 to 3 asked of a batch that has 2", () -> counting(2, 1, 1, 1)
                .slice(1, 3));
        for (String inputs : List.of("synthetic", "noise")) {
            assertThrows(
                    IllegalArgumentException.class, () -> Inputs.parse(inputs).load(-1, 3, 2, 2, 0));
            assertThrows(
                    IllegalArgumentException.class, () -> Inputs.parse(inputs).load(1, 0, 2, 2, 0));
        }
    }

    @Test
    void theFirstValueThatIsNotFiniteIsNamed() {
        Batch batch = counting(3, 2, 4, 5);
        assertSame(batch, batch.requireFinite("x.npy"));
        batch.data()[batch.offset(2, 1) + 3 * 5 + 4] = Float.NaN;
        batch.data()[batch.offset(1, 0) + 2 * 5 + 3] = Float.NEGATIVE_INFINITY;
        assertMessage(
                "x.npy: expected finite values, got 2 of 120 that are NaN or infinite; the first is -Infinity at sample"
                        + " 1, channel 0, row 2, column 3",
                () -> batch.requireFinite("x.npy"));
    }

    private static void assertMessage(String expected, Runnable action) {
        assertEquals(
                expected,
                assertThrows(IllegalArgumentException.class, action::run).getMessage());
    }
}
