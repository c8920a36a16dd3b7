package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code reference.py}, an implementation of the networks that shares no line with this program; see its own text. */
final class Reference {
    private static final String NEEDS = "import torch, onnx, numpy";
    private static final Optional<String> PYTHON = List.of("python3", "/usr/bin/python3").stream()
            .filter(program -> exitCode(List.of(program, "-c", NEEDS), new StringBuilder()) == 0)
            .findFirst();

    private Reference() {}

    /** Skips the test where the reference cannot run. */
    static void require() {
        assumeTrue(
                PYTHON.isPresent(),
                "neither python3 nor /usr/bin/python3 can '" + NEEDS + "' (Debian: python3-torch, python3-onnx)");
    }

    static void run(Object... arguments) {
        List<String> command = new ArrayList<>(List.of(PYTHON.orElseThrow(), script().toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        StringBuilder output = new StringBuilder();
        assertEquals(0, exitCode(command, output), () -> String.join(" ", command) + "\n" + output);
    }

    private static Path script() {
        try {
            return Path.of(Reference.class.getResource("/vintk/reference.py").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static int exitCode(List<String> command, StringBuilder output) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            output.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            return process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (IOException e) {
            if (output.isEmpty()) {
                return -1;
            }
            throw new UncheckedIOException(e);
        }
    }
}
