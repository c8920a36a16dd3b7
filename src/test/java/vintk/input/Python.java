package vintk.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The system's Python as an independent opinion; a test that asks for it is skipped where it lacks a module. */
final class Python {
    private static final Path PROGRAM = Path.of("/usr/bin/python3");

    private Python() {}

    /** Runs a script in a folder; its first line imports what it needs, and decides whether the test is skipped. */
    static void run(Path folder, String script) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(PROGRAM), "no " + PROGRAM);
        String imports = script.lines().findFirst().orElse("");
        assumeTrue(exitCode(folder, imports, new StringBuilder()) == 0, "Python cannot " + imports);
        StringBuilder output = new StringBuilder();
        assertEquals(0, exitCode(folder, script, output), output::toString);
    }

    private static int exitCode(Path folder, String script, StringBuilder output)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(PROGRAM.toString(), "-c", script)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        output.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        return process.waitFor();
    }
}
