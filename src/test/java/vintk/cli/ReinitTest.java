package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.SharedFolder;
import vintk.input.Inputs;
import vintk.input.Npy;
import vintk.input.NpyArray;

/** {@code --reinit}: files scored with parameters drawn anew. */
class ReinitTest {
    private static final Path MODEL = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");

    private static JsonNode scored(Object... more) throws IOException {
        Object[] args = new Object[more.length + 5];
        System.arraycopy(new Object[] {"score", MODEL, "--batch", "4", "--json"}, 0, args, 0, 5);
        System.arraycopy(more, 0, args, 5, more.length);
        Shell shell = Shell.vintk(args);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        return new ObjectMapper().readTree(shell.out()).path(0);
    }

    private static double vintk(JsonNode result) {
        return result.path("vintk").path("mean").asDouble();
    }

    @Test
    void theSameSeedGivesTheSameScore() throws IOException {
        JsonNode first = scored("--reinit", "kaiming", "--seed", "1");
        assertEquals("kaiming", first.at("/settings/reinit").asText());
        assertEquals(vintk(first), vintk(scored("--reinit", "kaiming", "--seed", "1")));
        assertNotEquals(vintk(first), vintk(scored("--reinit", "xavier", "--seed", "1")));
        JsonNode own = scored("--seed", "1");
        assertEquals("none", own.at("/settings/reinit").asText());
        assertNotEquals(vintk(first), vintk(own));
    }

    /** Inputs from a file do not vary: the error is that of the weights alone, and a file's own would give none. */
    @Test
    void repeatsDrawWeightsAnew(@TempDir Path folder) throws IOException {
        Path inputs = folder.resolve("x.npy");
        Npy.write(inputs, NpyArray.of(Inputs.parse("noise").load(4, 3, 32, 32, 0, warning -> {})));
        JsonNode drawn = scored("--inputs", inputs, "--reinit", "trunc-normal:0.02", "--repeats", "3");
        assertTrue(drawn.at("/vintk/standard_error").asDouble() > 0, drawn::toPrettyString);
        assertEquals(3, drawn.path("repeats").size());
        JsonNode same = scored("--inputs", inputs, "--repeats", "3");
        assertEquals(1, same.path("repeats").size());
        assertTrue(same.path("warnings").toString().contains("nothing is drawn, so that all repeats are the same"));
        assertEquals("[]", drawn.path("warnings").toString());
    }

    @Test
    void aRepeatCanBeRunAgainByItsSeed() throws IOException {
        JsonNode repeats =
                scored("--reinit", "kaiming", "--repeats", "2", "--seed", "5").path("repeats");
        assertEquals(5, repeats.path(0).path("seed").asLong());
        JsonNode second = repeats.path(1);
        JsonNode again =
                scored("--reinit", "kaiming", "--seed", second.path("seed").asText());
        assertEquals(second, again.path("repeats").path(0));
    }

    @Test
    void theTableSaysSo() {
        Shell shell = Shell.vintk("score", MODEL, "--batch", "4", "--reinit", "xavier");
        assertTrue(shell.out().contains("Parameters of files are drawn anew: xavier."), shell.out());
        assertFalse(shell.out().contains("by default"), shell.out());
        Shell other = Shell.vintk(
                "score",
                MODEL,
                "--batch",
                "4",
                "--inputs",
                "noise",
                "--reduction",
                "trace:2",
                "--parameters",
                "weights",
                "--accurate");
        String said = "Other than by default: inputs noise; reduction trace:2; parameters weights; float32-gram64.";
        assertTrue(other.out().replace('\n', ' ').contains(said), other.out());
    }

    @Test
    void whatCannotBeDrawnIsSaid(@TempDir Path folder) throws IOException {
        Path model = SharedFolder.require("external/dev/tv_convnext/model.onnx");
        Path input = SharedFolder.require("external/dev/tv_convnext/input.npy");
        Shell shell = Shell.vintk(
                "kernel",
                model,
                "--input",
                input,
                "--batch",
                "2",
                "--reinit",
                "kaiming",
                "--json",
                "--out",
                folder.resolve("k.npy"));
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertTrue(shell.err().contains("--reinit left 8 tensors as in the file"), shell.err());
        assertTrue(shell.err().contains(": features.1.0.layer_scale, "), shell.err());
        assertEquals(
                "kaiming",
                new ObjectMapper().readTree(shell.out()).path("reinit").asText());
    }

    @Test
    void unknownSchemesAndCandidatesAreRefused() {
        Shell unknown = Shell.vintk("score", MODEL, "--reinit", "he");
        assertEquals(ExitCode.USAGE, unknown.code());
        assertEquals(
                "vintk: --reinit: expected kaiming, xavier, trunc-normal:STD (such as trunc-normal:0.02) or"
                        + " pytorch-default, got 'he'",
                unknown.err().strip());
        Shell space = Shell.vintk("rank", "deit", "--count", "2", "--reinit", "kaiming");
        assertEquals(ExitCode.USAGE, space.code());
        assertTrue(space.err().contains("--reinit is for ONNX files"), space.err());
    }
}
