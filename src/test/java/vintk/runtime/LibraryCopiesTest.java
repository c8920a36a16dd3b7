package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What killed processes leave goes, and nothing else. */
class LibraryCopiesTest {
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    @TempDir
    private Path temporary;

    private Path copies(String name, String... files) throws IOException {
        Path folder = Files.createDirectory(temporary.resolve(name));
        Files.writeString(folder.resolve("libonnxruntime.so"), "code");
        for (String file : files) {
            Files.createFile(folder.resolve(file));
        }
        return folder;
    }

    @Test
    void onlyWhatNobodyHolds() throws IOException {
        assumeTrue(Files.isReadable(BOOT), "no number of the boot");
        String name = "in-use-" + Files.readString(BOOT).strip();
        Path left = copies("onnxruntime-java1", name);
        Path held = copies("onnxruntime-java2", name);
        // Of another program or just made; of another machine; of another name; led to by a link.
        Path unmarked = copies("onnxruntime-java3");
        Path elsewhere = copies("onnxruntime-java4", "in-use-elsewhere");
        Path other = copies("other", name);
        Path link = Files.createSymbolicLink(temporary.resolve("onnxruntime-java5"), other);
        Path own = copies("onnxruntime-java6");
        try (FileChannel channel = FileChannel.open(held.resolve(name), StandardOpenOption.WRITE)) {
            channel.lock();
            LibraryCopies.hold(own);
        }
        assertFalse(Files.exists(left));
        for (Path folder : new Path[] {held, unmarked, elsewhere, other, link, own}) {
            assertTrue(Files.exists(folder.resolve("libonnxruntime.so")), folder::toString);
        }
        assertTrue(Files.exists(own.resolve(name)));
        LibraryCopies.remove(own);
        try (Stream<Path> folders = Files.list(temporary)) {
            assertEquals(5, folders.count());
        }
    }
}
