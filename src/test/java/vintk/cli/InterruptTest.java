package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ctrl-C in the middle of a ranking keeps what was computed. */
class InterruptTest {
    /** With a progress bar too, whose terminal has ideas of its own about signals. */
    @ParameterizedTest
    @CsvSource({"two words.csv, false, INT, 130", "results.jsonl, false, HUP, 129", "results.csv, true, INT, 130"})
    void keepsResults(String name, boolean inTerminal, String signal, int code, @TempDir Path folder)
            throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "no /bin/kill to send an interrupt with");
        assumeFalse(isIgnored(code - 128), "this process ignores this signal, and so do those it starts");
        Path out = folder.resolve(name);
        Path partial = name.endsWith(".jsonl") ? out : folder.resolve(name + ".partial.jsonl");
        Path temporary = Files.createDirectory(folder.resolve("temporary files"));
        Path boot = Path.of("/proc/sys/kernel/random/boot_id");
        if (Files.isReadable(boot)) {
            // What a killed process has left.
            Path left = Files.createDirectory(temporary.resolve("onnxruntime-java1"));
            Files.createFile(left.resolve("in-use-" + Files.readString(boot).strip()));
        }
        List<String> ranking = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                // From where the process runs, as people give it.
                "-Djava.io.tmpdir=" + Path.of("").toAbsolutePath().relativize(temporary),
                "-cp",
                System.getProperty("java.class.path"),
                Vintk.class.getName(),
                "rank",
                "pit",
                "--count",
                "500",
                "--batch",
                "2",
                "--size",
                "64",
                "--out",
                out.toString());
        Process process = new ProcessBuilder(inTerminal ? terminal(ranking) : ranking)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        for (int i = 0; i < 1200 && process.isAlive() && (!Files.exists(partial) || lines(partial) < 2); i++) {
            process.waitFor(50, TimeUnit.MILLISECONDS);
        }
        long ranked = inTerminal
                ? process.descendants()
                        .reduce((parent, child) -> child)
                        .orElseThrow()
                        .pid()
                : process.pid();
        assertTrue(isRelaunched(ranked, "GLIBC_TUNABLES="), "without the allocator's settings");
        assertTrue(isRelaunched(ranked, "ORT_DISABLE_TELEMETRY=1"), "with usage reports");
        assertFalse(!inTerminal && left(folder).contains("jline"), () -> "for a bar that nobody sees: " + left(folder));
        new ProcessBuilder("/bin/kill", "-" + signal, Long.toString(ranked))
                .start()
                .waitFor();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the process did not end");
        String log = Files.readString(folder.resolve("log"));
        assertEquals(code, process.exitValue(), log);
        assertEquals(inTerminal, log.contains("/500 models"), log);
        assertTrue(log.contains("interrupted, "), log);
        assertTrue(log.contains("of 500 models are scored; they are in " + out + ", --resume goes on"), log);
        assertTrue(lines(out) >= 2, log);
        assertTrue(lines(partial) >= 2, "nothing to resume with");
        Path inWork = partial.resolveSibling(partial.getFileName() + ".in-work.json");
        assertFalse(Files.exists(inWork), "a model is said to have ended the process");
        assertFalse(Platform.isLinux() && left(folder).contains("onnxruntime"), () -> "left: " + left(folder));
    }

    private static String left(Path folder) {
        return List.of(folder.resolve("temporary files").toFile().list()).toString();
    }

    /** A command in a terminal of its own, with its exit code. */
    private static List<String> terminal(List<String> command) {
        assumeTrue(
                Platform.isLinux() && Files.isExecutable(Path.of("/usr/bin/script")),
                "no /usr/bin/script of Linux to make a terminal with");
        String quoted = command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        return List.of("/usr/bin/script", "-qec", "exec " + quoted, "/dev/null");
    }

    /** What a shell starts in the background without job control ignores SIGINT, signal 2, under nohup SIGHUP, 1; Linux says so. */
    private static boolean isIgnored(int signal) throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                && Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .anyMatch(line -> (Long.parseUnsignedLong(line.split("\\s+")[1], 16) >> (signal - 1) & 1) != 0);
    }

    /** On Linux the process has begun anew, with settings in its environment and the same number. */
    private static boolean isRelaunched(long pid, String setting) throws IOException {
        Path environment = Path.of("/proc", Long.toString(pid), "environ");
        return !Files.exists(environment)
                || Files.readString(environment, StandardCharsets.ISO_8859_1).contains(setting);
    }

    @Test
    void argumentsOfTheProcess() {
        assertArrayEquals(new String[] {"java", "-jar", "a b", ""}, Relaunch.arguments("java\0-jar\0a b\0\0"));
        assertTrue(Relaunch.isProgram("target/vintk.jar"));
        assertTrue(Relaunch.isProgram("/opt/my tools/vintk-1.0.jar"));
        assertTrue(Relaunch.isProgram("vintk.cli.Vintk"));
        assertFalse(Relaunch.isProgram("org.example.Search"));
        assertFalse(Relaunch.isProgram("vintk/search.jar"));
        assertFalse(Relaunch.isProgram(""));
        assertEquals("my tools/vintk.jar", Relaunch.main("my tools/vintk.jar rank a b", "rank", "a b"));
        assertEquals("", Relaunch.main("org.example.Search vintk.jar", "rank", "models"));
        assertTrue(Relaunch.isRepeatable("java\0-jar\0vintk.jar\0rank\0--candidates\0/dev/fd/63\0"));
        assertFalse(Relaunch.isRepeatable("java\0@/dev/fd/63\0rank\0"));
        assertFalse(Relaunch.isRepeatable("java\0-agentlib:jdwp=transport=dt_socket,server=y\0-jar\0vintk.jar\0"));
    }

    private static long lines(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return lines.size();
    }

    /** The same seed gives the same table, whatever was scored before. */
    @Test
    void resultsDoNotDependOnTheirCompany(@TempDir Path folder) throws IOException {
        Path two = folder.resolve("two.csv");
        Path one = folder.resolve("one.csv");
        Path models = ProjectRoot.path().resolve("models");
        Shell.vintk("rank", models, "--batch", 3, "--out", two);
        Shell.vintk("rank", models.resolve("tiny-vit-3.onnx"), "--batch", 3, "--out", one);
        assertEquals(score(one), score(two));
    }

    private static String score(Path csv) throws IOException {
        List<String> lines = Files.readAllLines(csv);
        int column = List.of(lines.get(0).split(",")).indexOf("vintk");
        return lines.stream()
                .filter(l -> l.startsWith("tiny-vit-3,"))
                .map(l -> l.split(",")[column])
                .findFirst()
                .orElseThrow();
    }
}
