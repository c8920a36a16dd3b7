package vintk.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Files with a beginning and an end: a pipe is waited for without a word, and some devices never end. */
public final class RegularFile {
    private RegularFile() {}

    /** What lies there instead, links followed; empty for a file, and where nothing is yet. */
    public static Optional<String> other(Path path) {
        if (Files.isDirectory(path)) {
            return Optional.of("a folder");
        }
        boolean file = Files.isRegularFile(path) || !Files.exists(path);
        return file ? Optional.empty() : Optional.of("a pipe or a device, which is not a file");
    }

    /**
     * Refuses what is there and no file, before it is opened.
     *
     * @param expected with its article
     * @throws IOException naming it, and what was expected
     */
    public static void require(Path path, String expected) throws IOException {
        Optional<String> other = other(path);
        if (other.isPresent()) {
            throw new IOException("%s: expected %s, got %s".formatted(path, expected, other.get()));
        }
    }
}
