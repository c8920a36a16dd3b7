package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;
import vintk.rank.ResultJson;
import vintk.rank.SampleResults;
import vintk.score.Status;

/** What files hold, and what they are called, neither moves the cursor of a terminal nor looks like lines of this program. */
class PlainTextTest {
    /** Colour, the same in one character, writing from right to left, and a break that is no line feed. */
    private static final String HARM = "\u001b[31m\u009b2Jn\u202egnp\u2028INJECTED\u0085\u0007";

    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\n]]");

    @TempDir
    private Path folder;

    private static Shell assertPlain(int code, Shell shell) {
        assertEquals(code, shell.code(), shell.err());
        assertFalse(UNSEEN.matcher(shell.out()).find(), shell.out());
        assertFalse(UNSEEN.matcher(shell.err()).find(), shell.err());
        return shell;
    }

    private Path model() throws IOException {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 2, 3, 4, 4));
        float[] numbers = {0.1f, -0.2f, 0.3f, 0.4f, 0.5f, -0.6f};
        Value weight = Value.initializer("w" + HARM, Tensor.floats(Shape.of(3, 2), numbers));
        Value y = Ops.matMul(Ops.reduceSum(Ops.unary("Tanh", x), false, 2, 3), weight);
        Graph graph = new Graph(HARM, List.of(x), Map.of("y" + HARM, y));
        Path file = folder.resolve("harm" + HARM + ".onnx");
        ModelWriter.write(ModelWriter.modelOfFreeBatch(graph), file);
        return file;
    }

    @Test
    void ofModels() throws IOException {
        Path model = model();
        assertTrue(assertPlain(ExitCode.OK, Shell.vintk("inspect", model)).out().contains("w?[31m?2Jn?gnp"));
        assertPlain(ExitCode.OK, Shell.vintk("check-gradient", model, "--batch", 2));
        assertPlain(ExitCode.OK, Shell.vintk("score", model, "--batch", 2));
        Path out = folder.resolve("k.npy");
        Object[] broken = {"kernel", model, "--input", "noise", "--output", HARM, "--out", out, "--stacktrace"};
        assertTrue(
                assertPlain(ExitCode.NOTHING_SCORED, Shell.vintk(broken)).err().contains("    at vintk."));
        // Data stays as it is.
        assertTrue(Shell.vintk("inspect", model, "--json").out().contains("\u202egnp"));
    }

    @Test
    void ofResults() throws IOException {
        String lines = ResultJson.tree(SampleResults.scored("a", 1)).put("id", "a" + HARM) + "\n"
                + ResultJson.line(SampleResults.failed("b" + HARM, Status.ERROR, "failed " + HARM)) + "\n";
        Path results = Files.writeString(folder.resolve("r" + HARM + ".jsonl"), lines + "half");
        assertTrue(
                assertPlain(ExitCode.OK, Shell.vintk("report", results)).out().contains("failed ?[31m?2Jn?gnp"));
        Path truth = Files.writeString(folder.resolve("t.csv"), "id,acc\nother" + HARM + ",1\n\"a" + HARM + "\",2\n");
        assertPlain(ExitCode.OK, Shell.vintk("correlate", results, "--truth", truth, "--column", "acc"));
    }

    @Test
    void ofSpaces() throws IOException {
        String yaml = Files.readString(ProjectRoot.path().resolve("models/tiny-vit.yaml"));
        String harm = "description: \"\\e[31m\\x9B2J\\u202egnp\\u2028INJECTED\\a\"";
        Path own = Files.writeString(
                folder.resolve("own.yaml"),
                Pattern.compile("(?m)^description:.*$").matcher(yaml).replaceFirst(Matcher.quoteReplacement(harm)));
        Shell shown = assertPlain(ExitCode.OK, Shell.vintk("spaces", "tiny-vit", "--space", own));
        assertTrue(shown.out().contains("?[31m?2J?gnp?INJECTED?"), shown.out());
    }
}
