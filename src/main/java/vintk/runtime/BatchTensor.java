package vintk.runtime;

import ai.onnxruntime.OnnxTensor;
import java.util.function.Supplier;

/**
 * The tensor of the last batch, for those that come again: all candidates of a study see the same images. The array of a batch must
 * not be changed as long as it is computed with.
 */
final class BatchTensor implements AutoCloseable {
    private float[] data;
    private OnnxTensor tensor;

    /** The tensor of an array, which is the one at hand where the array is. */
    OnnxTensor of(float[] wanted, Supplier<OnnxTensor> made) {
        if (wanted != data) {
            close();
            tensor = made.get();
            data = wanted;
        }
        return tensor;
    }

    @Override
    public void close() {
        if (tensor != null) {
            tensor.close();
        }
        tensor = null;
        data = null;
    }
}
