package vintk.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes a file as a whole: to a temporary one beside it, which then takes its place. */
public final class AtomicFile {
    /** What writes the temporary file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(Path temporary) throws IOException;
    }

    /** As many as Linux follows. */
    private static final int MOST_LINKS = 40;

    /** Characters, of which each may take three bytes. */
    private static final int LONG = 70;

    private AtomicFile() {}

    /**
     * Writes a file; what was there before stays until all is written, also for those who have it open. Once this returns the
     * new one is on disk, so that what it was made from may go.
     *
     * @throws IOException naming the file, and why it cannot be written
     */
    public static void write(Path path, Content content) throws IOException {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            // A device or a pipe takes what is written, and must not be replaced.
            writeThrough(path, content);
            return;
        }
        // Of a link, what it leads to.
        Path target = Files.exists(path) ? path.toRealPath() : end(path.toAbsolutePath());
        // Not Files.createTempFile: its files are private to their owner, and the result should be as readable as any
        // other.
        Path temporary = target.resolveSibling(
                "." + shortened(target) + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            content.writeTo(temporary);
            force(temporary, StandardOpenOption.WRITE);
            move(temporary, target);
            forceFolder(temporary.getParent());
        } catch (IOException e) {
            throw failure(path, e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** The name of a file, with room for more: systems take names of 255 bytes, which a long one may have by itself. */
    private static String shortened(Path file) {
        String name = file.getFileName().toString();
        return name.length() <= LONG ? name : Integer.toHexString(name.hashCode());
    }

    /** Where links that lead to no file yet lead to. */
    private static Path end(Path path) throws IOException {
        Path end = path;
        for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(end); i++) {
            end = end.resolveSibling(Files.readSymbolicLink(end));
        }
        if (Files.isSymbolicLink(end)) {
            throw new IOException("Cannot write %s: it is a link that leads to itself".formatted(path));
        }
        return end;
    }

    private static void writeThrough(Path path, Content content) throws IOException {
        try {
            content.writeTo(path);
        } catch (IOException e) {
            throw failure(path, e);
        }
    }

    /** Whether a file can be written beside another one, or in its place. */
    public static void requireRoom(Path path) throws IOException {
        Path target = path.toAbsolutePath();
        if (!Files.exists(target) || Files.isRegularFile(target)) {
            try {
                Files.delete(Files.createTempFile(target.getParent(), ".", ".tmp"));
            } catch (IOException e) {
                throw failure(path, e);
            }
        }
    }

    /** What to throw where a file cannot be written: its name, and the reason in words. */
    public static IOException failure(Path path, IOException e) {
        return new IOException("Cannot write %s: %s".formatted(path, reason(e)), e);
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "its folder does not exist, or takes no files";
        }
        if (e instanceof AccessDeniedException) {
            return "no permission";
        }
        return e instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : String.valueOf(e.getMessage());
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Onto the disk, by whichever channel it was written: a power cut could leave its new name with nothing behind it. */
    private static void force(Path path, StandardOpenOption access) throws IOException {
        try (FileChannel channel = FileChannel.open(path, access)) {
            channel.force(true);
        }
    }

    private static void forceFolder(Path folder) {
        try {
            force(folder, StandardOpenOption.READ);
        } catch (IOException e) {
            // Not every system opens a folder; there the name comes when the system likes, and all is written but it.
        }
    }
}
