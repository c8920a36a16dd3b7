package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MachineTest {
    @Test
    void listsOfCores() {
        assertEquals(1, Machine.count("0\n"));
        assertEquals(128, Machine.count("0-127\n"));
        assertEquals(7, Machine.count("0-3,8,10-11\n"));
    }
}
