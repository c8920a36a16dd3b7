package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is there stays, and is said. */
class FullDiskTest {
    /** Of the C library: files of this process may grow so long. */
    interface Limits extends Library {
        int LENGTH_OF_FILES = 1;

        int getrlimit(int resource, long[] softAndHard);

        int setrlimit(int resource, long[] softAndHard);
    }

    @TempDir
    private Path folder;

    private static Shell tiny(String command, Path out, Object... more) {
        Path space = ProjectRoot.path().resolve("models").resolve("tiny-pit.yaml");
        List<Object> words =
                new ArrayList<>(List.of(command, "tiny-pit", "--space", space, "--count", 2, "--batch", 2));
        words.addAll(List.of("--out", out));
        words.addAll(List.of(more));
        return Shell.vintk(words.toArray());
    }

    private static Shell tinyWithin(long length, String command, Path out) {
        assumeTrue(Platform.isLinux() && Platform.is64Bit(), "no limits as on Linux");
        Limits limits = Native.load("c", Limits.class);
        long[] before = new long[2];
        assertEquals(0, limits.getrlimit(Limits.LENGTH_OF_FILES, before));
        assertEquals(0, limits.setrlimit(Limits.LENGTH_OF_FILES, new long[] {length, before[1]}));
        try {
            return tiny(command, out);
        } finally {
            assertEquals(0, limits.setrlimit(Limits.LENGTH_OF_FILES, before));
        }
    }

    /** One result fits, two do not. */
    @Test
    void onlyWhatIsKeptIsCounted() throws IOException {
        Path out = folder.resolve("results.jsonl");
        tiny("rank", out);
        long both = Files.size(out);
        Files.delete(out);
        Shell full = tinyWithin(both * 3 / 4, "rank", out);
        assertEquals(ExitCode.USAGE, full.code(), full.out());
        assertTrue(full.err().contains("; 1 of 2 models are scored, --resume goes on"), full.err());
        Shell rest = tiny("rank", out, "--resume");
        assertTrue(rest.err().contains("1 of 2 models have their score, 1 to do"), rest.err());
        assertEquals(both, Files.size(out), both * 0.01);
    }

    @Test
    void placesAloneAreMissing() throws IOException {
        Path out = folder.resolve("results.jsonl");
        // Where the file with places is written first.
        Files.createDirectory(
                folder.resolve(".results.jsonl." + ProcessHandle.current().pid() + ".tmp"));
        Shell full = tiny("rank", out);
        assertEquals(ExitCode.USAGE, full.code(), full.out());
        assertTrue(full.err().contains("; it holds all results, and --resume adds their places"), full.err());
        assertFalse(Files.readString(out).contains("\"rank\":"));
        Shell rest = tiny("rank", out, "--resume");
        assertEquals(ExitCode.OK, rest.code(), rest.err());
        assertTrue(Files.readAllLines(out).stream().allMatch(line -> line.contains("\"rank\":")));
    }

    @Test
    void modelsHaveTheirRecord() throws IOException {
        Shell full = tinyWithin(10_000, "generate", folder);
        assertEquals(ExitCode.USAGE, full.code(), full.out());
        assertTrue(full.err().contains("Cannot write " + folder.resolve("tiny-pit-")), full.err());
        assertEquals(2, Files.readAllLines(folder.resolve("candidates.jsonl")).size());
    }
}
