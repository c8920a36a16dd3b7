package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What is said where nobody sees a bar, as in these tests. */
class ProgressTest {
    @Command
    private static final class Some implements Runnable {
        @Mixin
        private CommonOptions common;

        @Override
        public void run() {
            AtomicLong seconds = new AtomicLong();
            try (Progress progress = new Progress(common, "some", " models", () -> seconds.get() * 1_000_000_000)) {
                progress.stepTo(10, 20);
                for (int i = 0; i < 10; i++) {
                    seconds.addAndGet(i < 4 ? 1000 : 25);
                    progress.step();
                }
            }
        }
    }

    private static String said(String... words) {
        StringWriter err = new StringWriter();
        new CommandLine(new Some()).setErr(new PrintWriter(err)).execute(words);
        return err.toString().replace(System.lineSeparator(), "\n");
    }

    /** At most once a minute, and of the time that what was done in this run took. */
    @Test
    void aLineNowAndThen() {
        assertEquals(
                """
                vintk: 11 of 20 models, 0:16:40, about 2:30:00 left
                vintk: 12 of 20 models, 0:33:20, about 2:13:20 left
                vintk: 13 of 20 models, 0:50:00, about 1:56:40 left
                vintk: 14 of 20 models, 1:06:40, about 1:40:00 left
                vintk: 17 of 20 models, 1:07:55, about 0:29:06 left
                """,
                said());
        assertEquals("", said("--quiet"));
    }
}
