package vintk.runtime;

import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory that the C library keeps when sessions free it. The next session takes it again; but one of another structure may find it
 * in pieces and take new, until the machine has none: twelve candidates of PiT, of which the largest needs 8 GB, took 17.
 */
final class FreedMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private FreedMemory() {}

    /** Gives it back to the system where this process has more than so many bytes: taking it anew costs less than having none. */
    static void giveBackAbove(long bytes) {
        if (!Platform.isLinux() || resident() <= bytes) {
            return;
        }
        try {
            NativeLibrary.getInstance("c").getFunction("malloc_trim").invokeInt(new Object[] {new NativeLong(0)});
        } catch (LinkageError e) {
            // Another C library, which keeps nothing for us.
        }
    }

    /** Bytes of this process that are in memory, but for files that it has mapped; 0 where Linux does not tell. */
    static long resident() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("RssAnon:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
