package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.input.Npy;
import vintk.input.NpyArray;

/** {@code vintk check-gradient} from the shell: text, JSON, exit codes. */
class CheckGradientTest {
    private static final Path MODEL = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");

    @Test
    void aGoodModelPasses() {
        Shell shell = Shell.vintk("check-gradient", MODEL, "--directions", 1);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertEquals("", shell.err());
        for (String word : List.of("import", "gradient", "float32", "Softmax", "MatMul", "The worst operator is")) {
            assertTrue(shell.out().contains(word), () -> word + " in " + shell.out());
        }
    }

    @Test
    void jsonHoldsEveryForm() throws IOException {
        Shell shell = Shell.vintk(
                "check-gradient", MODEL, "--batch", 2, "--directions", 1, "--include", "head|norm", "--json");
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        JsonNode node = new ObjectMapper().readTree(shell.out());
        assertTrue(node.get("passed").asBoolean(), shell.out());
        assertEquals(2, node.get("samples").asInt());
        assertEquals("batched", node.get("gradient").get("engine").asText());
        assertTrue(node.get("gradient").get("error").asDouble() < 1e-6, shell.out());
        JsonNode operators = node.get("operators");
        assertTrue(operators.size() > 10, shell.out());
        for (JsonNode operator : operators) {
            assertEquals("ok", operator.get("status").asText(), operator.toString());
        }
    }

    @Test
    void inputsOfYours(@TempDir Path folder) throws IOException {
        float[] data = new float[3 * 32 * 32];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) Math.sin(i);
        }
        Path file = folder.resolve("x.npy");
        Npy.write(file, NpyArray.of(new long[] {1, 3, 32, 32}, data));
        assertEquals(
                ExitCode.OK,
                Shell.vintk("check-gradient", MODEL, "--inputs", file, "--directions", 1)
                        .code());
        Shell tooMany = Shell.vintk("check-gradient", MODEL, "--inputs", file, "--batch", 2);
        assertEquals(ExitCode.USAGE, tooMany.code());
        assertTrue(tooMany.err().contains("has 1 samples"), tooMany.err());
    }

    @Test
    void whatCannotBeUsedIsSaid(@TempDir Path folder) throws IOException {
        assertOneLine(ExitCode.USAGE, Shell.vintk("check-gradient", MODEL, "--batch", 0), "--batch", "1 or more");
        assertOneLine(ExitCode.USAGE, Shell.vintk("check-gradient", MODEL, "--output", "nope"), "nope", "[logits]");
        assertOneLine(
                ExitCode.USAGE, Shell.vintk("check-gradient", MODEL, "--directions", 0), "--directions", "1 or more");
        assertOneLine(
                ExitCode.NOTHING_SCORED,
                Shell.vintk("check-gradient", folder.resolve("none.onnx")),
                "none.onnx",
                "does not exist");
        Path text = Files.writeString(folder.resolve("text.onnx"), "hello world, I am no model\n");
        assertOneLine(ExitCode.NOTHING_SCORED, Shell.vintk("check-gradient", text), "text.onnx", "not an ONNX model");
    }

    private static void assertOneLine(int code, Shell shell, String... words) {
        assertEquals(code, shell.code(), shell.err());
        assertEquals(1, shell.err().lines().count(), shell.err());
        assertEquals("", shell.out());
        for (String word : words) {
            assertTrue(shell.err().contains(word), () -> "'" + word + "' in: " + shell.err());
        }
    }

    @Test
    void helpNamesTheOptions() {
        Shell help = Shell.vintk("check-gradient", "--help");
        assertEquals(ExitCode.OK, help.code());
        for (String option : List.of(
                "--inputs", "--input", "--fill", "--batch", "--size", "--output", "--include", "--exclude", "--json")) {
            assertTrue(help.out().contains(option), () -> option + " in " + help.out());
        }
        assertTrue(help.out().contains("Exit code 0"), help.out());
    }
}
