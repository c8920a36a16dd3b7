package vintk.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path folder;

    /** What links lead to is written, there already or not, and they stay links. */
    @Test
    void linksAreFollowed() throws IOException {
        Path target = folder.resolve("target.csv");
        Path near = Files.createSymbolicLink(folder.resolve("near.csv"), Path.of("target.csv"));
        Path far = Files.createSymbolicLink(folder.resolve("far.csv"), near);
        for (String text : new String[] {"first", "second"}) {
            AtomicFile.write(far, path -> Files.writeString(path, text));
            assertEquals(text, Files.readString(target));
            assertTrue(Files.isSymbolicLink(near) && Files.isSymbolicLink(far));
        }
    }

    /** Of the 255 bytes that a name may have nothing is needed for the temporary one. */
    @Test
    void namesMayBeLong() throws IOException {
        Path file = folder.resolve("n".repeat(249) + ".jsonl");
        AtomicFile.write(file, path -> Files.writeString(path, "text"));
        assertEquals("text", Files.readString(file));
        assertEquals(1, folder.toFile().list().length);
    }

    @Test
    void linksInACircleAreRefused() throws IOException {
        Path one = folder.resolve("one");
        Path other = Files.createSymbolicLink(folder.resolve("other"), one);
        Files.createSymbolicLink(one, other);
        assertThrows(IOException.class, () -> AtomicFile.write(one, path -> Files.writeString(path, "text")));
        assertTrue(Files.isSymbolicLink(one));
    }
}
