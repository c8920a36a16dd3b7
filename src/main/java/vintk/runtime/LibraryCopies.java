package vintk.runtime;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The temporary folder to which ONNX Runtime copies its libraries at each start, up to 600 MB. It has the Java machine delete that folder
 * before what is in it, so that an empty one would be left by each process, and all of it by one that is killed.
 *
 * <p>On Linux a process holds a lock on a file in its folder, which the system gives back however it ends: a folder whose file can be
 * locked is of nobody any more. Folders without such a file, of other programs or just made, are not touched; nor are those of other
 * users, nor those of other machines, whose locks may not be seen here: the file bears the name of the system that runs since the last
 * boot.
 */
final class LibraryCopies {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    /** Kept: the lock ends with its channel. */
    private static FileChannel held;

    private LibraryCopies() {}

    /** The folder of this process, which ONNX Runtime tells nobody; empty where it has not made any. */
    static Optional<Path> folder() {
        try {
            Field field = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
            field.setAccessible(true);
            return Optional.ofNullable((Path) field.get(null)).map(Path::toAbsolutePath);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            // Another version, or none for this system.
            return Optional.empty();
        }
    }

    /** Removes what ended processes have left beside the folder of this one, and says that this one is in use. */
    static synchronized void hold(Path folder) {
        try {
            String name = "in-use-" + Files.readString(BOOT).strip();
            removeLeft(folder, name);
            // Under its name only when it is locked.
            Path file = folder.resolve("new");
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            held = channel;
            if (channel.tryLock() != null) {
                Files.move(file, folder.resolve(name));
            }
        } catch (IOException | DirectoryIteratorException e) {
            // Another system, or a folder without locks: nothing is removed there.
        }
    }

    private static void removeLeft(Path folder, String name) throws IOException {
        try (DirectoryStream<Path> others = Files.newDirectoryStream(folder.getParent(), "onnxruntime-java*")) {
            for (Path other : others) {
                if (!other.equals(folder) && isLeft(other, folder, name)) {
                    remove(other);
                }
            }
        }
    }

    private static boolean isLeft(Path other, Path folder, String name) {
        try {
            if (!Files.getOwner(other, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(folder))
                    || !Files.isDirectory(other, LinkOption.NOFOLLOW_LINKS)) {
                return false;
            }
            try (FileChannel channel = FileChannel.open(other.resolve(name), StandardOpenOption.WRITE)) {
                return channel.tryLock() != null;
            }
        } catch (IOException | OverlappingFileLockException e) {
            return false;
        }
    }

    static void remove(Path folder) {
        File[] files = folder.toFile().listFiles();
        for (File file : files == null ? new File[0] : files) {
            file.delete();
        }
        folder.toFile().delete();
    }
}
