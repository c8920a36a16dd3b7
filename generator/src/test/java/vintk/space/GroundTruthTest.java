package vintk.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every architecture of the published tables, when the folder with them lies beside the project (or where
 * {@code -Dvintk.shared} says); the tables are no part of the project.
 */
class GroundTruthTest {
    @Test
    void parametersAndOperationsOfEveryTabulatedArchitecture() throws IOException {
        Optional<Path> shared = shared();
        assumeTrue(shared.isPresent(), "no folder 'shared' with METHOD.md beside the project");
        List<Path> tables;
        try (Stream<Path> files = Files.list(shared.get().resolve("ground-truth"))) {
            tables = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
        assertTrue(tables.size() >= 5, "tables found: " + tables);
        for (Path table : tables) {
            int compared = compare(table);
            System.out.println(table.getFileName() + ": " + compared + " architectures agree");
        }
    }

    private static int compare(Path table) throws IOException {
        JsonNode rows = new ObjectMapper().readTree(table.toFile());
        List<Candidate> candidates = Candidates.read(table);
        assertEquals(rows.size(), candidates.size());
        Space space = Spaces.builtIn(candidates.get(0).space());
        for (int i = 0; i < rows.size(); i++) {
            JsonNode row = rows.get(i);
            Candidate candidate = candidates.get(i);
            assertEquals(row.get("id").asText(), candidate.id());
            assertEquals(
                    candidate.choices(), space.candidate(space.index(candidate)).choices());
            if (row.has("params")) {
                VisionTransformer net = candidate.resolve(space);
                assertEquals(row.get("params").asLong(), net.parameters(), candidate.id());
                BigDecimal published = new BigDecimal(row.get("mflops").asText());
                BigDecimal ours = BigDecimal.valueOf(net.autoFormerOperations()).movePointLeft(6);
                assertEquals(0, published.compareTo(ours), candidate.id() + ": " + published + " and " + ours);
            } else {
                VisionTransformer net = candidate.resolve(space, 224, 100);
                assertEquals(row.get("params_100cls").asLong(), net.parameters(), candidate.id());
                assertEquals(row.get("macs_100cls").asLong(), net.macs(), candidate.id());
            }
        }
        return rows.size();
    }

    private static Optional<Path> shared() {
        String told = System.getProperty("vintk.shared");
        if (told != null) {
            return Optional.of(Path.of(told));
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path candidate = at.resolve("shared");
            if (Files.exists(candidate.resolve("METHOD.md"))) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
