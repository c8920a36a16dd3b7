package vintk.opset;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What is said of a file's initializers, in the metadata of their values: the exporter of {@code torch.export} programs marks parameters
 * of a module, and its buffers (tables of frequencies, masks, statistics, which training does not change); this program marks what a user
 * says to be a parameter.
 */
public final class Marks {
    private static final String KIND = "pkg.torch.export.graph_signature.InputSpec.kind";

    /** Buffers, and tensors that are plain attributes of a module. */
    private static final Set<String> FIXED = Set.of("BUFFER", "CONSTANT_TENSOR");

    /** The mark of what a user says to be a parameter. */
    private static final String INCLUDED = "vintk.included";

    private Marks() {}

    /** The names of buffers, and of other tensors of a module that are no parameters. */
    public static Set<String> buffers(ModelProto model) {
        return names(model, info -> is(info, FIXED::contains));
    }

    /** What the file says to be parameters. */
    static Set<String> parameters(ModelProto model) {
        return names(model, info -> is(info, "PARAMETER"::equals));
    }

    /** What a user says to be parameters. */
    static Set<String> included(ModelProto model) {
        return names(model, Marks::isIncluded);
    }

    /** The model with a mark at all initializers whose names contain a match, and no other such mark: that is not for files to say. */
    public static ModelProto including(ModelProto model, Optional<Pattern> names) {
        ModelProto.Builder marked = model.toBuilder();
        GraphProto.Builder graph = marked.getGraphBuilder();
        List<ValueInfoProto> others = graph.getValueInfoList().stream()
                .filter(info -> !isIncluded(info))
                .toList();
        graph.clearValueInfo().addAllValueInfo(others);
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (names.isPresent() && names.get().matcher(tensor.getName()).find()) {
                graph.addValueInfoBuilder()
                        .setName(tensor.getName())
                        .addMetadataPropsBuilder()
                        .setKey(INCLUDED);
            }
        }
        return marked.build();
    }

    private static Set<String> names(ModelProto model, Predicate<ValueInfoProto> which) {
        return model.getGraph().getValueInfoList().stream()
                .filter(which)
                .map(ValueInfoProto::getName)
                .collect(Collectors.toSet());
    }

    private static boolean is(ValueInfoProto info, Predicate<String> kind) {
        return info.getMetadataPropsList().stream().anyMatch(p -> p.getKey().equals(KIND) && kind.test(p.getValue()));
    }

    private static boolean isIncluded(ValueInfoProto info) {
        return info.getMetadataPropsList().stream().anyMatch(p -> p.getKey().equals(INCLUDED));
    }

    /** All marks, without the types of their values, which need not hold any more. */
    public static List<ValueInfoProto> of(ModelProto model) {
        return model.getGraph().getValueInfoList().stream()
                .filter(info -> is(info, kind -> true) || isIncluded(info))
                .map(info -> info.toBuilder().clearType().build())
                .toList();
    }
}
