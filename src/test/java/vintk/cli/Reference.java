package vintk.cli;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code reference.py}, an implementation of the networks that shares no line with this program; see its own text. One
 * process takes all commands, as its libraries load slowly.
 */
final class Reference implements AutoCloseable {
    private static final String NEEDS = "import torch, onnx, numpy";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    private Reference(Process process) {
        this.process = process;
        this.commands = process.outputWriter();
        this.answers = process.inputReader();
    }

    /** Skips the tests where the reference cannot run. */
    static Reference start() throws IOException {
        for (String python : List.of("python3", "/usr/bin/python3")) {
            if (can(python)) {
                return new Reference(new ProcessBuilder(python, script().toString(), "serve")
                        .redirectErrorStream(true)
                        .start());
            }
        }
        return abort("neither python3 nor /usr/bin/python3 can '" + NEEDS
                + "' (Debian: python3-torch, python3-onnx, python3-numpy)");
    }

    private static boolean can(String python) {
        try {
            return new ProcessBuilder(python, "-c", NEEDS)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Path script() {
        try {
            return Path.of(Reference.class.getResource("/vintk/reference.py").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a command to its end. */
    void run(Object... arguments) throws IOException {
        String command = JSON.writeValueAsString(
                Stream.of(arguments).map(Object::toString).toList());
        commands.write(command + "\n");
        commands.flush();
        StringBuilder said = new StringBuilder();
        while (true) {
            String line = answers.readLine();
            if ("ok".equals(line)) {
                return;
            }
            if (line == null || line.equals("failed")) {
                fail(command + "\n" + said);
            }
            said.append(line).append('\n');
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
