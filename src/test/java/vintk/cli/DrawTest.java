package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a space is drawn, and spaces to begin with. */
class DrawTest {
    @TempDir
    private Path folder;

    @Test
    void sizesAreKeptWithinLimits() throws IOException {
        Path out = folder.resolve("list");
        Object[] limits = {"--min-params", "5.8M", "--max-params", "5900000", "--max-macs", "1.36G"};
        Shell shell = generate(out, limits);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        JsonNode listed = new ObjectMapper().readTree(shell.out());
        assertEquals(4, listed.size());
        for (JsonNode candidate : listed) {
            long params = candidate.get("params").asLong();
            assertTrue(5_800_000 <= params && params <= 5_900_000, candidate::toString);
            assertTrue(candidate.get("macs").asLong() <= 1_360_000_000, candidate::toString);
            assertFalse(candidate.has("file"));
        }
        List<String> lines = Files.readAllLines(out.resolve("candidates.jsonl"));
        assertEquals(4, lines.size());
        assertTrue(lines.get(0).contains(listed.get(0).get("id").asText()), lines.get(0));
        try (var files = Files.list(out)) {
            assertEquals(1, files.count());
        }
        // Those that are there already are not added again, whatever an editor has put in front.
        Files.writeString(out.resolve("candidates.jsonl"), "\uFEFF" + String.join("\n", lines));
        generate(out, limits);
        assertEquals(lines, Files.readAllLines(out.resolve("candidates.jsonl")));
        // Smaller images take fewer.
        Shell small = generate(out, "--size", 64, "--max-macs", "100M");
        assertEquals(ExitCode.OK, small.code(), small.err());
    }

    @Test
    void aRankingHasTheLimitsToo() throws IOException {
        Object[] words = {"rank", "pit", "--count", 3, "--size", 32, "--batch", 1, "--max-params", "2M", "--json"};
        Shell shell = Shell.vintk(words);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        for (JsonNode result : new ObjectMapper().readTree(shell.out())) {
            assertTrue(result.get("params").asLong() <= 2_000_000);
        }
    }

    @Test
    void limitsThatCannotBe() {
        refused("only 0 make a network as wanted", "generate", "deit", "--max-params", "1M", "--out", folder);
        refused(
                "space autoformer-tiny: no network: the image of 8 pixels is smaller than one patch of 16: take a size of",
                "rank",
                "autoformer-tiny",
                "--count",
                1,
                "--size",
                8);
        refused("no model is both", "rank", "deit", "--count", 1, "--min-params", "2M", "--max-params", "1M");
        refused("expected a number such as", "rank", "pit", "--count", 1, "--max-macs", "many");
        refused("are for candidates that are drawn", "rank", "--candidates", "c.jsonl", "--max-params", 1);
        refused(
                "are for candidates that are drawn",
                "generate",
                "--candidates",
                "c.jsonl",
                "--max-macs",
                1,
                "--out",
                "o");
        refused("are for candidates of a search space", "rank", "a.onnx", "--min-params", 1);
        refused("leave out --outputs", "generate", "pit", "--list-only", "--outputs", "kernel", "--out", "o");
        refused("or --candidates FILE, got both", "generate", "pit", "--candidates", "c.jsonl", "--out", "o");
    }

    private static void refused(String words, Object... args) {
        Shell shell = Shell.vintk(args);
        assertEquals(ExitCode.USAGE, shell.code(), shell.out());
        assertTrue(shell.err().contains(words), shell.err());
    }

    private static Shell generate(Path out, Object... more) {
        Object[] words = new Object[7 + more.length];
        Object[] first = {"generate", "autoformer-tiny", "--count=4", "--list-only", "--json", "--out", out};
        System.arraycopy(first, 0, words, 0, first.length);
        System.arraycopy(more, 0, words, first.length, more.length);
        return Shell.vintk(words);
    }

    /** What is printed is a space file; under another name it is a space of one's own. */
    @Test
    void aBuiltInSpaceIsABeginning() throws IOException {
        String yaml = Shell.vintk("spaces", "pit_subnet", "--yaml").out();
        String own = yaml.replace("name: pit", "name: my-pit");
        Path file = Files.writeString(folder.resolve("my-pit.yaml"), own);
        JsonNode mine = shown("spaces", "my-pit", "--space", file, "--json");
        JsonNode built = shown("spaces", "pit", "--json");
        assertEquals(built.get("size"), mine.get("size"));
        assertEquals(built.get("dimensions"), mine.get("dimensions"));
        JsonNode base = shown("spaces", "autoformer-base", "--json");
        assertEquals(
                "{\"mlp_ratio\":\"depth\",\"num_heads\":\"depth\"}",
                base.get("per").toString());
        assertEquals("{\"num_heads\":[\"8\"]}", base.get("also").toString());
        refused("--yaml: expected the name", "spaces", "--yaml");
        refused("no built-in space 'my-pit': expected one of", "spaces", "my-pit", "--space", file, "--yaml");
    }

    private static JsonNode shown(Object... args) throws IOException {
        return new ObjectMapper().readTree(Shell.vintk(args).out()).get(0);
    }
}
