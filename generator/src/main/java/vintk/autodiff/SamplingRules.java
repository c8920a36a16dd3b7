package vintk.autodiff;

import java.util.List;
import java.util.Objects;
import vintk.onnx.Node;

/** Images sampled at computed places. */
final class SamplingRules {
    private SamplingRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("GridSample", new Rule(SamplingRules::flow, p -> new GridSampling(p).pulledBack()));
    }

    /** Each image has its own places: images and places carry the samples alike, on axis 0. */
    private static BatchAxis flow(Node node, List<BatchAxis> axes, long samples) {
        for (int i = 0; i < 2; i++) {
            if (axes.get(i) == null) {
                throw new UntrackedBatchException(node, node.input(i));
            }
        }
        if (axes.get(0).axis() != 0 || !Objects.equals(axes.get(0), axes.get(1))) {
            throw new UntrackedBatchException(node, "images and places do not carry the samples alike on axis 0");
        }
        return axes.get(0);
    }
}
