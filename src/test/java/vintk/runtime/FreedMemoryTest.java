package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.jna.Memory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class FreedMemoryTest {
    private static final int BLOCK = 100_000;

    private static final int BLOCKS = 3000;

    /** Blocks between others that stay: the C library keeps those until it is asked. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void isGivenBackAboveALimitAlone() {
        List<Memory> kept = new ArrayList<>();
        List<Memory> freed = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            Memory block = new Memory(BLOCK);
            block.clear();
            (i % 10 == 0 ? kept : freed).add(block);
        }
        freed.forEach(Memory::close);
        long before = FreedMemory.resident();
        FreedMemory.giveBackAbove(Long.MAX_VALUE - 1);
        long between = FreedMemory.resident();
        FreedMemory.giveBackAbove(0);
        long after = FreedMemory.resident();
        long size = (long) BLOCK * freed.size();
        assertTrue(before - between < size / 2, before + " " + between);
        assertTrue(between - after > size / 2, between + " " + after + " of " + size);
        kept.forEach(Memory::close);
    }
}
