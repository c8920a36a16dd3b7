package vintk.vit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.onnx.Tensor;

class RelativePlacesTest {
    /**
     * With a number z for each row of both tables: what the matrices give for query i and token j is the sum of the rows of their
     * offsets, as AutoFormer's positions are written down, pair by pair.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void pairsGetTheRowsOfTheirOffsets(int grid) {
        Tensor places = RelativePlaces.of(grid).places().constant();
        Tensor skew = RelativePlaces.of(grid).skew().constant();
        int tokens = grid * grid + 1;
        int rows = 4 * grid;
        int columns = 2 * grid + 2;
        for (int i = 0; i < tokens; i++) {
            for (int j = 0; j < tokens; j++) {
                double sum = 0;
                for (int row = 0; row < rows; row++) {
                    for (int column = 0; column < columns; column++) {
                        double taken = skew.number(((long) i * rows + row) * columns + column);
                        sum += z(row) * taken * places.number((long) j * columns + column);
                    }
                }
                assertEquals(pair(i, j, grid), sum, "query " + i + ", token " + j);
            }
        }
    }

    @Test
    void gridsThatAreTooLargeAreNamed() {
        Exception refused = assertThrows(IllegalArgumentException.class, () -> RelativePlaces.of(91));
        assertEquals(
                "relative positions on a grid of 91×91 patches; at most 90×90 are supported", refused.getMessage());
    }

    /** Sums of two of them are all different. */
    private static double z(int row) {
        return Math.pow(2, row);
    }

    /** Of each table the row of the offset, counted from -(g-1); the last one with the class token. */
    private static double pair(int query, int token, int grid) {
        int last = 2 * grid - 1;
        if (query == 0 || token == 0) {
            return z(last) + z(2 * grid + last);
        }
        int down = (token - 1) / grid - (query - 1) / grid;
        int right = (token - 1) % grid - (query - 1) % grid;
        return z(down + grid - 1) + z(2 * grid + right + grid - 1);
    }
}
