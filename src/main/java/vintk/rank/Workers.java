package vintk.rank;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import vintk.runtime.Interruption;
import vintk.runtime.SessionSettings;
import vintk.score.Result;
import vintk.score.Status;

/**
 * Shares the models of a study among devices, one worker for each session given: whoever is free takes the next model. Those of one
 * structure come one after the other, so that a worker's session serves them all.
 */
public final class Workers {
    private final Evaluation evaluation;
    private final List<Subject> subjects;
    private final List<Integer> order;
    private final BooleanSupplier stopped;
    private final Consumer<Subject> begun;
    private final Consumer<Result> sink;
    private final Result[] results;
    private int next;
    private boolean broken;

    private Workers(
            Evaluation evaluation,
            List<Subject> subjects,
            BooleanSupplier stopped,
            Consumer<Subject> begun,
            Consumer<Result> sink) {
        this.evaluation = evaluation;
        this.subjects = subjects;
        this.order = order(subjects);
        this.stopped = stopped;
        this.begun = begun;
        this.sink = sink;
        this.results = new Result[subjects.size()];
    }

    /**
     * Those of a structure together, the largest first: what it has taken of memory, and freed, then suffices for the others. The
     * other way round each larger one finds the memory of the smaller ones in pieces, and takes new.
     */
    private static List<Integer> order(List<Subject> subjects) {
        Map<String, Long> largest = new HashMap<>();
        subjects.forEach(s -> largest.merge(s.structure(), s.macs().orElse(0), Math::max));
        return IntStream.range(0, subjects.size())
                .boxed()
                .sorted(Comparator.comparing(
                                (Integer i) -> -largest.get(subjects.get(i).structure()))
                        .thenComparing(i -> subjects.get(i).structure())
                        .thenComparing(i -> -subjects.get(i).macs().orElse(0)))
                .toList();
    }

    /**
     * Scores all subjects.
     *
     * @param stopped asked before each model; no further one is begun where it says yes
     * @param begun is told of each model before anything of it is read
     * @param sink takes the results as they come, one at a time; what it throws ends the work and is thrown here
     * @return the results in the order of the subjects, whoever made them; fewer where the work was stopped, or this thread interrupted:
     *     no further model is begun then
     */
    public static List<Result> run(
            Evaluation evaluation,
            List<Subject> subjects,
            BooleanSupplier stopped,
            Consumer<Subject> begun,
            Consumer<Result> sink) {
        Workers workers = new Workers(evaluation, subjects, stopped, begun, sink);
        List<SessionSettings> sessions = evaluation.sessions();
        if (sessions.size() == 1) {
            workers.work(sessions.get(0));
        } else {
            workers.share(sessions);
        }
        return Arrays.stream(workers.results).filter(Objects::nonNull).toList();
    }

    private void share(List<SessionSettings> sessions) {
        ExecutorService pool = Executors.newFixedThreadPool(sessions.size());
        List<Future<Void>> futures =
                sessions.stream().map(session -> pool.submit(working(session))).toList();
        pool.shutdown();
        boolean interrupted = false;
        // Until all have ended: nobody hands on results after this.
        while (!pool.isTerminated()) {
            try {
                pool.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
                stop();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        futures.forEach(Opening::result);
    }

    private Callable<Void> working(SessionSettings session) {
        return () -> {
            work(session);
            return null;
        };
    }

    /** A model that this worker has taken. */
    private record Turn(int index, Opening opening) {}

    private void work(SessionSettings session) {
        Deque<Turn> turns = new ArrayDeque<>();
        try (Lane lane = new Lane(session, evaluation.sessions().size())) {
            try {
                while (!isStopped() && isTaken(turns, lane)) {
                    Turn turn = turns.remove();
                    takeAhead(turns, lane);
                    Result result = evaluation.evaluate(subjects.get(turn.index), turn.opening, lane);
                    if (result.status() != Status.OK) {
                        // A session that failed once is not trusted, and its memory may be what was short.
                        lane.shared().forget();
                    }
                    handOn(turn.index, result);
                }
            } finally {
                turns.forEach(turn -> turn.opening.close());
            }
        } catch (Interruption.Interrupted e) {
            // Nobody takes another one: what is there is reported.
            stop();
        } catch (RuntimeException | Error e) {
            stop();
            throw e;
        }
    }

    private boolean isTaken(Deque<Turn> turns, Lane lane) {
        if (turns.isEmpty()) {
            take(turns, lane);
        }
        return !turns.isEmpty();
    }

    /** Models that can be opened while another one computes. */
    private synchronized void takeAhead(Deque<Turn> turns, Lane lane) {
        while (turns.size() < lane.depth() && next < order.size() && Opening.isAhead(subjects.get(order.get(next)))) {
            take(turns, lane);
        }
    }

    private synchronized void take(Deque<Turn> turns, Lane lane) {
        if (next < order.size()) {
            int index = order.get(next++);
            begun.accept(subjects.get(index));
            turns.add(new Turn(index, evaluation.opening(subjects.get(index), lane)));
        }
    }

    private synchronized boolean isStopped() {
        return broken || Thread.currentThread().isInterrupted() || stopped.getAsBoolean();
    }

    private synchronized void stop() {
        broken = true;
    }

    private synchronized void handOn(int index, Result result) {
        results[index] = result;
        sink.accept(result);
    }
}
