package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.input.Npy;
import vintk.input.NpyArray;
import vintk.rank.Journal;

/** A ranking that was cut short goes on where it was. */
class ResumeTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path lines;

    @BeforeEach
    void scoreTwo() throws IOException {
        lines = folder.resolve("results.jsonl");
        Shell shell = rank(2, lines);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
    }

    private static Shell rank(int count, Path out, Object... more) {
        Path space = ProjectRoot.path().resolve("models").resolve("tiny-pit.yaml");
        List<Object> words = new ArrayList<>(
                List.of("rank", "tiny-pit", "--space", space, "--count", count, "--batch", 2, "--out", out));
        words.addAll(List.of(more));
        return Shell.vintk(words.toArray());
    }

    /** What a killed run leaves: results without places, and half a line. */
    private Path cutShort(String name) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line : Files.readAllLines(lines)) {
            ObjectNode result = (ObjectNode) JSON.readTree(line);
            result.remove(Set.of("rank", "rank_best", "rank_worst", "tied"));
            text.append(result).append('\n');
        }
        return Files.writeString(folder.resolve(name), text + "{\"id\":\"tiny-p");
    }

    private static Map<String, JsonNode> results(Path file) throws IOException {
        Map<String, JsonNode> results = new TreeMap<>();
        for (String line : Files.readAllLines(file)) {
            JsonNode result = JSON.readTree(line);
            results.put(result.path("id").asText(), result);
        }
        return results;
    }

    private static List<String> scores(Map<String, JsonNode> results) {
        return results.values().stream()
                .map(r -> r.path("id") + " " + r.path("vintk").path("mean") + " rank " + r.path("rank"))
                .toList();
    }

    /** A candidate that failed before it had a network has none to compare with. */
    @Test
    void candidatesThatFailedAreTriedAgain() throws IOException {
        Path file = folder.resolve("late.jsonl");
        Shell late = rank(2, file, "--timeout", "0.000001");
        assertEquals(ExitCode.NOTHING_SCORED, late.code(), late.out());
        Shell again = rank(2, file, "--resume");
        assertEquals(ExitCode.OK, again.code(), again.err());
        assertTrue(again.err().contains("0 of 2 models have their score, 2 to do"), again.err());
        assertEquals(scores(results(lines)), scores(results(file)));
    }

    /** What is in the file is ranked, also where it would not be drawn now. */
    @Test
    void othersOfTheFileAreSaidToBeThere() throws IOException {
        Path file = folder.resolve("sizes.jsonl");
        Files.copy(lines, file);
        Shell small = rank(1, file, "--resume", "--max-params", "20K");
        assertEquals(ExitCode.OK, small.code(), small.err());
        assertTrue(small.err().contains("to do; ranked together with "), small.err());
        Shell same = rank(results(lines).size(), lines, "--resume");
        assertFalse(same.err().contains("ranked together"), same.err());
    }

    /** Scores of another output are other scores. */
    @Test
    void anotherOutputIsAnotherSetting() {
        Shell shell = rank(2, lines, "--resume", "--output", "output");
        assertEquals(ExitCode.USAGE, shell.code(), shell.out());
        assertTrue(shell.err().contains("all of output output"), shell.err());
    }

    /** The same choices of a space that has changed are another network, though of the same size; so are those that are not asked for. */
    @Test
    void aSpaceThatHasChanged() throws IOException {
        Path file = ProjectRoot.path().resolve("models").resolve("tiny-pit.yaml");
        String changed = Files.readString(file).replace("pytorch-default", "truncated-normal");
        Path space = Files.writeString(folder.resolve("changed.yaml"), changed);
        String before = Files.readString(lines);
        Shell shell = Shell.vintk(
                "rank", "tiny-pit", "--space", space, "--count", 1, "--batch", 2, "--out", lines, "--resume");
        assertEquals(ExitCode.USAGE, shell.code(), shell.out());
        assertTrue(shell.err().contains("is another network than now: its space has changed"), shell.err());
        assertEquals(before, Files.readString(lines));
        // Those that are not asked for again, too.
        Path other = folder.resolve("other");
        Shell.vintk("generate", "tiny-pit", "--space", space, "--count", 4, "--list-only", "--out", other);
        List<String> candidates = Files.readAllLines(other.resolve("candidates.jsonl"));
        Path list = Files.write(folder.resolve("list.jsonl"), candidates.subList(2, 4));
        Shell apart =
                Shell.vintk("rank", "--candidates", list, "--space", space, "--batch", 2, "--out", lines, "--resume");
        assertEquals(ExitCode.USAGE, apart.code(), apart.out());
        assertTrue(apart.err().contains("its space has changed"), apart.err());
        assertEquals(before, Files.readString(lines));
    }

    @Test
    void otherClassesAreAnotherSetting() throws IOException {
        String before = Files.readString(lines);
        Shell shell = rank(4, lines, "--resume", "--classes", 5);
        assertEquals(ExitCode.USAGE, shell.code(), shell.out());
        assertTrue(shell.err().contains("classes null, now 5"), shell.err());
        assertEquals(before, Files.readString(lines));
    }

    /** A disk that is not there today, or rights that have gone, cost no score. */
    @Test
    void aFileThatCannotBeReadKeepsItsScore() throws IOException {
        Path model = folder.resolve("model.onnx");
        Files.copy(ProjectRoot.path().resolve("models").resolve("tiny-pit-1.onnx"), model);
        Path file = folder.resolve("files.jsonl");
        assertEquals(
                ExitCode.OK,
                Shell.vintk("score", model, "--batch", 2, "--out", file).code());
        List<String> before = scores(results(file));
        Files.delete(model);
        Shell shell = Shell.vintk("score", model, "--batch", 2, "--out", file, "--resume");
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertTrue(shell.err().contains("model cannot be read now; it keeps its score"), shell.err());
        assertEquals(before, scores(results(file)));
    }

    /** What a crash inside of ONNX Runtime leaves, or the system that kills for memory. */
    @Test
    void aModelThatEndsTheProcessIsTakenLastAndGivenUp() throws IOException {
        Path models = Files.createDirectory(folder.resolve("models"));
        for (String name : List.of("a", "b", "c")) {
            Files.copy(ProjectRoot.path().resolve("models").resolve("tiny-pit-1.onnx"), models.resolve(name + ".onnx"));
        }
        Path file = folder.resolve("crashed.jsonl");
        Path inWork = folder.resolve("crashed.jsonl.in-work.json");
        Files.writeString(inWork, "{\"a\":1,\"b\":2}");
        List<Object> command = List.of("rank", models, "--batch", 2, "--out", file, "--resume");
        Shell shell = Shell.vintk(command.toArray());
        assertEquals(ExitCode.SOME_FAILED, shell.code(), shell.err());
        assertTrue(shell.err().contains("a was in work when the process ended; it is taken last"), shell.err());
        Map<String, JsonNode> results = results(file);
        assertEquals(Set.of("a", "b", "c"), results.keySet());
        assertEquals("error", results.get("b").path("status").asText());
        assertTrue(
                results.get("b")
                        .path("message")
                        .asText()
                        .startsWith("the process ended 2 times while this model was in work"),
                results.get("b").toString());
        assertFalse(Files.exists(inWork));
        // Who asks again gets it tried again.
        assertEquals(ExitCode.OK, Shell.vintk(command.toArray()).code());
        // Half of such a file tells nothing; a study that begins asks for none.
        Files.writeString(inWork, "{\"a\":");
        assertEquals(ExitCode.OK, Shell.vintk(command.toArray()).code());
        Files.writeString(inWork, "{\"a\":2}");
        assertEquals(ExitCode.OK, Shell.vintk(command.subList(0, 6).toArray()).code());
        assertFalse(Files.exists(inWork));
    }

    @Test
    void onlyWhatIsMissingIsScored() throws IOException {
        Map<String, JsonNode> before = results(lines);
        Path file = cutShort("killed.jsonl");
        Shell shell = rank(4, file, "--resume");
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        Map<String, JsonNode> after = results(file);
        Path whole = folder.resolve("whole.jsonl");
        rank(4, whole);
        assertEquals(scores(results(whole)), scores(after));
        // Seconds tell that these are the results of the first run.
        before.forEach((id, result) ->
                assertEquals(result.path("seconds"), after.get(id).path("seconds")));
        assertEquals(4, shell.out().lines().filter(line -> line.endsWith(" ok")).count(), shell.out());
    }

    @Test
    void aTableIsCompletedFromWhatLiesBesideIt() throws IOException {
        Path partial = cutShort("table.csv.partial.jsonl");
        Path table = folder.resolve("table.csv");
        Shell refused = rank(3, table);
        assertEquals(ExitCode.USAGE, refused.code());
        assertTrue(
                refused.err().contains("table.csv.partial.jsonl is of a run that was cut short: --resume"),
                refused.err());
        Journal writing = Journal.resume(partial);
        Shell early = rank(3, table);
        writing.close();
        assertTrue(early.err().contains("another run is writing it"), early.err());
        Shell shell = rank(3, table, "--resume");
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertEquals(4, Files.readAllLines(table).size());
        assertFalse(Files.exists(partial));
        Shell complete = rank(3, table, "--resume");
        assertEquals(ExitCode.USAGE, complete.code());
        assertTrue(complete.err().contains("table.csv is complete"), complete.err());
    }

    @Test
    void aCompleteListIsAddedTo() throws IOException {
        Shell shell = rank(3, lines, "--resume");
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertEquals(3, results(lines).size());
        // Fewer candidates than there are: nothing is scored, nothing lost.
        Map<String, JsonNode> before = results(lines);
        assertEquals(ExitCode.OK, rank(1, lines, "--resume").code());
        assertEquals(before, results(lines));
    }

    @Test
    void aRunThatWasCutShortIsNotWrittenOver() throws IOException {
        Path file = cutShort("killed.jsonl");
        String before = Files.readString(file);
        Shell shell = rank(2, file);
        assertEquals(ExitCode.USAGE, shell.code());
        assertEquals(1, shell.err().lines().count(), shell.err());
        assertEquals(before, Files.readString(file));
    }

    @Test
    void otherSettingsAreRefused() throws IOException {
        String before = Files.readString(lines);
        Shell shell = rank(3, lines, "--resume", "--views", "identity", "--seed", 7);
        assertEquals(ExitCode.USAGE, shell.code());
        assertTrue(
                shell.err().contains("views [\"identity\",\"high-pass:0.25:std\"], now [\"identity\"]; seed 0, now 7"),
                shell.err());
        assertEquals(before, Files.readString(lines));
    }

    @Test
    void whatFailedIsTriedAgain() throws IOException {
        Path model = Files.writeString(folder.resolve("model.onnx"), "half a download");
        Path out = folder.resolve("models.jsonl");
        Object[] score = {"score", model, "--batch", 2, "--out", out, "--resume"};
        assertEquals(ExitCode.NOTHING_SCORED, Shell.vintk(score).code());
        Path good = ProjectRoot.path().resolve("models").resolve("tiny-vit-3.onnx");
        Files.write(model, Files.readAllBytes(good));
        Shell shell = Shell.vintk(score);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertEquals("ok", results(out).get("model").path("status").asText());
        assertEquals(1, Files.readAllLines(out).size());
    }

    @Test
    void aFileIsNeeded() {
        Shell shell = Shell.vintk("rank", "pit", "--count", 2, "--resume");
        assertEquals(ExitCode.USAGE, shell.code());
        assertTrue(shell.err().contains("name it with --out"), shell.err());
    }

    /** A file that holds something else by now is another model, whatever its date; one by another path is the same. */
    @Test
    void filesAreToldApart() throws IOException {
        Path models = ProjectRoot.path().resolve("models");
        Path model = Files.copy(models.resolve("tiny-vit-3.onnx"), folder.resolve("model.onnx"));
        Path out = folder.resolve("models.jsonl");
        Shell.vintk("score", model, "--batch", 2, "--out", out, "--resume");
        JsonNode first = results(out).get("model");
        Path again = folder.resolve(".").resolve("model.onnx");
        Shell.vintk("score", again, "--batch", 2, "--out", out, "--resume");
        assertEquals(Map.of("model", first), results(out));
        Files.write(model, Files.readAllBytes(models.resolve("tiny-pit-1.onnx")));
        // As of a file that was moved or unpacked here.
        Files.setLastModifiedTime(model, FileTime.from(Instant.EPOCH));
        Shell.vintk("score", model, "--batch", 2, "--out", out, "--resume");
        assertNotEquals(first.path("vintk"), results(out).get("model").path("vintk"));
        assertEquals(1, Files.readAllLines(out).size());
    }

    /** Ground truth could not tell a model from its namesake of another folder. */
    @Test
    void aNamesakeIsRefused() throws IOException {
        Path model = ProjectRoot.path().resolve("models").resolve("tiny-vit-3.onnx");
        Path first =
                Files.copy(model, Files.createDirectory(folder.resolve("a")).resolve("m.onnx"));
        Path second =
                Files.copy(model, Files.createDirectory(folder.resolve("b")).resolve("m.onnx"));
        Path out = folder.resolve("models.jsonl");
        assertEquals(
                ExitCode.OK,
                Shell.vintk("score", first, "--batch", 2, "--out", out).code());
        List<String> before = Files.readAllLines(out);
        Shell shell = Shell.vintk("score", second, "--batch", 2, "--out", out, "--resume");
        assertEquals(ExitCode.USAGE, shell.code());
        assertTrue(shell.err().contains("a model 'm' already, of " + first), shell.err());
        assertEquals(before, Files.readAllLines(out));
    }

    /** Arrays of the same name and shape, with other numbers. */
    @Test
    void arraysAreToldApart() throws IOException {
        Path model = ProjectRoot.path().resolve("models").resolve("tiny-vit-3.onnx");
        Path vector = folder.resolve("v.npy");
        Path images = folder.resolve("x.npy");
        Path out = folder.resolve("models.jsonl");
        Object[] score = {
            "score",
            model,
            "--batch",
            2,
            "--out",
            out,
            "--resume",
            "--reduction",
            "vector:" + vector,
            "--inputs",
            images
        };
        float[] numbers = new float[2 * 3 * 32 * 32];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) Math.sin(i);
        }
        Npy.write(images, NpyArray.of(new long[] {2, 3, 32, 32}, numbers));
        Npy.write(vector, NpyArray.of(new long[] {10}, new float[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
        assertEquals(ExitCode.OK, Shell.vintk(score).code());
        assertEquals(ExitCode.OK, Shell.vintk(score).code());
        Npy.write(vector, NpyArray.of(new long[] {10}, new float[] {0, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
        Shell other = Shell.vintk(score);
        assertEquals(ExitCode.USAGE, other.code());
        assertTrue(other.err().contains("other settings (reduction"), other.err());
        Npy.write(vector, NpyArray.of(new long[] {10}, new float[] {1, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
        numbers[5] = 3;
        Npy.write(images, NpyArray.of(new long[] {2, 3, 32, 32}, numbers));
        other = Shell.vintk(score);
        assertEquals(ExitCode.USAGE, other.code());
        assertTrue(other.err().contains("other settings (inputs"), other.err());
    }
}
