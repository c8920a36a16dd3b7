package vintk.cli;

import com.sun.jna.Platform;
import java.time.Duration;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * How far something is, on standard error: a bar where a person looks at it, a line now and then where it goes to a file. Nothing with
 * {@code --quiet}.
 */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 80;

    private static final int STANDARD_ERROR = 2;

    /** Between two lines. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final CommonOptions common;
    private final String task;
    private final String unit;
    private final LongSupplier clock;
    private ProgressBar bar;
    private int first;
    private int done;
    private int all;
    private long start;
    private long said;

    /**
     * @param task in one word
     * @param unit with a blank in front
     */
    Progress(CommonOptions common, String task, String unit) {
        this(common, task, unit, System::nanoTime);
    }

    Progress(CommonOptions common, String task, String unit, LongSupplier clock) {
        this.common = common;
        this.task = task;
        this.unit = unit;
        this.clock = clock;
    }

    /** So many of all are done. The bar is there from the first time on; of one thing nothing is shown. */
    void stepTo(int done, int all) {
        if (this.all == 0) {
            begin(done, all);
        }
        this.done = done;
        if (bar != null) {
            bar.stepTo(done);
        } else if (done > first && done < all && clock.getAsLong() - said >= PAUSE.toNanos()) {
            said = clock.getAsLong();
            Duration taken = Duration.ofNanos(said - start);
            Duration left = taken.multipliedBy(all - done).dividedBy(done - first);
            common.remark(done + " of " + all + unit + ", " + text(taken) + ", about " + text(left) + " left");
        }
    }

    /** One more is done. */
    void step() {
        stepTo(done + 1, all);
    }

    private void begin(int done, int all) {
        this.first = done;
        this.all = all;
        this.start = clock.getAsLong();
        this.said = start;
        if (common.quiet || all < 2 || !isSeen()) {
            return;
        }
        ConsoleProgressBarConsumer console = new ConsoleProgressBarConsumer(System.err);
        bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setUnit(unit, 1)
                .setInitialMax(all)
                // Asking for its width opens the terminal.
                .setMaxRenderedLength(Math.min(WIDTH, console.getMaxRenderedLength()))
                .setConsumer(console)
                .build();
    }

    /**
     * Whether standard error is a terminal on which a bar can move: Java itself knows of input and output alone. JLine, which the bar is
     * of, would unpack a library of its own to find that out, and leave it in the temporary folder where the process is killed.
     */
    private static boolean isSeen() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        if (Platform.isWindows()) {
            return System.console() != null;
        }
        try {
            return CLibrary.load().isatty(STANDARD_ERROR) != 0;
        } catch (LinkageError e) {
            return false;
        }
    }

    private static String text(Duration time) {
        return "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart());
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
