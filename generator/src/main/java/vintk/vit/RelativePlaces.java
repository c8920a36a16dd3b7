package vintk.vit;

import java.util.Arrays;
import vintk.onnx.DataType;
import vintk.onnx.Ops;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Where on a grid of g×g patches, with a class token in front, relative positions lie: what all blocks of a stage share. */
final class RelativePlaces {
    private final int grid;
    private final Value places;
    private final Tensor skew;
    private final Tensor unskew;

    RelativePlaces(int grid) {
        this.grid = grid;
        this.places = Ops.constant(places(grid));
        long[] there = skew(grid);
        this.skew = Tensor.longs(there);
        this.unskew = Tensor.longs(unskew(grid, there));
    }

    int grid() {
        return grid;
    }

    /** [T, 2g + 2]: 1 where token j lies in grid row y, in grid column x; twice for the class token, which is in neither. */
    Value places() {
        return places;
    }

    /**
     * For the query in grid row a and column b, where the rows of both tables lie that go with grid row y, with grid column x, and
     * twice with the class token: offsets y - a and x - b, at columns y - a + g-1 and 2g + x - b + g-1 of its 4g.
     */
    Tensor skew() {
        return skew;
    }

    /** The other way round; for offsets that lead out of the grid the place behind the last. */
    Tensor unskew() {
        return unskew;
    }

    private static Tensor places(int g) {
        int tokens = g * g + 1;
        int columns = 2 * g + 2;
        double[] matrix = new double[tokens * columns];
        matrix[columns - 2] = 1;
        matrix[columns - 1] = 1;
        for (int j = 1; j < tokens; j++) {
            matrix[j * columns + (j - 1) / g] = 1;
            matrix[j * columns + g + (j - 1) % g] = 1;
        }
        return Tensor.of(TensorType.of(DataType.FLOAT, tokens, columns), matrix);
    }

    private static long[] skew(int g) {
        int columns = 2 * g + 2;
        long[] places = new long[g * g * columns];
        for (int query = 0; query < g * g; query++) {
            int row = query * columns;
            long base = (long) query * 4 * g;
            for (int i = 0; i < g; i++) {
                places[row + i] = base + i - query / g + g - 1;
                places[row + g + i] = base + 2 * g + i - query % g + g - 1;
            }
            places[row + 2 * g] = base + 2 * g - 1;
            places[row + 2 * g + 1] = base + 4 * g - 1;
        }
        return places;
    }

    private static long[] unskew(int g, long[] skew) {
        long[] back = new long[g * g * 4 * g];
        Arrays.fill(back, skew.length);
        for (int i = 0; i < skew.length; i++) {
            back[(int) skew[i]] = i;
        }
        return back;
    }
}
