package vintk.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vintk.space.VisionTransformer.Block;

/** Published sizes of known networks, and counts of an independent program for a few others. */
class CostTest {
    @ParameterizedTest
    @CsvSource({
        "deit-tiny, 5717416, 1253683200",
        "deit-small, 22050664, 4598882304",
        "deit-base, 86567656, 17563828224",
    })
    void deitAsPublished(String id, long parameters, long macs) {
        Space space = Spaces.builtIn("deit");
        Candidate candidate =
                space.enumerate().filter(c -> c.id().equals(id)).findFirst().orElseThrow();
        VisionTransformer net = candidate.resolve(space);
        assertEquals(parameters, net.parameters());
        assertEquals(macs, net.macs());
        assertEquals(12, net.depth());
    }

    @ParameterizedTest
    @CsvSource({
        // the official PiT-Ti first
        "32, 4, 2 6 4, 2 4 8, 1000, 4847272, 699059456",
        "16, 6, 2 8 4, 2 4 4, 100, 893828, 267613760",
        "16, 6, 2 8 4, 2 4 4, 4, 887588, 267607616",
        "16, 6, 2 8 4, 2 4 4, 1000, 952328, 267671360",
        "32, 4, 1 6 6, 2 8 8, 100, 9736804, 1432989440",
        "24, 2, 2 8 4, 2 2 2, 100, 348052, 219717168",
    })
    void pit(double base, double ratio, String depth, String heads, int classes, long parameters, long macs) {
        Map<String, Choice> choices = new LinkedHashMap<>();
        choices.put("base_dim", Choice.of(base));
        choices.put("mlp_ratio", Choice.of(ratio));
        choices.put("depth", list(depth));
        choices.put("num_heads", list(heads));
        VisionTransformer net = new Candidate("a", "pit", choices).resolve(Spaces.builtIn("pit"), 224, classes);
        assertEquals(parameters, net.parameters());
        assertEquals(macs, net.macs());
    }

    @ParameterizedTest
    @CsvSource({
        "autoformer-tiny, embed_dim, 192, 12, 3, 3.5, 5366056",
        "autoformer-tiny, embed_dim, 216, 13, 4, 4, 8291824",
        "autoformer-small, embed_dim, 320, 12, 5, 3, 13057320",
        "autoformer-base, embed_dim, 624, 16, 10, 4, 76882264",
        "autoformer-tiny-abs, hidden_dim, 192, 12, 3, 4, 5717416", // the size of DeiT-Ti
        "autoformer-tiny-abs, hidden_dim, 240, 14, 4, 3.5, 9385960",
    })
    void autoFormer(String name, String key, double width, int depth, double heads, double ratio, long parameters) {
        VisionTransformer net = constant(name, key, width, depth, heads, ratio).resolve(Spaces.builtIn(name));
        assertEquals(parameters, net.parameters());
    }

    /** 12 blocks of 4 · 30 rows · 64 wide, met by 3 heads at each of 197 tokens. */
    @Test
    void relativePositionsCostTheirTables() {
        VisionTransformer with =
                constant("autoformer-tiny", "embed_dim", 192, 12, 3, 4).resolve(Spaces.builtIn("autoformer-tiny"));
        VisionTransformer without = constant("autoformer-tiny-abs", "hidden_dim", 192, 12, 3, 4)
                .resolve(Spaces.builtIn("autoformer-tiny-abs"));
        assertEquals(12 * 4 * 30 * 64, with.parameters() - without.parameters());
        assertEquals(12L * 4 * 30 * 64 * 3 * 197, with.macs() - without.macs());
        Block block = with.stages().get(0).blocks().get(0);
        assertEquals(new Block(3, 64, 768, 14), block);
        assertEquals(30, block.relativeRows());
    }

    @Test
    void gridsOfPit() {
        Space pit = Spaces.builtIn("pit");
        VisionTransformer net = pit.candidate(BigInteger.ZERO).resolve(pit);
        assertEquals(List.of(27, 14, 7), List.of(net.grid(0), net.grid(1), net.grid(2)));
        assertThrows(IndexOutOfBoundsException.class, () -> net.grid(3));
    }

    @Test
    void tooSmallAnImageIsRefusedWithTheRemedy() {
        Space deit = Spaces.builtIn("deit");
        Candidate candidate = deit.sample(1, 0).get(0);
        String said = assertThrows(SpaceException.class, () -> candidate.resolve(deit, 8, 10))
                .getMessage();
        assertTrue(said.contains("image of 8 pixels is smaller than one patch of 16"), said);
        assertTrue(said.contains("candidate " + candidate.id()), said);
    }

    private static Candidate constant(String space, String key, double width, int depth, double heads, double ratio) {
        Map<String, Choice> choices = new LinkedHashMap<>();
        choices.put(key, Choice.of(width));
        choices.put("depth", Choice.of(depth));
        choices.put("mlp_ratio", Choice.of(Collections.nCopies(depth, ratio)));
        choices.put("num_heads", Choice.of(Collections.nCopies(depth, heads)));
        return new Candidate("a", space, choices);
    }

    private static Choice list(String numbers) {
        return Choice.of(Arrays.stream(numbers.split(" ")).map(Double::valueOf).toList());
    }
}
