package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sketches of the ways in which exporters write layers, and the role of every parameter in them. */
class RolesTest {
    /** For what else takes hours. */
    private static final Duration ENOUGH = Duration.ofSeconds(20);

    /** Names say the role: {@code weight}, {@code weight2} ...; what has another name is no float parameter. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("vintk.opset.RoleSketches#all")
    void roleOfEveryParameter(String name, Sketch sketch) {
        Map<String, Role> roles = Roles.of(sketch.model());
        Map<String, Role> expected = new LinkedHashMap<>();
        for (String parameter : roles.keySet()) {
            expected.put(parameter, Role.valueOf(parameter.replaceAll("\\d", "").toUpperCase(Locale.ROOT)));
        }
        assertEquals(expected, roles);
        assertEquals(false, roles.isEmpty());
    }

    @Test
    void fansFollowTheLayout() {
        Sketch sketch = new Sketch()
                .floats("conv", 8, 2, 3, 3)
                .floats("up", 6, 4, 2, 2)
                .floats("right", 5, 7)
                .floats("turned", 7, 5)
                .floats("gemm", 9, 7)
                .floats("left", 3, 4)
                .floats("rnn", 1, 12, 5)
                .floats("state", 1, 12, 4)
                .floats("einsum", 5, 2, 3)
                .floats("bias", 2, 3)
                .node("a", "Conv", "x", "conv")
                .with("group", 2)
                .node("b", "ConvTranspose", "a", "up")
                .with("group", 2)
                .node("c", "MatMul", "b", "right")
                .node("t", "Transpose", "turned")
                .node("d", "MatMul", "c", "t")
                .node("e", "Gemm", "d", "gemm")
                .with("transB", 1)
                .node("f", "MatMul", "left", "e")
                .node("g", "GRU", "f", "rnn", "state")
                .with("hidden_size", 4)
                .node("h", "Einsum", "g", "einsum")
                .with("equation", "bte, ehd -> bthd")
                .node("y", "Add", "h", "bias");
        Map<String, Fans> fans = new LinkedHashMap<>();
        Roles.parameters(sketch.model()).forEach(p -> fans.put(p.name(), p.use().fans()));
        Map<String, Fans> expected = new LinkedHashMap<>();
        expected.put("conv", new Fans(18, 72, 18, 8));
        // torch.nn.init._calculate_fan_in_and_fan_out(ConvTranspose2d(6, 8, 2, groups=2).weight) is (16, 24).
        expected.put("up", new Fans(16, 24, 16, 8));
        expected.put("right", new Fans(5, 7, 5, 7));
        expected.put("turned", new Fans(5, 7, 5, 7));
        expected.put("gemm", new Fans(7, 9, 7, 9));
        expected.put("left", new Fans(4, 3, 4, 3));
        expected.put("rnn", new Fans(5, 12, 4, 12));
        expected.put("state", new Fans(4, 12, 4, 12));
        expected.put("einsum", new Fans(5, 6, 5, 6));
        expected.put("bias", new Fans(5, 6, 5, 6));
        assertEquals(expected, fans);
    }

    /** A frozen BatchNormalization, as arithmetic: only the names say what is a statistic, but what is something else stays that. */
    @Test
    void runningStatisticsByName() {
        Sketch sketch = new Sketch()
                .floats("bn.weight", 4)
                .floats("bn.bias", 4)
                .floats("bn.running_mean", 4)
                .floats("bn/moving_variance:0", 4)
                .floats("walrunning_mean", 4)
                .floats("gru.running_mean", 4, 4)
                .node("deviation", "Sqrt", "bn/moving_variance:0")
                .node("scale", "Div", "bn.weight", "deviation")
                .node("moved", "Mul", "bn.running_mean", "scale")
                .node("offset", "Sub", "bn.bias", "moved")
                .node("a", "Mul", "x", "scale")
                .node("b", "Add", "a", "offset")
                .node("c", "Mul", "b", "walrunning_mean")
                .node("y", "MatMul", "c", "gru.running_mean");
        Map<String, String> found = new LinkedHashMap<>();
        Roles.parameters(sketch.model())
                .forEach(p -> found.put(p.name(), p.role() + " " + p.use().input()));
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("bn.weight", "OTHER 1");
        expected.put("bn.bias", "OTHER 1");
        expected.put("bn.running_mean", "STATISTIC 3");
        expected.put("bn/moving_variance:0", "STATISTIC 4");
        expected.put("walrunning_mean", "OTHER 1");
        expected.put("gru.running_mean", "WEIGHT 1");
        assertEquals(expected, found);
    }

    /** Each sum has twice the readers of the one before. */
    @Test
    void sumsOfSums() {
        Sketch sketch = new Sketch().floats("weight", 4, 4);
        String last = "weight";
        for (int i = 0; i < 60; i++) {
            String sum = "sum" + i;
            sketch.node(sum, "Add", last, last);
            last = sum;
        }
        ModelProto model = sketch.node("y", "MatMul", "x", last).model();
        List<Parameter> parameters = assertTimeoutPreemptively(ENOUGH, () -> Roles.parameters(model));
        assertEquals(1, parameters.get(0).uses().size());
        assertEquals(Role.WEIGHT, parameters.get(0).role());
    }

    /** Five operators deep, each of 150 operands: 10^10 ways to a root that is none. */
    @Test
    void operandsOfOperands() {
        Sketch sketch = new Sketch().floats("other", 4);
        String last = "x";
        String[] same = new String[150];
        for (int depth = 0; depth < 5; depth++) {
            Arrays.fill(same, last);
            last = "same" + depth;
            sketch.node(last, "Max", same);
        }
        ModelProto model = sketch.node("root", "Sqrt", last)
                .node("normalised", "Div", "x", "root")
                .node("y", "Mul", "normalised", "other")
                .model();
        assertEquals(Map.of("other", Role.OTHER), assertTimeoutPreemptively(ENOUGH, () -> Roles.of(model)));
    }

    /** Layers that share a vector are told from one that uses it twice. */
    @Test
    void twoReadersAreTwoUses() {
        Sketch sketch = new Sketch()
                .floats("norm_scale", 4)
                .floats("bias", 4)
                .node("a", "BatchNormalization", "x", "norm_scale", "bias", "bias", "bias")
                .node("b", "BatchNormalization", "a", "norm_scale", "bias", "bias", "bias")
                .node("c", "BatchNormalization", "b", "norm_scale", "bias", "bias", "bias");
        List<Parameter> parameters = Roles.parameters(sketch.model());
        assertEquals("norm_scale", parameters.get(0).name());
        assertEquals(2, parameters.get(0).uses().size());
    }

    /** Centres and widths of a radial basis look like statistics of images where the file does not say that they are learned. */
    @Test
    void whatTheFileSaysIsLearned() {
        ModelProto model = new Sketch()
                .floats("mean", 4)
                .floats("width", 4)
                .longs("axes", 0)
                .node("row", "Unsqueeze", "mean", "axes")
                .node("centred", "Sub", "x", "row")
                .node("y", "Div", "centred", "width")
                .model();
        assertEquals(Map.of("mean", Role.IMAGE_STATISTIC, "width", Role.IMAGE_STATISTIC), Roles.of(model));
        ModelProto.Builder marked = model.toBuilder();
        for (String name : List.of("mean", "width")) {
            marked.getGraphBuilder()
                    .addValueInfoBuilder()
                    .setName(name)
                    .addMetadataPropsBuilder()
                    .setKey("pkg.torch.export.graph_signature.InputSpec.kind")
                    .setValue("PARAMETER");
        }
        assertEquals(Map.of("mean", Role.OTHER, "width", Role.OTHER), Roles.of(marked.build()));
    }

    /** 0 and 1 in front of a weight prune it; in front of data they are how a gate begins. */
    @Test
    void masksPruneWeights() {
        Sketch sketch = new Sketch()
                .numbers("pruning", i -> i % 2, 2, 2)
                .numbers("gate", i -> i % 2, 2)
                .floats("weight", 2, 2)
                .node("pruned", "Mul", "weight", "pruning")
                .node("gated", "Mul", "x", "gate")
                .node("y", "MatMul", "gated", "pruned");
        assertEquals(Map.of("pruning", Role.MASK, "gate", Role.OTHER, "weight", Role.WEIGHT), Roles.of(sketch.model()));
    }

    /** A bias far below zero, and a kernel of ±1/√2, have the numbers of masks and of tables of sines. */
    @Test
    void whatLayersHoldIsWhatTheySay() {
        Sketch sketch = new Sketch()
                .numbers("weight", i -> (i % 3 == 0 ? 1 : -1) * Math.sqrt(0.5), 4, 4)
                .numbers("bias", i -> -60 - i, 4)
                .numbers("mask", i -> -60 - i, 4, 4)
                .node("h", "MatMul", "x", "weight")
                .node("b", "Add", "h", "bias")
                .node("scores", "MatMul", "b", "x")
                .node("y", "Add", "scores", "mask");
        assertEquals(Map.of("weight", Role.WEIGHT, "bias", Role.BIAS, "mask", Role.MASK), Roles.of(sketch.model()));
    }
}
