package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Parameters that are taken for statistics because of the arithmetic that reads them, where neither an operator nor a name nor the exporter
 * says so: a user may know better.
 *
 * @param ofImages names of those by which the model's inputs are normalised
 * @param ofActivations names of the others
 */
public record TakenStatistics(List<String> ofImages, List<String> ofActivations) {

    public static TakenStatistics of(ModelProto model) {
        ProtoGraph graph = new ProtoGraph(model);
        Origin origin = new Origin(graph);
        Set<String> running = new HashSet<>();
        for (NodeProto node : graph.nodes()) {
            if (node.getOpType().equals("BatchNormalization")) {
                node.getInputList().stream().skip(3).map(origin::source).forEach(running::add);
            }
        }
        Set<String> buffers = Marks.buffers(model);
        TakenStatistics taken = new TakenStatistics(new ArrayList<>(), new ArrayList<>());
        for (Parameter parameter : Roles.parameters(model)) {
            String name = parameter.name();
            boolean is = parameter.uses().stream().allMatch(use -> use.role() == parameter.role());
            boolean said = buffers.contains(name)
                    || running.contains(name)
                    || Roles.RUNNING.matcher(name).find();
            if (is && parameter.role() == Role.IMAGE_STATISTIC) {
                taken.ofImages.add(name);
            } else if (is && parameter.role() == Role.STATISTIC && !said) {
                taken.ofActivations.add(name);
            }
        }
        return taken;
    }
}
