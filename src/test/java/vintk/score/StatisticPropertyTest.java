package vintk.score;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What holds for every kernel. Twice as many gradients as samples keeps the random ones well conditioned. */
class StatisticPropertyTest {

    private static final int[] NO_LABELS = {};

    private static Measurement measure(Kernel kernel, int[] labels) {
        return Measurement.of(kernel, labels).orElseThrow();
    }

    @Property(tries = 200)
    void scale(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 12) int n,
            @ForAll @DoubleRange(min = -150, max = 150) double log) {
        Kernel kernel = Kernels.gram(new SplittableRandom(seed), n, List.of("identity"), 2 * n + 4);
        int[] labels = labels(n);
        Measurement before = measure(kernel, labels);
        Measurement after = measure(Kernels.scaled(kernel, Math.pow(10, log)), labels);
        for (Statistic statistic : Statistic.values()) {
            double shift =
                    switch (statistic) {
                        case LOG_COND, EFFECTIVE_RANK, MEAN_COSINE, ALIGNMENT -> 0;
                        case LOG_MIN, LOG_TRACE, LOG_FROBENIUS, LOG_DET -> log;
                    };
            assertEquals(
                    before.value(statistic).orElseThrow().value() + shift,
                    after.value(statistic).orElseThrow().value(),
                    1e-8,
                    statistic.id());
        }
    }

    @Property(tries = 200)
    void orderOfSamples(@ForAll long seed, @ForAll @IntRange(min = 2, max = 12) int n) {
        SplittableRandom random = new SplittableRandom(seed);
        Kernel kernel = Kernels.gram(random, n, List.of("identity"), 2 * n + 4);
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int other = random.nextInt(i + 1);
            order[i] = order[other];
            order[other] = i;
        }
        double[] permuted = new double[n * n];
        int[] labels = labels(n);
        int[] permutedLabels = new int[n];
        for (int i = 0; i < n; i++) {
            permutedLabels[i] = labels[order[i]];
            for (int j = 0; j < n; j++) {
                permuted[i * n + j] = kernel.at(order[i], order[j]);
            }
        }
        Measurement before = measure(kernel, labels);
        Measurement after = measure(new Kernel(permuted, n, List.of("identity"), Precision.FLOAT64), permutedLabels);
        for (Statistic statistic : Statistic.values()) {
            assertEquals(
                    before.value(statistic).orElseThrow().value(),
                    after.value(statistic).orElseThrow().value(),
                    1e-9,
                    statistic.id());
        }
    }

    @Property(tries = 100)
    void rangesHold(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 12) int n,
            @ForAll @IntRange(min = 1, max = 20) int rank) {
        Kernel kernel = Kernels.gram(new SplittableRandom(seed), n, List.of("identity"), rank);
        Measurement measurement = measure(kernel, labels(n));
        double effective =
                measurement.value(Statistic.EFFECTIVE_RANK).orElseThrow().value();
        assertEquals(Math.min(Math.max(effective, 1 - 1e-9), Math.min(n, rank) + 1e-9), effective);
        double cond = measurement.value(Statistic.LOG_COND).orElseThrow().value();
        assertEquals(Math.max(cond, 0), cond);
        assertEquals(
                measurement.extremes().orElseThrow().illConditioned(),
                !measurement.value(Statistic.LOG_COND).orElseThrow().exact());
    }

    @Property(tries = 50)
    void oneViewIsThePlainKernel(@ForAll long seed, @ForAll @IntRange(min = 1, max = 8) int n) {
        Kernel kernel = Kernels.gram(new SplittableRandom(seed), n, List.of("identity"), 2 * n + 4);
        for (Integration integration : Integration.values()) {
            Score score = Score.of(kernel, Statistic.LOG_FROBENIUS, integration);
            assertEquals(score.plain(), score.integrated());
            assertEquals(score.ntk(), score.vintk());
        }
    }

    @Property(tries = 50)
    void integrationsAreWhatTheySay(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 6) int n,
            @ForAll @IntRange(min = 2, max = 3) int views) {
        Kernel joint = Kernels.gram(new SplittableRandom(seed), n, Kernels.views(views), 2 * n * views + 4);
        for (Statistic statistic : Statistic.values()) {
            if (statistic.needsLabels()) {
                continue;
            }
            double sum = 0;
            for (int view = 0; view < views; view++) {
                sum += value(statistic, joint.block(view));
            }
            assertEquals(
                    sum, Score.of(joint, statistic, Integration.SUM).vintk().orElseThrow(), 1e-9);
            assertEquals(
                    value(statistic, joint.averageOfViewBlocks()),
                    Score.of(joint, statistic, Integration.MEAN).vintk().orElseThrow(),
                    1e-12);
            Score score = Score.of(joint, statistic, Integration.JOINT);
            assertEquals(value(statistic, joint), score.vintk().orElseThrow(), 1e-12);
            assertEquals(value(statistic, joint.block(0)), score.ntk().orElseThrow(), 1e-12);
            assertEquals(views, score.profile().size());
            assertEquals(Optional.of(score.profile().get(0).measurement()), score.plain());
        }
    }

    private static double value(Statistic statistic, Kernel kernel) {
        return statistic
                .value(kernel, Spectrum.of(kernel), NO_LABELS)
                .orElseThrow()
                .value();
    }

    private static int[] labels(int n) {
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % 2;
        }
        return labels;
    }
}
