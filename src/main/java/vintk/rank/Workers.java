package vintk.rank;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import vintk.runtime.Interruption;
import vintk.runtime.SessionSettings;
import vintk.score.Result;

/**
 * Shares the models of a study among devices, one worker for each session given: whoever is free takes the next model.
 * Results are handed on in the order of the models, whoever made them, so that nothing shows how many workers there were.
 */
public final class Workers {
    private final Evaluation evaluation;
    private final List<Subject> subjects;
    private final BooleanSupplier stopped;
    private final Consumer<Result> sink;
    private final Result[] waiting;
    private int next;
    private int handedOn;
    private boolean broken;

    private Workers(Evaluation evaluation, List<Subject> subjects, BooleanSupplier stopped, Consumer<Result> sink) {
        this.evaluation = evaluation;
        this.subjects = subjects;
        this.stopped = stopped;
        this.sink = sink;
        this.waiting = new Result[subjects.size()];
    }

    /**
     * Scores all subjects.
     *
     * @param stopped asked before each model; no further one is begun where it says yes
     * @param sink takes the results, one at a time; what it throws ends the work and is thrown here
     */
    public static void run(
            Evaluation evaluation, List<Subject> subjects, BooleanSupplier stopped, Consumer<Result> sink) {
        Workers workers = new Workers(evaluation, subjects, stopped, sink);
        List<SessionSettings> sessions = evaluation.sessions();
        if (sessions.size() == 1) {
            workers.work(sessions.get(0));
        } else {
            workers.share(sessions);
        }
        workers.handOnRest();
    }

    private void share(List<SessionSettings> sessions) {
        ExecutorService pool = Executors.newFixedThreadPool(sessions.size());
        try {
            List<Future<?>> futures = new ArrayList<>();
            sessions.forEach(session -> futures.add(pool.submit(() -> work(session))));
            for (Future<?> future : futures) {
                future.get();
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pool.shutdown();
        }
    }

    private void work(SessionSettings session) {
        for (int index = take(); index >= 0; index = take()) {
            try {
                handOn(index, evaluation.evaluate(subjects.get(index), session));
            } catch (Interruption.Interrupted e) {
                // Nobody takes another one: what is there is reported.
                stop();
            } catch (RuntimeException | Error e) {
                stop();
                throw e;
            }
        }
    }

    private synchronized int take() {
        return broken || stopped.getAsBoolean() || next == subjects.size() ? -1 : next++;
    }

    private synchronized void stop() {
        broken = true;
    }

    private synchronized void handOn(int index, Result result) {
        waiting[index] = result;
        while (handedOn < waiting.length && waiting[handedOn] != null) {
            sink.accept(waiting[handedOn++]);
        }
    }

    /** After an interruption: what was done behind a model that was not. */
    private synchronized void handOnRest() {
        for (; handedOn < waiting.length; handedOn++) {
            if (waiting[handedOn] != null) {
                sink.accept(waiting[handedOn]);
            }
        }
    }
}
