package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command with {@code --json} prints one JSON value and nothing else, {@code --quiet} or not. */
class JsonTest {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rank MODELS/tiny-vit-3.onnx --batch 2",
                "score MODELS/tiny-vit-3.onnx --batch 2",
                "inspect MODELS/tiny-vit-3.onnx",
                "kernel MODELS/tiny-vit-3.onnx --input noise --batch 2 --out FOLDER/k.npy",
                "differentiate MODELS/tiny-vit-3.onnx --batch 2 --out FOLDER/g.onnx",
                "check-gradient MODELS/tiny-vit-3.onnx --batch 2 --directions 1",
                "generate tiny-pit --space MODELS/tiny-pit.yaml --count 2 --out FOLDER/files",
                "spaces",
                "spaces pit",
                "devices"
            })
    void oneValue(String command, @TempDir Path folder) throws JsonProcessingException {
        String models = ProjectRoot.path().resolve("models").toString();
        String line = command.replace("MODELS", models).replace("FOLDER", folder.toString()) + " --json";
        for (String run : new String[] {line, line + " --quiet"}) {
            Shell shell = Shell.vintk(run.split(" "));
            assertEquals(ExitCode.OK, shell.code(), shell.err());
            JsonNode value = JSON.readTree(shell.out());
            assertTrue(value.isContainerNode() && !value.isEmpty(), shell.out());
        }
    }

    /** Of a candidate as of a file: those that count. */
    @Test
    void parametersAreThoseThatWereAskedFor() throws JsonProcessingException {
        String line = "rank pit --count 1 --size 32 --batch 2 --json";
        JsonNode all = json(line).get(0);
        JsonNode weights = json(line + " --parameters weights").get(0);
        assertEquals(2_609_896, all.path("params").asLong());
        assertTrue(weights.path("params").asLong() < 2_600_000, weights.toString());
        assertTrue(weights.path("params").asLong() > 2_500_000, weights.toString());
    }

    /** What every command says of a model has one name and one value. */
    @Test
    void commandsNameThingsAlike(@TempDir Path folder) throws JsonProcessingException {
        String model = ProjectRoot.path().resolve("models/tiny-vit-3.onnx").toString();
        String kernel = "kernel " + model + " --input noise --batch 2 --out " + folder.resolve("k.npy") + " --json";
        JsonNode score = json("score " + model + " --batch 2 --json").get(0);
        JsonNode inspected = json("inspect " + model + " --json");
        JsonNode measured = json(kernel);
        JsonNode checked = json("check-gradient " + model + " --batch 2 --directions 1 --json");
        for (String name : new String[] {"params", "output", "engine", "engine_reason"}) {
            assertEquals(score.path(name), inspected.path(name), name);
            assertEquals(score.path(name), measured.path(name), name);
        }
        assertEquals(score.path("params"), checked.path("params"));
        assertTrue(score.path("params").asLong() > 0, score.toString());
    }

    private static JsonNode json(String line) throws JsonProcessingException {
        return JSON.readTree(Shell.vintk(line.split(" ")).out());
    }
}
