package vintk.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import vintk.file.AtomicFile;

/** Files that commands write. */
final class OutputFile {
    private OutputFile() {}

    /**
     * Makes the folder of a file, and tries it, so that a wrong place is known before any work is done.
     *
     * @param others files that are read, or written too: null and the names of no file are passed over
     * @throws IllegalArgumentException if the file is one of them
     */
    static void prepare(Path file, String... others) throws IOException {
        for (String other : others) {
            if (other != null && isSame(file, other)) {
                throw new IllegalArgumentException(
                        file + " would be written over: it is read, or written, by this command; give another file");
            }
        }
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        if (Files.isDirectory(file)) {
            throw new IOException(file + " is a folder, a file was expected");
        }
        AtomicFile.requireRoom(file);
    }

    private static boolean isSame(Path file, String name) throws IOException {
        try {
            Path other = Path.of(name);
            return Files.exists(file) && Files.exists(other)
                    ? Files.isSameFile(file, other)
                    : file.toAbsolutePath()
                            .normalize()
                            .equals(other.toAbsolutePath().normalize());
        } catch (InvalidPathException e) {
            return false;
        }
    }
}
