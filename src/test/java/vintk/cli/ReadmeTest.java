package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README tells people to type works, in the order in which it stands there. */
class ReadmeTest {
    private static final String COMMAND = "java -jar target/vintk.jar ";

    @Test
    void commandsRun(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("out"));
        SortedSet<String> used = new TreeSet<>();
        for (String line : shellLines()) {
            if (line.startsWith(COMMAND)) {
                String[] args = line.substring(COMMAND.length()).split(" ");
                for (int i = 0; i < args.length; i++) {
                    args[i] = placed(args[i], folder);
                }
                Shell shell = Shell.vintk(args);
                assertEquals(ExitCode.OK, shell.code(), () -> line + "\n" + shell.out() + shell.err());
                used.add(args[0]);
            }
        }
        assertTrue(
                used.containsAll(
                        List.of("rank", "score", "kernel", "differentiate", "check-gradient", "generate", "spaces")),
                used::toString);
    }

    /** The main job takes a minute: here only its options are read. */
    @Test
    void theMainJobIsUnderstood() throws IOException {
        String line = shellLines().stream()
                .filter(l -> l.startsWith("mvn") && l.contains(COMMAND))
                .findFirst()
                .orElseThrow();
        String[] args = line.substring(line.indexOf(COMMAND) + COMMAND.length()).split(" ");
        assertEquals(
                "rank",
                Vintk.commandLine().parseArgs(args).subcommand().commandSpec().name());
    }

    /** As somebody copies it into a file of theirs. */
    @Test
    void theProgramRuns(@TempDir Path folder) throws Exception {
        Path source = Files.write(folder.resolve("Example.java"), lines("```java"));
        Path gradients = folder.resolve("gradients.onnx");
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        source.toString(),
                        ProjectRoot.path().resolve("models/tiny-vit-3.onnx").toString(),
                        gradients.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> log(log));
        assertTrue(Files.readString(log).matches("\\d\\.\\d+\\s+"), () -> log(log));
        assertTrue(Files.size(gradients) > 0);
    }

    /** Files of the project are taken from it; what is written goes to the test's folder. */
    private static String placed(String arg, Path folder) {
        if (arg.startsWith("out/")) {
            return folder.resolve(arg).toString();
        }
        return arg.equals("models") || arg.startsWith("models/")
                ? ProjectRoot.path().resolve(arg).toString()
                : arg;
    }

    private static String log(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> shellLines() throws IOException {
        return lines("```sh");
    }

    private static List<String> lines(String fence) throws IOException {
        List<String> lines = new ArrayList<>();
        boolean inside = false;
        for (String line : Files.readAllLines(ProjectRoot.path().resolve("README.md"))) {
            if (line.startsWith("```")) {
                inside = line.equals(fence);
            } else if (inside) {
                lines.add(line);
            }
        }
        return lines;
    }
}
