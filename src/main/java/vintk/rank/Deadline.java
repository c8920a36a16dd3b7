package vintk.rank;

import java.util.Optional;
import java.util.Timer;
import java.util.TimerTask;
import vintk.runtime.Interruption;

/** Ends the runs of one model, which are those of the thread that made this, when its time is over. */
final class Deadline implements AutoCloseable {
    private final Optional<Timer> timer;
    private final Thread worker = Thread.currentThread();
    private boolean over;
    private boolean closed;

    /** @param seconds from now; 0 for no limit */
    Deadline(double seconds) {
        timer = seconds > 0 ? Optional.of(new Timer("deadline", true)) : Optional.empty();
        timer.ifPresent(t -> t.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        end();
                    }
                },
                Math.max(1, Math.round(1000 * seconds))));
    }

    /** Not the runs of the next model, where this one ended at that moment. */
    synchronized void end() {
        if (!closed) {
            over = true;
            Interruption.request(worker);
        }
    }

    synchronized boolean isOver() {
        return over;
    }

    @Override
    public synchronized void close() {
        closed = true;
        timer.ifPresent(Timer::cancel);
        if (over) {
            Interruption.reset(worker);
        }
    }
}
