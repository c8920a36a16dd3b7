package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import vintk.onnx.WindowMean.Count;

/** Windows that no sensible model has; the others are tested with the operators that have them. */
class WindowMeanTest {
    /** Not gone through element by element: a file may say so. */
    @Test
    void farLargerThanTheImage() {
        long huge = 1L << 40;
        WindowMean inside = new WindowMean(4, huge, 4 * huge, 1, huge - 1, huge - 1, 1, Count.INSIDE);
        WindowMean padded = new WindowMean(4, huge, 4 * huge, 1, huge - 2, huge - 2, 1, Count.PADDED);
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            assertArrayEquals(new double[] {1, 0, 0, 0}, inside.matrix()[0]);
            assertArrayEquals(new double[] {0x1p-40, 0x1p-40, 0, 0}, padded.matrix()[0]);
        });
    }
}
