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
        List<Candidate> candidates = Candidates.read(table, List.of(), remark -> {});
        assertEquals(rows.size(), candidates.size());
        Space space = Spaces.builtIn(candidates.get(0).space());
        for (int i = 0; i < rows.size(); i++) {
            JsonNode row = rows.get(i);
            Candidate candidate = candidates.get(i);
            assertEquals(row.get("id").asText(), candidate.id());
            assertEquals(
                    candidate.choices(),
                    space.candidate(space.index(candidate.choices())).choices());
            if (row.has("params")) {
                VisionTransformer net = candidate.resolve(space);
                assertEquals(row.get("params").asLong(), net.parameters(), candidate.id());
                BigDecimal published = new BigDecimal(row.get("mflops").asText());
                BigDecimal ours = BigDecimal.valueOf(autoFormerOperations(net)).movePointLeft(6);
                assertEquals(0, published.compareTo(ours), candidate.id() + ": " + published + " and " + ours);
            } else {
                VisionTransformer net = candidate.resolve(space, 224, 100);
                assertEquals(row.get("params_100cls").asLong(), net.parameters(), candidate.id());
                assertEquals(row.get("macs_100cls").asLong(), net.macs(), candidate.id());
            }
        }
        return rows.size();
    }

    /**
     * The operation count that AutoFormer's own code reports ({@code get_complexity} of Cream, term by term) and that published
     * tables carry as mflops. Blocks run over one token more than there are, as both the model and each block add the class token;
     * the head over all tokens; {@code 2·(d + 1/2)} per pair of tokens is how relative positions of keys are counted, for values the
     * half is per attention channel.
     */
    private static double autoFormerOperations(VisionTransformer net) {
        VisionTransformer.Stage stage = net.stages().get(0);
        double width = stage.width();
        double tokens = Math.pow(net.grid(0), 2) + 1;
        double sum = width + (tokens - 1) * net.channels() * net.patch() * net.patch() * width + tokens * width / 2;
        double counted = tokens + 1;
        double pairs = counted * counted;
        for (VisionTransformer.Block block : stage.blocks()) {
            double attention = block.attentionWidth();
            sum += 2 * counted * width; // norms
            sum += counted * width * (4 * attention + 2 * block.hidden()) + 2 * pairs * attention;
            if (block.relativeDistance() > 0) {
                sum += 2 * block.relativeDistance() * pairs + pairs / 2 + counted * attention / 2;
            }
        }
        return sum + tokens * width * net.classes();
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
