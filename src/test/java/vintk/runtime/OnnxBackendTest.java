package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import vintk.runtime.BackendOutcome.Kind;

/**
 * ONNX' own backend tests (Debian package {@code libonnx-testdata}; {@code -Dvintk.onnx.testdata} names another folder)
 * as gradient tests: every model with a float input and a float output is imported, its outputs are compared with the
 * expected ones, and its gradients by float inputs and initializers with differences of the original model in ONNX
 * Runtime; or its derivatives are zero, as the program says; or it is refused by name. What was found lies in
 * {@code target/onnx-backend.txt}; how much of it there must be, in {@code onnx-backend.properties}.
 *
 * <p>Alone: {@code mvn -Ponnx-backend verify}.
 */
@Tag("onnx-backend")
class OnnxBackendTest {
    private static final Path DATA =
            Path.of(System.getProperty("vintk.onnx.testdata", "/usr/share/libonnx-testdata/data"));

    private static final List<String> FOLDERS = List.of("node", "pytorch-converted", "pytorch-operator", "simple");

    @Test
    void gradientsOfTheSuite() throws IOException {
        assumeTrue(Files.isDirectory(DATA), () -> "no folder " + DATA + " (Debian package libonnx-testdata)");
        List<BackendOutcome> outcomes = new ArrayList<>();
        int models = 0;
        for (Path folder : folders()) {
            models++;
            BackendModel test = BackendModel.read(folder);
            if (test != null) {
                outcomes.add(BackendCheck.of(test));
            }
        }
        String report = report(models, outcomes);
        Path file = Path.of(System.getProperty("vintk.target", "../target"), "onnx-backend.txt");
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, report);
        System.out.println(summary(models, outcomes) + "Details in " + file.normalize());
        assertEquals("", list(outcomes, Kind.FAILED), "models with a wrong result");
        assertCounts(outcomes);
    }

    private static List<Path> folders() throws IOException {
        String only = System.getProperty("vintk.onnx.only", "");
        List<Path> folders = new ArrayList<>();
        for (String name : FOLDERS) {
            try (Stream<Path> inside = Files.list(DATA.resolve(name))) {
                inside.filter(f -> Files.exists(f.resolve("model.onnx")))
                        .filter(f -> f.getFileName().toString().matches(".*(" + only + ").*"))
                        .sorted()
                        .forEach(folders::add);
            }
        }
        return folders;
    }

    private static void assertCounts(List<BackendOutcome> outcomes) throws IOException {
        if (!System.getProperty("vintk.onnx.only", "").isEmpty()) {
            return;
        }
        Properties expected = new Properties();
        try (InputStream in = OnnxBackendTest.class.getResourceAsStream("onnx-backend.properties")) {
            expected.load(in);
        }
        int passed = Integer.parseInt(expected.getProperty("passed"));
        int answered = passed + Integer.parseInt(expected.getProperty("non-differentiable"));
        long found = count(outcomes, Kind.PASSED);
        long both = found + count(outcomes, Kind.NON_DIFFERENTIABLE);
        assertTrue(found >= passed, () -> found + " models passed, " + passed + " did before");
        assertTrue(both >= answered, () -> both + " models were not refused, " + answered + " were not before");
    }

    private static long count(List<BackendOutcome> outcomes, Kind kind) {
        return outcomes.stream().filter(o -> o.kind() == kind).count();
    }

    private static String summary(int models, List<BackendOutcome> outcomes) {
        return "ONNX backend tests: " + models + " models, " + outcomes.size()
                + " with float inputs and outputs: " + count(outcomes, Kind.PASSED) + " passed, "
                + count(outcomes, Kind.NON_DIFFERENTIABLE) + " non-differentiable, " + count(outcomes, Kind.REFUSED)
                + " refused, " + count(outcomes, Kind.FAILED) + " failed\n";
    }

    private static String report(int models, List<BackendOutcome> outcomes) {
        StringBuilder text = new StringBuilder(summary(models, outcomes));
        text.append("\nFailed\n").append(list(outcomes, Kind.FAILED));
        text.append("\nRefused, by reason\n");
        Map<String, List<String>> reasons = new TreeMap<>();
        outcomes.stream().filter(o -> o.kind() == Kind.REFUSED).forEach(o -> reasons.computeIfAbsent(
                        reason(o), r -> new ArrayList<>())
                .add(o.model()));
        reasons.entrySet().stream()
                .sorted((a, b) -> b.getValue().size() - a.getValue().size())
                .forEach(e ->
                        text.append(String.format("%4d  %s: %s%n", e.getValue().size(), e.getKey(), e.getValue())));
        text.append("\nNon-differentiable\n").append(list(outcomes, Kind.NON_DIFFERENTIABLE));
        text.append("\nPassed\n").append(list(outcomes, Kind.PASSED));
        return text.toString();
    }

    /** The refusal without the names of nodes. */
    private static String reason(BackendOutcome outcome) {
        String reason = outcome.reason()
                .replaceAll(" \\([^)]*'[^)]*\\)|'[^']*'", "")
                .replaceAll("/onnxruntime_src/\\S+ \\S+", "")
                .replaceAll("\\s+", " ");
        return reason.length() > 160 ? reason.substring(0, 160) + " ..." : reason;
    }

    private static String list(List<BackendOutcome> outcomes, Kind kind) {
        StringBuilder text = new StringBuilder();
        outcomes.stream().filter(o -> o.kind() == kind).forEach(o -> text.append("  ")
                .append(o.model())
                .append(" (")
                .append(o.operators())
                .append(')')
                .append(o.reason().isEmpty() ? "" : ": " + o.reason())
                .append(o.remark().isEmpty() ? "" : " [" + o.remark() + "]")
                .append('\n'));
        return text.toString();
    }
}
