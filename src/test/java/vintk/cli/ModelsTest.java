package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** The models that lie in the project are what its commands make, byte for byte. */
class ModelsTest {
    private static final String COMMAND = "java -jar target/vintk.jar ";

    @Test
    void areRebuiltByteForByte(@TempDir Path folder) throws IOException {
        Path models = ProjectRoot.path().resolve("models");
        for (String line : Files.readAllLines(models.resolve("README.md"))) {
            if (line.startsWith(COMMAND)) {
                String[] args = line.substring(COMMAND.length()).split(" ");
                for (int i = 0; i < args.length; i++) {
                    if (args[i].startsWith("models/")) {
                        args[i] = models.resolve(args[i].substring("models/".length()))
                                .toString();
                    }
                }
                assertEquals("--out", args[args.length - 2]);
                args[args.length - 1] = folder.toString();
                Shell made = Shell.vintk(args);
                assertEquals(ExitCode.OK, made.code(), made.err());
            }
        }
        List<String> names = onnxFiles(models);
        assertEquals(names, onnxFiles(folder));
        for (String name : names) {
            assertArrayEquals(Files.readAllBytes(models.resolve(name)), Files.readAllBytes(folder.resolve(name)), name);
        }
    }

    @Test
    void haveTheirChecksums() throws Exception {
        Path models = ProjectRoot.path().resolve("models");
        List<String> sums = Files.readAllLines(models.resolve("SHA256SUMS"));
        assertEquals(
                onnxFiles(models), sums.stream().map(s -> s.split("\\s+")[1]).toList());
        for (String sum : sums) {
            String[] parts = sum.split("\\s+");
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(models.resolve(parts[1])));
            assertEquals(parts[0], HexFormat.of().formatHex(digest), parts[1]);
        }
    }

    @Test
    void areScoredOnce() {
        Path models = ProjectRoot.path().resolve("models");
        Path model = models.resolve("tiny-vit-3.onnx");
        Path again = models.resolve("../models/tiny-vit-3.onnx");
        Shell scored = Shell.vintk("score", model, again, model, "--batch", 2);
        assertEquals(ExitCode.OK, scored.code(), scored.err());
        assertEquals(
                1, scored.out().lines().filter(line -> line.endsWith(" ok")).count(), scored.out());
        assertTrue(scored.out().contains("1  tiny-vit-3  "), scored.out());
    }

    /** Results name files by text: those of one would be taken for those of the other. */
    @Test
    void ofNamesThatAreNotText(@TempDir Path folder) throws IOException, InterruptedException {
        boolean anyBytes = System.getProperty("sun.jnu.encoding").startsWith("ISO");
        assumeTrue(Platform.isLinux() && !anyBytes, "all names are text here");
        Path models = Files.createDirectory(folder.resolve("models"));
        String copies = "for name in 376 377; do cp \"$1\" \"$2/$(printf \"\\\\$name\").onnx\"; done";
        Path model = ProjectRoot.path().resolve("models/tiny-vit-3.onnx");
        new ProcessBuilder("/bin/sh", "-c", copies, "sh", model.toString(), models.toString())
                .start()
                .waitFor();
        assertEquals(2, models.toFile().list().length);
        Shell ranked = Shell.vintk("rank", models, "--batch", 2, "--out", folder.resolve("results.jsonl"));
        assertEquals(ExitCode.USAGE, ranked.code(), ranked.out());
        assertTrue(ranked.err().contains("are not text here: rename them"), ranked.err());
        assertFalse(Files.exists(folder.resolve("results.jsonl")));
    }

    /** They are a ranking's simplest input. One is fixed to a batch of 4 and has further outputs: the first counts. */
    @Test
    void canBeRanked(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("results.csv");
        Shell ranked =
                Shell.vintk("rank", ProjectRoot.path().resolve("models"), "--batch", 4, "--out", out, "--repeats", 2);
        assertEquals(ExitCode.OK, ranked.code(), ranked.out() + ranked.err());
        assertTrue(ranked.out().contains("tiny-vit-3"), ranked.out());
        assertTrue(Arrays.stream(ranked.out().split("\n")).allMatch(line -> line.length() <= 80), ranked.out());
        assertEquals(4, Files.readAllLines(out).size());
        assertFalse(ranked.out().contains("different shapes"), ranked.out());
    }

    /** The scores of larger images are larger. */
    @Test
    void ofSeveralSizes(@TempDir Path folder) throws IOException {
        for (int size : new int[] {8, 12}) {
            Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, 3, size, size));
            float[] numbers = {0.1f, -0.2f, 0.3f, 0.4f, 0.5f, -0.6f};
            Value weight = Value.initializer("w", Tensor.floats(Shape.of(3, 2), numbers));
            Value y = Ops.matMul(Ops.reduceSum(Ops.unary("Tanh", x), false, 2, 3), weight);
            Graph graph = new Graph("g", List.of(x), Map.of("y", y));
            Files.write(
                    folder.resolve("of" + size + ".onnx"),
                    ModelWriter.modelOfFreeBatch(graph).toByteArray());
        }
        Shell ranked = Shell.vintk("rank", folder, "--batch", 2);
        assertEquals(ExitCode.OK, ranked.code(), ranked.out());
        assertTrue(
                ranked.out().replaceAll("\\s+", " ").contains("Models took samples of different shapes ([3x"),
                ranked.out());
    }

    /**
     * Their endings in any case; not hidden files, which other systems leave in folders, nor what hidden folders hold; links that lead
     * nowhere fail, those to folders are followed.
     */
    @Test
    void ofAFolder(@TempDir Path other) throws IOException {
        Path folder = Files.createDirectory(other.resolve("models"));
        Path model = ProjectRoot.path().resolve("models").resolve("tiny-vit-3.onnx");
        Files.copy(model, folder.resolve("LOUD.ONNX"));
        Files.writeString(folder.resolve("._a.onnx"), "of another system");
        Files.writeString(folder.resolve("notes.txt"), "no model");
        Files.copy(model, Files.createDirectory(folder.resolve("below")).resolve("b.onnx"));
        Files.createSymbolicLink(folder.resolve("gone.onnx"), folder.resolve("nowhere.onnx"));
        Files.copy(model, Files.createDirectory(folder.resolve(".git")).resolve("c.onnx"));
        Files.createSymbolicLink(folder.resolve("below").resolve("around"), folder);
        Path elsewhere = Files.createDirectory(other.resolve("elsewhere"));
        Files.copy(model, elsewhere.resolve("d.onnx"));
        Files.createSymbolicLink(folder.resolve("link"), elsewhere);
        Files.createSymbolicLink(folder.resolve("link-again"), elsewhere);
        // Root reads it all the same, and finds nothing.
        Path secret = Files.createDirectory(folder.resolve(".secret"));
        Files.setPosixFilePermissions(secret, Set.of());
        Path link = Files.createSymbolicLink(other.resolve("link"), folder);
        Shell ranked = Shell.vintk("rank", link, "--batch", 2);
        assertEquals(ExitCode.SOME_FAILED, ranked.code(), ranked.err());
        assertEquals(
                List.of("1=  LOUD", "1=  b", "1=  d", "-   gone"),
                ranked.out()
                        .lines()
                        .filter(line -> line.startsWith("1= ") || line.startsWith("- "))
                        .map(line ->
                                line.substring(0, Math.min(13, line.length())).strip())
                        .toList(),
                ranked.out());
        Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rwx------"));
        Path same = Files.createDirectory(other.resolve("same"));
        Files.copy(model, same.resolve("a.onnx"));
        Files.copy(model, same.resolve("a.ONNX"));
        Shell both = Shell.vintk("rank", same, "--batch", 2, "--json");
        assertTrue(both.out().contains("\"id\":\"" + same.resolve("a.onnx") + "\""), both.out());
        assertTrue(both.out().contains("\"id\":\"" + same.resolve("a.ONNX") + "\""), both.out());
        Shell counted = Shell.vintk("rank", folder, "--count", 2);
        assertTrue(counted.err().contains("--count is for search spaces"), counted.err());
    }

    /** Thirty folders with two links to the next have a thousand million ways through them. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void foldersThatAreLinkedInManyWays(@TempDir Path other) throws IOException {
        Path model = ProjectRoot.path().resolve("models").resolve("tiny-vit-3.onnx");
        Path first = Files.createDirectory(other.resolve("f0"));
        Path last = first;
        for (int i = 1; i <= 30; i++) {
            Path next = Files.createDirectory(other.resolve("f" + i));
            Files.createSymbolicLink(last.resolve("a"), next);
            Files.createSymbolicLink(last.resolve("b"), next);
            last = next;
        }
        Files.copy(model, last.resolve("end.onnx"));
        Files.createSymbolicLink(last.resolve("around"), other);
        Shell ranked = Shell.vintk("rank", first, "--batch", 2, "--json");
        assertEquals(ExitCode.OK, ranked.code(), ranked.err());
        assertEquals(2, ranked.out().split("\"id\":\"end\"", -1).length, ranked.out());
    }

    private static List<String> onnxFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> f.endsWith(".onnx"))
                    .sorted()
                    .toList();
        }
    }
}
