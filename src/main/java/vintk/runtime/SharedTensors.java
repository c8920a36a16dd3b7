package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import java.util.Set;
import vintk.onnx.Exporter;
import vintk.opset.Parameter;
import vintk.opset.Role;
import vintk.proto.Untying;

/** Parameters of which an exporter wrote several once because they were equal. */
final class SharedTensors {
    static final String REMARK =
            "layers share parameters of one number throughout (scales of 1, biases of 0), as exporters"
                    + " write equal tensors once; if the network has one for each layer: --untie";

    private SharedTensors() {}

    /** Whether layers share parameters of one number throughout, and no weights: a network that ties its layers shares both. */
    static boolean areIn(ModelProto model, List<Parameter> parameters) {
        Set<String> shared = Untying.shared(model);
        if (shared.isEmpty()) {
            return false;
        }
        Exporter exporter = new Exporter(model);
        List<Parameter> several = parameters.stream()
                .filter(p -> uses(p, exporter.isNumber(p.name())) > 1)
                .toList();
        return several.stream().anyMatch(p -> shared.contains(p.name()))
                && several.stream().allMatch(p -> p.role() != Role.WEIGHT || shared.contains(p.name()));
    }

    /** Those of an exporter's own ones and zeros are none where it writes group normalisation with them. */
    private static long uses(Parameter parameter, boolean made) {
        return parameter.uses().stream()
                .filter(use -> !made || !use.reader().equals("InstanceNormalization"))
                .filter(use -> use.role() != Role.OTHER && !use.role().isFixed())
                .count();
    }
}
