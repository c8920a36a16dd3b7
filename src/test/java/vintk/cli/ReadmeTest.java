package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
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

    /** Files of the project are taken from it; what is written goes to the test's folder. */
    private static String placed(String arg, Path folder) {
        if (arg.startsWith("out/")) {
            return folder.resolve(arg).toString();
        }
        return arg.equals("models") || arg.startsWith("models/")
                ? ProjectRoot.path().resolve(arg).toString()
                : arg;
    }

    private static List<String> shellLines() throws IOException {
        List<String> lines = new ArrayList<>();
        boolean shell = false;
        for (String line : Files.readAllLines(ProjectRoot.path().resolve("README.md"))) {
            if (line.startsWith("```")) {
                shell = line.equals("```sh");
            } else if (shell) {
                lines.add(line);
            }
        }
        return lines;
    }
}
