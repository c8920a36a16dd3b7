package vintk.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** The root of the project, from whichever folder the tests run in. */
final class ProjectRoot {
    private ProjectRoot() {}

    static Path path() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve("models")) && Files.isDirectory(at.resolve("generator"))) {
                return at;
            }
        }
        throw new IllegalStateException("the tests run outside of the project");
    }
}
