package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where kernels are computed. */
class DevicesTest {
    @TempDir
    private Path folder;

    @Test
    void theProcessorIsListed() throws IOException {
        Shell shell = Shell.vintk("devices");
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertTrue(shell.out().startsWith("cpu     "), shell.out());
        assertTrue(shell.out().lines().allMatch(line -> line.length() <= 120), shell.out());
        JsonNode json =
                new ObjectMapper().readTree(Shell.vintk("devices", "--json").out());
        assertTrue(json.at("/cpu/cores").asInt() >= 1);
        assertEquals("cuda:0", json.at("/cuda/0/device").asText());
    }

    /** The results of two workers are those of one, in the same order. */
    @Test
    void sharedWorkGivesTheSameResults() throws IOException {
        List<JsonNode> one = ranked("one", "cpu");
        List<JsonNode> two = ranked("two", "cpu,cpu,cpu");
        assertEquals(one, two);
        assertEquals(6, one.size());
    }

    private List<JsonNode> ranked(String name, String devices) throws IOException {
        Path out = folder.resolve(name + ".json");
        Path models = ProjectRoot.path().resolve("models");
        Shell shell = Shell.vintk(
                "rank",
                "tiny-pit",
                "--space",
                models.resolve("tiny-pit.yaml"),
                "--count",
                6,
                "--batch",
                4,
                "--device",
                devices,
                "--out",
                out);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        JsonNode results = new ObjectMapper().readTree(out.toFile());
        JsonNode list = results.isArray() ? results : results.path("results");
        List<JsonNode> rows = new java.util.ArrayList<>();
        list.forEach(row -> rows.add(((ObjectNode) row).without(Set.of("seconds"))));
        return rows;
    }

    /** Every result is on disk as it comes, whoever made it. */
    @Test
    void theJournalHoldsAll() throws IOException {
        Path out = folder.resolve("results.jsonl");
        Shell shell = Shell.vintk(
                "rank",
                ProjectRoot.path().resolve("models"),
                "--batch",
                4,
                "--devices",
                "cpu,cpu",
                "--threads",
                1,
                "--out",
                out);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        Set<String> names = new TreeSet<>();
        for (String line : Files.readAllLines(out)) {
            names.add(new ObjectMapper().readTree(line).path("id").asText());
        }
        assertEquals(Set.of("tiny-autoformer-0e", "tiny-pit-1", "tiny-vit-3"), names);
    }

    /** Products of gradients in float64: the same score, and it says so. */
    @Test
    void accurateScoresSayHow() throws IOException {
        Path model = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");
        JsonNode plain = scored(model);
        JsonNode accurate = scored(model, "--accurate");
        assertEquals("float32", plain.at("/settings/dtype").asText());
        assertEquals("float32-gram64", accurate.at("/settings/dtype").asText());
        assertNotEquals(
                plain.at("/vintk/mean").asDouble(), accurate.at("/vintk/mean").asDouble());
        assertEquals(
                plain.at("/vintk/mean").asDouble(), accurate.at("/vintk/mean").asDouble(), 1e-5);
    }

    private static JsonNode scored(Path model, Object... more) throws IOException {
        List<Object> line = new ArrayList<>(List.of("score", model, "--batch", 4, "--json"));
        line.addAll(List.of(more));
        Shell shell = Shell.vintk(line.toArray());
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        return new ObjectMapper().readTree(shell.out()).get(0);
    }

    @Test
    void whatCannotBe() {
        Path model = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");
        for (List<String> row : List.of(
                List.of("--device", "gpu", "expected auto, cpu, cuda or cuda:K, got 'gpu'"),
                List.of("--device", "cpu,auto", "auto goes with no other device"),
                List.of("--precision", "fp16", "expected fp32 or tf32, got 'fp16'"))) {
            Shell shell = Shell.vintk("score", model, row.get(0), row.get(1));
            assertEquals(ExitCode.USAGE, shell.code(), shell.err());
            assertTrue(shell.err().contains(row.get(2)), shell.err());
        }
        Shell tf32 = Shell.vintk("score", model, "--device", "cpu", "--precision", "tf32");
        assertTrue(tf32.err().contains("tf32 is for CUDA devices, but the device is cpu"), tf32.err());
        Shell two = Shell.vintk(
                "kernel", model, "--input", "noise", "--batch", 2, "--device", "cpu,cpu", "--out", folder.resolve("k"));
        assertTrue(two.err().contains("one device is expected here"), two.err());
    }
}
