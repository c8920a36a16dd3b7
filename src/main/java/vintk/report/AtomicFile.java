package vintk.report;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a file as a whole: to a temporary one beside it, which then takes its place. */
final class AtomicFile {

    private AtomicFile() {}

    static void write(Path path, String text) throws IOException {
        Path target = path.toAbsolutePath();
        // Not Files.createTempFile: its files are private to their owner, and the result should be as readable as any
        // other.
        Path temporary = target.resolveSibling(
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            Files.writeString(temporary, text);
            move(temporary, target);
        } catch (IOException e) {
            throw new IOException(
                    "Cannot write %s: check that its folder exists and may be written (%s)"
                            .formatted(path, e.getClass().getSimpleName()),
                    e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
