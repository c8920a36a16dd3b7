package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class DeadlineTest {
    @Test
    void endsTheModelItIsOf() {
        try (Deadline deadline = new Deadline(3600)) {
            assertFalse(deadline.isOver());
            deadline.end();
            assertTrue(deadline.isOver());
        }
    }

    /** The timer may fire while a model ends: the next one must not be ended for it. */
    @Test
    void comesTooLate() {
        Deadline deadline = new Deadline(3600);
        deadline.close();
        deadline.end();
        assertFalse(deadline.isOver());
    }
}
