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
        JsonNode all = JSON.readTree(Shell.vintk(line.split(" ")).out()).get(0);
        JsonNode weights = JSON.readTree(
                        Shell.vintk((line + " --parameters weights").split(" ")).out())
                .get(0);
        assertEquals(2_609_896, all.path("params").asLong());
        assertTrue(weights.path("params").asLong() < 2_600_000, weights.toString());
        assertTrue(weights.path("params").asLong() > 2_500_000, weights.toString());
    }
}
