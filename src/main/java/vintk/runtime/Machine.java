package vintk.runtime;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** What this machine has. */
public final class Machine {
    private static final Path ONLINE = Path.of("/sys/devices/system/cpu/online");

    /** Once: in a container Java reads files for it, and every value of a model is held against it. */
    private static final long MEMORY = totalMemory();

    private Machine() {}

    /** Cores that this process may use. */
    public static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    /**
     * Whether this process may use fewer cores than there are: a container's share, a scheduler's allotment. ONNX Runtime counts
     * those of the machine, and starts a thread for each.
     */
    static boolean isShared() {
        try {
            return cores() < count(Files.readString(ONLINE));
        } catch (IOException | NumberFormatException e) {
            // Another system, or one that does not tell.
            return false;
        }
    }

    /** Of a list of ranges as Linux writes it: {@code 0-3,8}. */
    static int count(String ranges) {
        return Arrays.stream(ranges.strip().split(","))
                .mapToInt(range -> {
                    String[] ends = range.split("-");
                    return Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
                })
                .sum();
    }

    /** Bytes of memory, or the largest long where Java does not tell. */
    public static long memory() {
        return MEMORY;
    }

    /** What is said where a kernel of some samples cannot fit; null where it can. */
    static String shortage(long bytes, long samples) {
        return bytes <= MEMORY
                ? null
                : String.format(
                        Locale.ROOT,
                        "the kernel of %d samples needs about %.1f GB, this machine has %.1f GB; try a smaller --batch",
                        samples,
                        bytes / 1e9,
                        MEMORY / 1e9);
    }

    private static long totalMemory() {
        java.lang.management.OperatingSystemMXBean bean = ManagementFactory.getOperatingSystemMXBean();
        return bean instanceof OperatingSystemMXBean system ? system.getTotalMemorySize() : Long.MAX_VALUE;
    }
}
