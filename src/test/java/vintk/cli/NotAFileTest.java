package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A pipe would be waited for without a word, and a device may have no end: both are refused before they are opened. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NotAFileTest {
    private static final Path MODELS = ProjectRoot.path().resolve("models");

    @TempDir
    private Path folder;

    private static void assertRefused(Shell shell, Path file, String other) {
        assertEquals(ExitCode.USAGE, shell.code(), shell.err());
        assertEquals("", shell.out());
        assertEquals(1, shell.err().lines().count(), shell.err());
        assertTrue(shell.err().startsWith("vintk: " + file + ": expected "), shell.err());
        assertTrue(shell.err().contains(", got " + other), shell.err());
    }

    @ParameterizedTest
    @CsvSource({
        "x.npy, kernel MODELS/tiny-vit-3.onnx --out FOLDER/k.npy --input",
        "x.npy, check-gradient MODELS/tiny-vit-3.onnx --inputs",
        "x.npy, score MODELS/tiny-vit-3.onnx --batch 2 --inputs",
        "x.jsonl, rank --candidates",
        "x.json, generate --out FOLDER/g --candidates",
        "x.yaml, spaces tiny-vit --space",
        "x.jsonl, report",
        "x.json, report",
        "x.csv, correlate --column top1 --truth FOLDER/truth.csv",
        "x.csv, correlate --column top1 FOLDER/results.csv --truth",
        "x.jsonl, score MODELS/tiny-vit-3.onnx --batch 2 --out",
        "x.csv, score MODELS/tiny-vit-3.onnx --batch 2 --resume --out",
    })
    void pipesAndFolders(String name, String command) throws Exception {
        Files.writeString(
                folder.resolve("results.csv"),
                "id,status,vintk,ntk,params,macs,statistic\na,ok,3,1,10,5,log-frobenius\n");
        Path pipe = folder.resolve(name);
        assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
        String[] words = (command.replace("MODELS", MODELS.toString()).replace("FOLDER", folder.toString()) + " PIPE")
                .split(" ");
        words[words.length - 1] = pipe.toString();
        assertRefused(Shell.vintk(words), pipe, "a pipe or a device, which is not a file");
        if (!command.contains("--out") && !command.contains("--inputs")) {
            Files.delete(pipe);
            Files.createDirectory(pipe);
            assertRefused(Shell.vintk(words), pipe, "a folder");
        }
    }

    /** One that never ends would fill the memory. */
    @Test
    void devices() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full));
        for (String name : new String[] {"full.jsonl", "full.html"}) {
            Path link = Files.createSymbolicLink(folder.resolve(name), full);
            Shell shell = Shell.vintk("score", MODELS.resolve("tiny-vit-3.onnx"), "--batch", 2, "--out", link);
            assertRefused(shell, link, "a pipe or a device");
            Files.delete(link);
        }
        Path journal = Files.createSymbolicLink(folder.resolve("r.csv.partial.jsonl"), full);
        Shell shell =
                Shell.vintk("score", MODELS.resolve("tiny-vit-3.onnx"), "--batch", 2, "--out", folder.resolve("r.csv"));
        assertRefused(shell, journal, "a pipe or a device");
        Files.delete(journal);
    }

    @Test
    void linksToFilesThatAreNotThereYetAreWritten() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link.jsonl"), folder.resolve("real.jsonl"));
        Shell shell = Shell.vintk("score", MODELS.resolve("tiny-vit-3.onnx"), "--batch", 2, "--out", link);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertFalse(Files.readString(folder.resolve("real.jsonl")).isEmpty());
    }
}
