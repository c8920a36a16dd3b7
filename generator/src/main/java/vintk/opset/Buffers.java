package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The buffers of a PyTorch module among a file's initializers, and other tensors that are not its parameters: tables of frequencies,
 * masks, statistics, which training does not change. The exporter of {@code torch.export} programs says of each initializer whether
 * it is one.
 */
public final class Buffers {
    private static final String KIND = "pkg.torch.export.graph_signature.InputSpec.kind";

    /** Buffers, and tensors that are plain attributes of a module. */
    private static final Set<String> FIXED = Set.of("BUFFER", "CONSTANT_TENSOR");

    private Buffers() {}

    /** Their names. */
    public static Set<String> of(ModelProto model) {
        return marks(model).stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
    }

    /** What the file says to be parameters. */
    static Set<String> others(ModelProto model) {
        return model.getGraph().getValueInfoList().stream()
                .filter(info -> is(info, "PARAMETER"::equals))
                .map(ValueInfoProto::getName)
                .collect(Collectors.toSet());
    }

    private static boolean is(ValueInfoProto info, Predicate<String> kind) {
        return info.getMetadataPropsList().stream().anyMatch(p -> p.getKey().equals(KIND) && kind.test(p.getValue()));
    }

    /** What the file says of them, without the types, which need not hold any more. */
    public static List<ValueInfoProto> marks(ModelProto model) {
        return model.getGraph().getValueInfoList().stream()
                .filter(info -> is(info, FIXED::contains))
                .map(info -> info.toBuilder().clearType().build())
                .toList();
    }
}
