package vintk.runtime;

import java.util.List;

/** Numbers of samples, one after the other. */
final class Rows {
    private Rows() {}

    /** Each sample {@code times} times in a row. */
    static float[] repeated(float[] data, int times, int width) {
        float[] repeated = new float[Math.multiplyExact(data.length, times)];
        for (int i = 0; i < repeated.length / width; i++) {
            System.arraycopy(data, i / times * width, repeated, i * width, width);
        }
        return repeated;
    }

    /** All rows, {@code times} times. */
    static float[] tiled(List<float[]> rows, int times) {
        int width = rows.get(0).length;
        float[] tiled = new float[width * rows.size() * times];
        for (int i = 0; i < rows.size() * times; i++) {
            System.arraycopy(rows.get(i % rows.size()), 0, tiled, i * width, width);
        }
        return tiled;
    }

    /** The sum, in the first one. */
    static double[] plus(double[] a, double[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] += b[i];
        }
        return a;
    }
}
