package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TakenStatisticsTest {
    /** Images, a layer, what looks like a running mean, and a BatchNormalization. */
    private static Sketch sketch(String mean) {
        return new Sketch()
                .floats("pixel_mean", 3, 1, 1)
                .floats("weight", 4, 3, 1, 1)
                .floats(mean, 4)
                .floats("scale", 4)
                .floats("bias", 4)
                .floats("var", 4)
                .node("shifted", "Sub", "x", "pixel_mean")
                .node("images", "Mul", "shifted", "pixel_mean")
                .node("h", "Conv", "images", "weight")
                .node("centred", "Sub", "h", mean)
                .node("scaled", "Mul", "centred", "scale")
                .node("z", "Add", "scaled", "bias")
                .node("y", "BatchNormalization", "z", "scale", "bias", "bias", "var");
    }

    private static TakenStatistics taken(ModelProto model) {
        return TakenStatistics.of(model, Roles.parameters(model));
    }

    @Test
    void whatArithmeticAloneSays() {
        assertEquals(
                new TakenStatistics(List.of("pixel_mean"), List.of("mu")),
                taken(sketch("mu").model()));
        assertEquals(
                new TakenStatistics(List.of("pixel_mean"), List.of()),
                taken(sketch("bn.running_mean").model()));
    }

    @Test
    void whatTheFileKnowsIsNotTaken() {
        ModelProto.Builder model = sketch("mu").model().toBuilder();
        model.getGraphBuilder()
                .addValueInfoBuilder()
                .setName("mu")
                .addMetadataPropsBuilder()
                .setKey("pkg.torch.export.graph_signature.InputSpec.kind")
                .setValue("BUFFER");
        assertEquals(new TakenStatistics(List.of("pixel_mean"), List.of()), taken(model.build()));
    }

    @Test
    void whatAUserKnowsIsNotTaken() {
        assertEquals(
                new TakenStatistics(List.of("pixel_mean"), List.of()),
                taken(Marks.including(sketch("mu").model(), Optional.of(Pattern.compile("mu|weight")))));
    }
}
