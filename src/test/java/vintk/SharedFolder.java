package vintk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder {@code shared} beside the project, with models and tables that are no part of it; {@code -Dvintk.shared} names
 * another place. Tests that need it are skipped where it is absent.
 */
public final class SharedFolder {
    private SharedFolder() {}

    /** A file or folder in it; aborts the test where there is none. */
    public static Path require(String relative) {
        Path found = find(relative);
        assumeTrue(found != null, "no folder 'shared' with " + relative + " beside the project");
        return found;
    }

    private static Path find(String relative) {
        String told = System.getProperty("vintk.shared");
        if (told != null) {
            return Path.of(told).resolve(relative);
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path candidate = at.resolve("shared").resolve(relative);
            if (Files.exists(at.resolve("shared/METHOD.md")) && Files.exists(candidate)) {
                return candidate;
            }
        }
        return null;
    }
}
