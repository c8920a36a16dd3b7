package vintk.runtime;

import vintk.onnx.DataType;
import vintk.onnx.Shape;

/**
 * A further input of a network that has a row for each sample.
 *
 * @param name of the input
 * @param type of its elements in the network, whatever {@code rows} are
 * @param row shape of a row
 * @param rows [R, ...row], not copied; sample i takes row i mod R, so that every view of a batch takes the same
 */
public record Companion(String name, DataType type, Shape row, float[] rows) {
    /** The rows of {@code count} samples from sample {@code from} on, of which {@code times} in a row are the same. */
    float[] rows(long from, int count, int times) {
        int width = Math.toIntExact(row.elements());
        int available = rows.length / width;
        float[] taken = new float[Math.multiplyExact(width, count)];
        for (int i = 0; i < count; i++) {
            int at = Math.toIntExact((from + i) / times % available);
            System.arraycopy(rows, at * width, taken, i * width, width);
        }
        return taken;
    }
}
