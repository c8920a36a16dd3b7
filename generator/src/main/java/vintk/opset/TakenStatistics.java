package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Parameters that are taken for statistics because of the arithmetic that reads them, where neither an operator nor a name nor the exporter
 * says so: a user may know better.
 *
 * @param ofImages names of those by which the model's inputs are normalised
 * @param ofActivations names of the others
 */
public record TakenStatistics(List<String> ofImages, List<String> ofActivations) {

    public TakenStatistics {
        ofImages = List.copyOf(ofImages);
        ofActivations = List.copyOf(ofActivations);
    }

    /** @param parameters those of the model, as {@link Roles} has them */
    public static TakenStatistics of(ModelProto model, List<Parameter> parameters) {
        List<String> ofImages = names(parameters, Role.IMAGE_STATISTIC);
        List<String> ofActivations = names(parameters, Role.STATISTIC);
        Set<String> buffers = Marks.buffers(model);
        ofActivations.removeIf(
                name -> buffers.contains(name) || Roles.RUNNING.matcher(name).find());
        if (!ofActivations.isEmpty()) {
            ofActivations.removeAll(ofBatchNormalizations(model));
        }
        return new TakenStatistics(ofImages, ofActivations);
    }

    private static List<String> names(List<Parameter> parameters, Role role) {
        return parameters.stream()
                .filter(p -> p.uses().stream().allMatch(use -> use.role() == role))
                .map(Parameter::name)
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static Set<String> ofBatchNormalizations(ModelProto model) {
        ProtoGraph graph = new ProtoGraph(model);
        Origin origin = new Origin(graph);
        return graph.nodes().stream()
                .filter(node -> node.getOpType().equals("BatchNormalization"))
                .flatMap(node -> node.getInputList().stream().skip(Roles.MEAN))
                .map(origin::source)
                .collect(Collectors.toSet());
    }
}
