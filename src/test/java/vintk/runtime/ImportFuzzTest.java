package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What fuzzing once found, and a few seconds of it; {@code mvn -Pnightly} goes on for minutes. */
class ImportFuzzTest {
    /** Inputs that found something, in hexadecimal, one a line. */
    static Stream<String> findings() throws Exception {
        Path file = Path.of(ImportFuzzTest.class.getResource("findings.txt").toURI());
        return Files.readAllLines(file).stream().filter(l -> !l.isBlank() && !l.startsWith("#"));
    }

    @ParameterizedTest
    @MethodSource("findings")
    void finding(String hex) {
        byte[] data = HexFormat.of().parseHex(hex);
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> ImportFuzzer.fuzzerTestOneInput(data));
    }

    @Test
    void mutations() {
        Random random = new Random(1);
        for (int i = 0; i < 3_000; i++) {
            byte[] data = new byte[8 + random.nextInt(120)];
            random.nextBytes(data);
            assertDoesNotThrow(() -> ImportFuzzer.fuzzerTestOneInput(data), () -> HexFormat.of()
                    .formatHex(data));
        }
    }
}
