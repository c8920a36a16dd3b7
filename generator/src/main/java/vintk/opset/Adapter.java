package vintk.opset;

import java.util.List;
import vintk.onnx.Value;

/** Brings one operator to canonical form. */
@FunctionalInterface
interface Adapter {
    /** The values that stand for the node's outputs; absent ones may be missing at the end. */
    List<Value> adapt(Site site);

    /** For operators of one output. */
    @FunctionalInterface
    interface Single {
        Value adapt(Site site);
    }

    static Adapter single(Single single) {
        return site -> List.of(single.adapt(site));
    }
}
