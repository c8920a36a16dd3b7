package vintk.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;

/** The machine that the times were taken on, and whether it was quiet. Linux; elsewhere the answers are unknown. */
final class Machine {
    private static final String UNKNOWN = "unknown";
    private static final double TICKS = 100;

    private final double busy = busy();
    private final double own = own();
    private final long start = System.nanoTime();

    /** Model of the processor. */
    static String processor() {
        return field("/proc/cpuinfo", "model name");
    }

    /** The most memory that this process has had, in kB as the system says it. */
    static String peakMemory() {
        return field("/proc/self/status", "VmHWM");
    }

    /** The tunables of the allocator. */
    static String allocator() {
        return String.valueOf(System.getenv("GLIBC_TUNABLES"));
    }

    /** How PyTorch's threads wait for each other. */
    static String waiting() {
        return String.valueOf(System.getenv("OMP_WAIT_POLICY"));
    }

    /** The share of all processors that others took since this object was made, stolen time included; NaN if unknown. */
    double othersShare() {
        double elapsed = (System.nanoTime() - start) / 1e9;
        double others = busy() - busy - (own() - own);
        return Math.max(0, others / (elapsed * Runtime.getRuntime().availableProcessors()));
    }

    /** Seconds that all processors worked since boot: all columns but idle and iowait; guest time is in user time. */
    private static double busy() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
            String[] columns = lines.findFirst().orElse("").trim().split("\\s+");
            return Stream.of(1, 2, 3, 6, 7, 8)
                            .mapToDouble(c -> Double.parseDouble(columns[c]))
                            .sum()
                    / TICKS;
        } catch (IOException | RuntimeException e) {
            return Double.NaN;
        }
    }

    private static double own() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(java.time.Duration.ZERO)
                        .toMillis()
                / 1e3;
    }

    private static String field(String file, String key) {
        try {
            return Arrays.stream(Files.readString(Path.of(file)).split("\n"))
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(UNKNOWN);
        } catch (IOException | UncheckedIOException e) {
            return UNKNOWN;
        }
    }
}
