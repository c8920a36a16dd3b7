package vintk.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A bar on standard error where a person looks at it: not with {@code --quiet}, nor where output goes to a file. */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 80;

    private final CommonOptions common;
    private final String task;
    private final String unit;
    private ProgressBar bar;

    /**
     * @param task in one word
     * @param unit with a blank in front
     */
    Progress(CommonOptions common, String task, String unit) {
        this.common = common;
        this.task = task;
        this.unit = unit;
    }

    /** So many of all are done. The bar is there from the first time on; of one thing there is none. */
    void stepTo(int done, int all) {
        if (bar == null && !common.quiet && System.console() != null && all > 1) {
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
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    /** One more is done. */
    void step() {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
