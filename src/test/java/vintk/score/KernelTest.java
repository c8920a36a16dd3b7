package vintk.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelTest {

    /** Two views a, b of two samples; entry = 10·row + column above the diagonal. */
    private static final Kernel JOINT = new Kernel(
            new double[] {
                0, 1, 2, 3, //
                1, 11, 12, 13, //
                2, 12, 22, 23, //
                3, 13, 23, 33
            },
            2,
            List.of("a", "b"),
            Precision.FLOAT32);

    @Test
    void blocksAreViewMajor() {
        assertArrayEquals(new double[] {0, 1, 1, 11}, JOINT.block(0).values());
        assertArrayEquals(new double[] {22, 23, 23, 33}, JOINT.block(1).values());
        assertArrayEquals(new double[] {2, 3, 12, 13}, JOINT.block(0, 1));
        assertArrayEquals(new double[] {2, 12, 3, 13}, JOINT.block(1, 0));
        assertEquals(List.of("b"), JOINT.block(1).views());
        assertArrayEquals(
                new double[] {11, 12, 12, 22}, JOINT.averageOfViewBlocks().values());
    }

    @Test
    void roundingLevelAsymmetryIsAveraged() {
        Kernel kernel = Kernels.of(Precision.FLOAT32, new double[] {1, 0.5}, new double[] {0.5001, 1});
        assertEquals(0.50005, kernel.at(0, 1), 1e-15);
        assertEquals(kernel.at(0, 1), kernel.at(1, 0));
    }

    @Test
    void realAsymmetryIsAFault() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> Kernels.of(new double[] {1, 0.5}, new double[] {0.4, 1}));
        assertTrue(e.getMessage().contains("0.4 at (1, 0)"), e.getMessage());
    }

    @Test
    void shapeMustFitTheViews() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new Kernel(new double[9], 2, List.of("a", "b"), Precision.FLOAT32));
        assertTrue(e.getMessage().contains("(2·2)² = 16 entries, got 9"), e.getMessage());
        assertThrows(
                IllegalArgumentException.class,
                () -> new Kernel(new double[16], 2, List.of("a", "a"), Precision.FLOAT32));
    }

    @Test
    void nonFiniteEntriesAreKeptAndDescribed() {
        double[] values = JOINT.values().clone();
        values[1 * 4 + 2] = Double.NaN;
        values[2 * 4 + 1] = Double.NaN;
        Kernel kernel = new Kernel(values, 2, List.of("a", "b"), Precision.FLOAT32);
        assertFalse(kernel.finite());
        assertEquals("NaN between sample 1 of view a and sample 0 of view b", kernel.describeNonFinite());
        assertTrue(JOINT.finite());
        assertEquals("", JOINT.describeNonFinite());
    }

    @Test
    void doesNotShareTheCallersArray() {
        double[] values = {1};
        Kernel kernel = new Kernel(values, 1, List.of("identity"), Precision.FLOAT64);
        values[0] = 2;
        assertEquals(1, kernel.at(0, 0));
    }
}
