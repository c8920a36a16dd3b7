package vintk.rank;

import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import vintk.runtime.Interruption;

/** Ends the runs of one model when its time is over. */
final class Deadline implements AutoCloseable {
    private final Optional<Timer> timer;
    private volatile boolean over;

    /** @param seconds from now; 0 for no limit */
    Deadline(double seconds) {
        timer = seconds > 0 ? Optional.of(new Timer("deadline", true)) : Optional.empty();
        timer.ifPresent(t -> t.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        over = true;
                        Interruption.request();
                    }
                },
                Math.max(1, Math.round(1000 * seconds))));
    }

    boolean isOver() {
        return over;
    }

    @Override
    public void close() {
        timer.ifPresent(Timer::cancel);
        if (over) {
            Interruption.reset();
        }
    }
}
