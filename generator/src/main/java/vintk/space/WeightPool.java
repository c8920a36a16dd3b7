package vintk.space;

import java.lang.ref.SoftReference;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The numbers that networks' weights are made of: a matrix without end for each (seed, name), of which a parameter takes the leading
 * rows and columns, as subnets of a super-network with entangled weights do (Chen et al., "AutoFormer", ICCV 2021). Candidates
 * of a space then differ in what one has and the other has not, and in nothing else: common random numbers, with which the difference
 * of two scores has less variance than with weights of their own.
 *
 * <p>Row r comes from the stream of (seed, "weights/name/r"), so that an element depends on nothing else: not on the extents asked
 * for, on order or on threads. What is drawn stays for the next candidate as long as memory allows. Safe for many threads.
 */
public final class WeightPool {
    /** What the numbers are drawn from. */
    public enum Distribution {
        /** N(0, 1). */
        NORMAL,
        /** U[-1, 1). */
        UNIFORM
    }

    private record Key(long seed, String name, Distribution distribution) {}

    private final Map<Key, SoftReference<Block>> drawn = new ConcurrentHashMap<>();

    /**
     * The leading rows and columns of a matrix; the block may be larger.
     *
     * @param name of the parameter, or of a part of it
     */
    public Block block(long seed, String name, Distribution distribution, int rows, int columns) {
        Block[] found = new Block[1];
        drawn.compute(new Key(seed, name, distribution), (key, kept) -> {
            Block old = kept == null ? null : kept.get();
            found[0] = old != null && old.holds(rows, columns) ? old : Block.draw(key, old, rows, columns);
            return found[0] == old ? kept : new SoftReference<>(found[0]);
        });
        return found[0];
    }

    /** The leading part of a matrix. */
    public static final class Block {
        private final int rows;
        private final int columns;
        private final float[] elements;

        private Block(int rows, int columns, float[] elements) {
            this.rows = rows;
            this.columns = columns;
            this.elements = elements;
        }

        private static Block draw(Key key, Block old, int rows, int columns) {
            int height = old == null ? rows : Math.max(rows, old.rows);
            int width = old == null ? columns : Math.max(columns, old.columns);
            float[] elements = new float[Math.multiplyExact(height, width)];
            float[] row = new float[width];
            for (int r = 0; r < height; r++) {
                RandomStream stream = RandomStream.of(key.seed, "weights/" + key.name + "/" + r);
                switch (key.distribution) {
                    case NORMAL -> stream.normal(row, 1);
                    case UNIFORM -> stream.uniform(row, 1);
                }
                System.arraycopy(row, 0, elements, r * width, width);
            }
            return new Block(height, width, elements);
        }

        private boolean holds(int wantedRows, int wantedColumns) {
            return wantedRows <= rows && wantedColumns <= columns;
        }

        /** Writes the first numbers of a row, each times a factor, in float32. */
        public void row(int row, int count, float factor, FloatBuffer to) {
            float[] scaled = new float[count];
            for (int i = 0; i < count; i++) {
                scaled[i] = factor * elements[row * columns + i];
            }
            to.put(scaled);
        }
    }
}
