package vintk.runtime;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** What this machine has. */
public final class Machine {
    private Machine() {}

    /** Cores that this process may use. */
    public static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** Bytes of memory, or the largest long where Java does not tell. */
    public static long memory() {
        java.lang.management.OperatingSystemMXBean bean = ManagementFactory.getOperatingSystemMXBean();
        return bean instanceof OperatingSystemMXBean system ? system.getTotalMemorySize() : Long.MAX_VALUE;
    }
}
