package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What PyTorch's exporters leave of a BatchNormalization that they fuse into a convolution, and what they leave where they do not. */
class FusedNormalisationTest {
    private static final String RULES = "pkg.onnxscript.rewriter.rule_name";

    @TempDir
    private Path folder;

    @Test
    void olderExporter() throws IOException {
        assertTold(1, model("onnx::Conv_193"));
        assertEquals(List.of(), remarks(model("conv1.weight")));
        // A dense layer's weights, transposed: the same numbers.
        assertEquals(List.of(), remarks(model("onnx::MatMul_193")));
    }

    @Test
    void newerExporter() throws IOException {
        assertTold(1, model("conv1.weight", "RemoveOptionalBiasFromConv, FuseBatchNormIntoConv"));
        assertEquals(List.of(), remarks(model("conv1.weight", "RemoveOptionalBiasFromConv")));
    }

    private void assertTold(int layers, ModelProto model) throws IOException {
        List<String> remarks = remarks(model);
        assertEquals(1, remarks.size());
        assertTrue(remarks.get(0).startsWith("the exporter computed the weights of " + layers + " layer, as it fuses"));
    }

    private List<String> remarks(ModelProto model) throws IOException {
        return OnnxNetwork.read(Files.write(folder.resolve("m.onnx"), model.toByteArray()))
                .remarks();
    }

    private static ModelProto model(String weight) {
        return TestModel.opset(17)
                .input("x", -1, 3, 4, 4)
                .weight(weight, 2, 3, 1, 1)
                .node("Conv", "c", "x", weight)
                .node("Flatten", "y", "c")
                .output("y")
                .build();
    }

    /** @param rules that made the convolution */
    private static ModelProto model(String weight, String rules) {
        ModelProto.Builder model = model(weight).toBuilder();
        model.getGraphBuilder()
                .getNodeBuilder(0)
                .addMetadataProps(
                        StringStringEntryProto.newBuilder().setKey(RULES).setValue(rules));
        return model.build();
    }
}
