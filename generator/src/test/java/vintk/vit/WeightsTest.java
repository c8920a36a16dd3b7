package vintk.vit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.onnx.Graph;
import vintk.onnx.Tensor;
import vintk.onnx.Value;
import vintk.space.Candidate;
import vintk.space.RandomStream;
import vintk.space.Space;
import vintk.space.Spaces;
import vintk.space.VisionTransformer;
import vintk.space.WeightPool;

/** Networks of a seed have the weights in common that both of them have. */
class WeightsTest {
    private static final long SEED = 3;

    /** Whatever was drawn before: smaller ones, larger ones, nothing. */
    @ParameterizedTest
    @ValueSource(strings = {"autoformer-tiny", "pit"})
    void weightsDependOnNothingElse(String name) {
        WeightPool shared = new WeightPool();
        for (Candidate candidate : Spaces.builtIn(name).sample(4, 1)) {
            VisionTransformer network = resolved(candidate, name);
            Map<String, Tensor> among = weights(network, shared, SEED);
            weights(network, new WeightPool(), SEED)
                    .forEach((parameter, alone) -> assertTrue(alone.equals(among.get(parameter)), parameter));
        }
    }

    /** In a matrix the leading rows and columns; queries, keys and values each for themselves. */
    @Test
    void candidatesHaveTheirLeadingPartsInCommon() {
        WeightPool pool = new WeightPool();
        VisionTransformer narrow = resolved(find(192), "autoformer-tiny");
        VisionTransformer wide = resolved(find(240), "autoformer-tiny");
        Map<String, Tensor> small = weights(narrow, pool, SEED);
        Map<String, Tensor> large = weights(wide, pool, SEED);
        int compared = 0;
        for (Map.Entry<String, Tensor> one : small.entrySet()) {
            Tensor other = large.get(one.getKey());
            if (other != null && one.getValue().shape().rank() == 2) {
                int parts = one.getKey().endsWith("qkv.weight") ? 3 : 1;
                compare(one.getKey(), one.getValue(), other, parts);
                compared++;
            }
        }
        // Four matrices and four tables a block, and the head.
        assertEquals(8 * Math.min(narrow.depth(), wide.depth()) + 1, compared);
    }

    private static void compare(String name, Tensor small, Tensor large, int parts) {
        long rows = Math.min(small.shape().dim(0), large.shape().dim(0));
        long width = small.shape().dim(1) / parts;
        long wider = large.shape().dim(1) / parts;
        for (int part = 0; part < parts; part++) {
            for (long row = 0; row < rows; row++) {
                for (long column = 0; column < Math.min(width, wider); column++) {
                    double a = small.number((row * parts + part) * width + column);
                    double b = large.number((row * parts + part) * wider + column);
                    if (a != b) {
                        assertEquals(a, b, name + " part " + part + " [" + row + ", " + column + "]");
                    }
                }
            }
        }
    }

    /** Row 2 of a matrix N(0, 0.02²), as written in the class: files that were generated once stay what they are. */
    @Test
    void rowsAreStreamsOfTheirOwn() {
        Graph graph = VitGraph.build(resolved(find(192), "autoformer-tiny"), "a", new WeightPool(), SEED, 1);
        Tensor matrix = constants(graph).get("blocks.0.mlp.fc2.weight");
        assertNotNull(matrix);
        int columns = Math.toIntExact(matrix.shape().dim(1));
        float[] expected = new float[columns];
        RandomStream.of(SEED, "weights/blocks.0.mlp.fc2.weight/2").normal(expected, 1);
        float[] found = new float[columns];
        for (int i = 0; i < columns; i++) {
            expected[i] = 0.02f * expected[i];
            found[i] = (float) matrix.number(2L * columns + i);
        }
        assertArrayEquals(expected, found);
    }

    /** Nothing is drawn twice: neither parts, nor rows, nor parameters are copies of each other; nor do seeds agree. */
    @Test
    void numbersAreUnrelated() {
        VisionTransformer network = resolved(find(192), "autoformer-tiny");
        WeightPool pool = new WeightPool();
        Map<String, Tensor> weights = weights(network, pool, SEED);
        Tensor qkv = weights.get("blocks.0.attn.qkv.weight");
        long columns = qkv.shape().dim(1);
        assertNotEquals(qkv.number(0), qkv.number(columns / 3));
        assertNotEquals(qkv.number(0), qkv.number(columns));
        assertNotEquals(qkv.number(0), weights.get("blocks.1.attn.qkv.weight").number(0));
        assertNotEquals(
                qkv.number(0),
                weights(network, pool, SEED + 1).get("blocks.0.attn.qkv.weight").number(0));
    }

    private static Candidate find(int width) {
        Space space = Spaces.builtIn("autoformer-tiny");
        String wanted = "\"embed_dim\":" + width;
        return space.sample(50, 0).stream()
                .filter(c -> c.json().contains(wanted))
                .findFirst()
                .orElseThrow();
    }

    private static VisionTransformer resolved(Candidate candidate, String space) {
        return candidate.resolve(Spaces.builtIn(space), 32, 10);
    }

    private static Map<String, Tensor> weights(VisionTransformer network, WeightPool pool, long seed) {
        return constants(VitGraph.build(network, "a", pool, seed, 1));
    }

    private static Map<String, Tensor> constants(Graph graph) {
        Map<String, Tensor> constants = new HashMap<>();
        List<Value> named =
                graph.constants().stream().filter(v -> v.name() != null).toList();
        named.forEach(value -> constants.put(value.name(), value.constant()));
        return constants;
    }
}
