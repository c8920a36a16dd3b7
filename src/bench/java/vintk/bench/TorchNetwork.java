package vintk.bench;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A network in PyTorch, with the weights of the workload. */
interface TorchNetwork {
    /** What is differentiated with respect to, by name. */
    Map<String, Tensor> parameters();

    /**
     * [N, channels, size, size] to [N, classes].
     *
     * @param fused attention in one call instead of its parts, where there {@link #hasFusedForm is} a way
     */
    Tensor forward(Tensor images, boolean fused);

    /** Whether {@code fused} makes a difference. */
    boolean hasFusedForm();
}
