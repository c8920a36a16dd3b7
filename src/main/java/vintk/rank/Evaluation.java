package vintk.rank;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import vintk.fourier.View;
import vintk.input.Inputs;
import vintk.onnx.Shape;
import vintk.runtime.Interruption;
import vintk.runtime.KernelEngine;
import vintk.runtime.KernelMatrix;
import vintk.runtime.KernelOptions;
import vintk.runtime.ModelException;
import vintk.runtime.Network;
import vintk.runtime.Reduction;
import vintk.runtime.SessionSettings;
import vintk.runtime.SharedSession;
import vintk.score.Cost;
import vintk.score.EngineChoice;
import vintk.score.Kernel;
import vintk.score.Result;
import vintk.score.Score;
import vintk.score.Settings;
import vintk.score.Source;
import vintk.score.Status;
import vintk.score.Taken;
import vintk.space.RandomStream;

/**
 * Scores models one after the other: the joint kernel of each on the augmented batch, for every repeat, and its
 * statistics. A model that fails gives a result with a status; it never stops the others.
 */
public final class Evaluation {
    /** Some thirty years, which a timer takes. */
    private static final double LONGEST = 1e9;

    private final Settings settings;
    private final KernelOptions options;
    private final List<SessionSettings> sessions;
    private final List<View> views;
    private final Inputs inputs;
    private final int[] labels;
    private final Batches batches;
    private final Consumer<Throwable> failures;
    private final double timeout;
    private final Set<String> inputWarnings = Collections.synchronizedSet(new LinkedHashSet<>());

    /**
     * @param sessions one for each model that is worked on at a time
     * @param inputs where the images come from
     * @param labels the class of each image of a batch; empty where they are not known
     * @param timeout seconds for one model, 0 for no limit; at most 1e9
     * @param failures is told of every exception behind a status, for those who ask for stack traces
     * @throws IllegalArgumentException where views, reduction or labels are others than the settings say, as results would bear a wrong
     *     name; without a session; for a timeout that is none
     */
    public Evaluation(
            Settings settings,
            KernelOptions options,
            List<SessionSettings> sessions,
            Inputs inputs,
            int[] labels,
            List<View> views,
            double timeout,
            Consumer<Throwable> failures) {
        require(!sessions.isEmpty(), "expected one session or more, got none");
        require(timeout >= 0 && timeout <= LONGEST, "timeout: expected 0 to " + LONGEST + " seconds, got " + timeout);
        List<String> names = views.stream().map(View::toString).toList();
        require(names.equals(settings.views()), "the settings name the views " + settings.views() + ", got " + names);
        require(
                options.reduction().toString().equals(settings.reduction()),
                "the settings name the reduction " + settings.reduction() + ", got " + options.reduction());
        require(
                labels.length == settings.batch()
                        || labels.length == 0 && !settings.statistic().needsLabels(),
                "expected the class of each of " + settings.batch() + " images"
                        + (settings.statistic().needsLabels() ? "" : ", or none") + ", got " + labels.length);
        this.settings = settings;
        this.options = options;
        this.sessions = List.copyOf(sessions);
        this.views = List.copyOf(views);
        this.inputs = inputs;
        this.labels = labels.clone();
        this.timeout = timeout;
        this.failures = failures;
        this.batches = new Batches(inputs, views, settings.batch(), inputWarnings::add);
    }

    private static void require(boolean met, String message) {
        if (!met) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Everything that decides its results besides the models. */
    public Settings settings() {
        return settings;
    }

    List<SessionSettings> sessions() {
        return sessions;
    }

    /** The opening of a model's first engine, which a lane may do ahead of its turn. */
    Opening opening(Subject subject, Lane lane) {
        return opening(subject, 0, lane);
    }

    private Opening opening(Subject subject, int repeat, Lane lane) {
        KernelOptions own = options.withSession(lane.session());
        Opening opening = new Opening(() -> open(subject, seed(repeat), own, lane.shared()));
        if (Opening.isAhead(subject)) {
            lane.ahead(opening);
        }
        return opening;
    }

    private Opening.Opened open(Subject subject, long seed, KernelOptions own, SharedSession shared) {
        Network network = subject.network(seed);
        Interruption.check();
        Shape sample = network.sampleShape(wanted());
        // The images come first: what is wrong with them is said before the model is differentiated.
        batches.augmented(sample, network.samplesType(), seed);
        // What a session has allocated and prepared serves the next candidate; files mostly differ in structure.
        SharedSession kept = subject.structure().isEmpty() ? null : shared;
        KernelEngine engine = KernelEngine.open(network, views.size() * settings.batch(), sample, own, kept);
        return new Opening.Opened(network, sample, engine);
    }

    /**
     * Scores one model. Safe to call from several threads, with a lane each.
     *
     * @param first the opening of its first engine
     * @throws Interruption.Interrupted where somebody asked to stop
     */
    Result evaluate(Subject subject, Opening first, Lane lane) {
        long start = System.nanoTime();
        try (Deadline deadline = new Deadline(timeout)) {
            return scored(subject, first, lane, start, deadline);
        } catch (Interruption.Interrupted e) {
            throw e;
        } catch (ModelException e) {
            failures.accept(e);
            return failed(subject, status(e.kind()), e.getMessage(), start);
        } catch (OutOfMemoryError e) {
            failures.accept(e);
            return failed(
                    subject,
                    Status.OUT_OF_MEMORY,
                    "the Java heap was full (" + e.getMessage() + "); try a smaller --batch, or java -Xmx",
                    start);
        } catch (StackOverflowError e) {
            failures.accept(e);
            return failed(subject, Status.ERROR, "its graph is nested too deeply", start);
        } catch (RuntimeException | Error e) {
            failures.accept(e);
            if (ModelException.isOverflow(e)) {
                return failed(subject, Status.OUT_OF_MEMORY, ModelException.TOO_MANY, start);
            }
            return failed(subject, Status.ERROR, message(e), start);
        }
    }

    private static String message(Throwable e) {
        String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        // What Java makes of memory whose file is gone.
        return e instanceof InternalError ? "its file was cut short while it was read, it seems: " + message : message;
    }

    private static Status status(ModelException.Kind kind) {
        return switch (kind) {
            case INVALID_MODEL -> Status.INVALID_MODEL;
            case UNSUPPORTED_OPERATOR -> Status.UNSUPPORTED_OP;
            case CONSTANT_OUTPUT -> Status.CONSTANT_OUTPUT;
            case NON_FINITE -> Status.NON_FINITE;
            case OUT_OF_MEMORY -> Status.OUT_OF_MEMORY;
            case ERROR -> Status.ERROR;
        };
    }

    /** A model that has ended the process before, and is not tried again. */
    public Result givenUp(Subject subject) {
        return failed(
                subject,
                Status.ERROR,
                "the process ended " + InWork.MOST
                        + " times while this model was in work: it was killed, for its memory perhaps, or"
                        + " crashed in ONNX Runtime; --resume tries it again",
                System.nanoTime());
    }

    private Result failed(Subject subject, Status status, String message, long start) {
        Cost cost = new Cost(subject.parameters(), subject.macs(), OptionalLong.empty(), seconds(start));
        return Result.failed(subject.name(), subject.source(), status, oneLine(message), cost, settings);
    }

    private static String oneLine(String message) {
        return message.replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "?").strip();
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private Result scored(Subject subject, Opening first, Lane lane, long start, Deadline deadline) {
        try {
            return scored(subject, first, lane, start);
        } catch (Interruption.Interrupted e) {
            if (deadline.isOver()) {
                String message = String.format(Locale.ROOT, "not done after %s seconds (--timeout)", timeout);
                return failed(subject, Status.TIMEOUT, message, start);
            }
            throw e;
        }
    }

    private Result scored(Subject subject, Opening first, Lane lane, long start) {
        Source source = subject.source().withContent(subject.content());
        List<Score> scores = new ArrayList<>();
        KernelMatrix last = null;
        Shape sample = null;
        Set<String> remarks = new LinkedHashSet<>();
        Opening opening = first;
        try {
            int repeats = repeats(subject);
            for (int repeat = 0; repeat < repeats; repeat++) {
                long seed = seed(repeat);
                Opening.Opened opened = opening.get();
                boolean drawn = subject.isDrawn();
                Opening next = drawn && repeat + 1 < repeats ? opening(subject, repeat + 1, lane) : null;
                try {
                    sample = opened.sample();
                    float[] batch = batches.augmented(sample, opened.network().samplesType(), seed);
                    last = opened.engine().compute(batch, seed);
                    if (drawn || repeat == 0) {
                        remarks.addAll(opened.network().remarks());
                        remarks.addAll(last.remarks());
                        unusedSize(sample, settings.size()).ifPresent(remarks::add);
                        ImageLayout.remark(opened.network(), inputs.scale()).ifPresent(remarks::add);
                    }
                } finally {
                    if (next != null) {
                        opening.close();
                        opening = next;
                    }
                }
                scores.add(score(last));
            }
        } finally {
            opening.close();
        }
        if (scores.size() < settings.repeats()) {
            remarks.add("nothing is drawn, so that all repeats are the same: one is computed, without an error");
        }
        Cost cost = new Cost(
                OptionalLong.of(last.elements()),
                subject.macs().isPresent() ? subject.macs() : OptionalLong.of(last.macs()),
                OptionalLong.of(last.peakBytes()),
                seconds(start));
        synchronized (inputWarnings) {
            remarks.addAll(inputWarnings);
        }
        EngineChoice choice = new EngineChoice(last.engine(), last.reason());
        Taken taken = new Taken(last.output(), sample.toString());
        return Result.of(subject.name(), source, scores, cost, choice, taken, settings, List.copyOf(remarks));
    }

    private long seed(int repeat) {
        return seed(settings.seed(), repeat);
    }

    /**
     * The first repeat has the seed itself; the others have seeds of their own, unlike those of neighbouring seeds. A run with that
     * seed has the repeat's weights, inputs and projections.
     */
    static long seed(long study, int repeat) {
        if (repeat == 0) {
            return study;
        }
        RandomStream stream = RandomStream.of(study, "repeat/" + repeat);
        return stream.nextBigInteger(BigInteger.ONE.shiftLeft(63)).longValue();
    }

    /** Where neither weights nor inputs nor projections are drawn, all repeats are the same: one is enough, without an error. */
    private int repeats(Subject subject) {
        boolean drawn = subject.isDrawn()
                || inputs.areDrawn()
                || views.stream().anyMatch(view -> view.toString().startsWith("rff"))
                || options.reduction().kind() == Reduction.Kind.TRACE;
        return drawn ? settings.repeats() : 1;
    }

    /** What there is to say where a model takes samples of another size than was asked for. */
    public static Optional<String> unusedSize(Shape sample, OptionalInt size) {
        boolean used = sample.rank() != 3
                || size.isEmpty()
                || sample.dim(1) == size.getAsInt()
                || sample.dim(2) == size.getAsInt();
        return used
                ? Optional.empty()
                : Optional.of("fixed to samples of shape " + sample + ": --size " + size.getAsInt() + " is not used");
    }

    private Shape wanted() {
        int size = settings.size().orElse(224);
        return Shape.of(3, size, size);
    }

    private Score score(KernelMatrix matrix) {
        Kernel kernel = new Kernel(matrix.values(), settings.batch(), settings.views(), settings.precision());
        Score score = Score.of(kernel, settings.statistic(), settings.integration(), labels);
        return matrix.origin().map(score::because).orElse(score);
    }
}
