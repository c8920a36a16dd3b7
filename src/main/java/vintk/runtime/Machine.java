package vintk.runtime;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The memory of this machine. */
final class Memory {
    private Memory() {}

    /** Bytes, or the largest long where Java does not tell. */
    static long ofMachine() {
        java.lang.management.OperatingSystemMXBean bean = ManagementFactory.getOperatingSystemMXBean();
        return bean instanceof OperatingSystemMXBean system ? system.getTotalMemorySize() : Long.MAX_VALUE;
    }
}
