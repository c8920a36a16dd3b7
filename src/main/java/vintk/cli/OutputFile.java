package vintk.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import vintk.file.AtomicFile;

/** Files that commands write. */
final class OutputFile {
    private OutputFile() {}

    /** Makes the folder of a file, and tries it, so that a wrong place is known before any work is done. */
    static void prepare(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder, a file was expected");
        }
        AtomicFile.requireRoom(file);
    }
}
