package vintk.vit;

import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.Value;

/** Where on a grid of g×g patches, with a class token in front, relative positions lie: one object for all blocks and networks on it. */
final class RelativePlaces {
    /** The matrices grow with g⁴: a megabyte at 14, half a gigabyte at 64, where attention itself takes as much a sample. */
    private static final int LARGEST = 90;

    private static RelativePlaces latest;

    private final int grid;
    private final Value places;
    private final Value skew;

    private RelativePlaces(int grid) {
        if (grid > LARGEST) {
            throw new IllegalArgumentException("relative positions on a grid of " + grid + "×" + grid
                    + " patches; at most " + LARGEST + "×" + LARGEST + " are supported");
        }
        this.grid = grid;
        this.places = Ops.constant(places(grid));
        this.skew = Ops.constant(skew(grid));
    }

    /** Those of a grid: the same again as long as no other grid is asked for. */
    static synchronized RelativePlaces of(int grid) {
        if (latest == null || latest.grid != grid) {
            latest = new RelativePlaces(grid);
        }
        return latest;
    }

    /** [T, 2g + 2]: 1 where token j lies in grid row y, in grid column x; twice for the class token, which is in neither. */
    Value places() {
        return places;
    }

    /**
     * [T, 4g, 2g + 2]: for the query in grid row a and column b a 1 where the rows of both tables lie that go with grid row y, with
     * grid column x, and twice with the class token: offsets y - a and x - b, rows y - a + g-1 and 2g + x - b + g-1 of 4g. For the
     * class token as query that is always the last row of each table.
     *
     * <p>A product with these does what a Gather would, which ONNX Runtime does element by element: several times as fast, in both
     * directions.
     */
    Value skew() {
        return skew;
    }

    private static Tensor places(int g) {
        int tokens = g * g + 1;
        int columns = 2 * g + 2;
        float[] matrix = new float[tokens * columns];
        matrix[columns - 2] = 1;
        matrix[columns - 1] = 1;
        for (int j = 1; j < tokens; j++) {
            matrix[j * columns + (j - 1) / g] = 1;
            matrix[j * columns + g + (j - 1) % g] = 1;
        }
        return Tensor.floats(Shape.of(tokens, columns), matrix);
    }

    private static Tensor skew(int g) {
        int tokens = g * g + 1;
        int rows = 4 * g;
        int columns = 2 * g + 2;
        float[] matrices = new float[tokens * rows * columns];
        for (int token = 0; token < tokens; token++) {
            int vertical = token * rows * columns;
            int horizontal = vertical + 2 * g * columns;
            int last = (2 * g - 1) * columns;
            for (int i = 0; i < g; i++) {
                int query = token - 1;
                int down = token == 0 ? last : (i - query / g + g - 1) * columns;
                int right = token == 0 ? last : (i - query % g + g - 1) * columns;
                matrices[vertical + down + i] = 1;
                matrices[horizontal + right + g + i] = 1;
            }
            matrices[vertical + last + 2 * g] = 1;
            matrices[horizontal + last + 2 * g + 1] = 1;
        }
        return Tensor.floats(Shape.of(tokens, rows, columns), matrices);
    }
}
