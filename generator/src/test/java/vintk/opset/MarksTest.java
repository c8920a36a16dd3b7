package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MarksTest {
    private static final String KIND = "pkg.torch.export.graph_signature.InputSpec.kind";

    private static ModelProto marked(String name, String key, String value) {
        ModelProto.Builder model = new Sketch().floats("gain", 1).floats("bias", 1).model().toBuilder();
        model.getGraphBuilder()
                .addValueInfoBuilder()
                .setName(name)
                .addMetadataPropsBuilder()
                .setKey(key)
                .setValue(value);
        return model.build();
    }

    /** What a user says is not for files to say. */
    @Test
    void onlyAUserIncludes() {
        ModelProto forged = Marks.including(marked("gain", "vintk.included", ""), Optional.empty());
        assertEquals(Set.of(), Marks.included(forged));
        ModelProto said = Marks.including(marked("gain", "vintk.included", ""), Optional.of(Pattern.compile("ia")));
        assertEquals(Set.of("bias"), Marks.included(said));
    }

    @Test
    void kindsStayWithoutTheirTypes() {
        for (String kind : new String[] {"BUFFER", "CONSTANT_TENSOR", "PARAMETER", "OTHER"}) {
            ModelProto model = Marks.including(marked("gain", KIND, kind), Optional.of(Pattern.compile("gain")));
            ModelProto.Builder bound = model.toBuilder();
            bound.getGraphBuilder().clearValueInfo().addAllValueInfo(Marks.of(model));
            boolean buffer = kind.equals("BUFFER") || kind.equals("CONSTANT_TENSOR");
            assertEquals(buffer ? Set.of("gain") : Set.of(), Marks.buffers(bound.build()));
            assertEquals(kind.equals("PARAMETER") ? Set.of("gain") : Set.of(), Marks.parameters(bound.build()));
            assertEquals(Set.of("gain"), Marks.included(bound.build()));
        }
    }
}
