package vintk.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreTest {

    private static final Kernel RANK_ONE = Kernels.of(Precision.FLOAT32, new double[] {1, 2}, new double[] {2, 4});

    @Test
    void onlyStatisticsOfTheSmallestEigenvalueAreIllConditioned() {
        for (Statistic statistic : Statistic.values()) {
            if (statistic.needsLabels()) {
                continue;
            }
            Score score = Score.of(RANK_ONE, statistic, Integration.JOINT);
            boolean ill = Set.of(Statistic.LOG_COND, Statistic.LOG_MIN).contains(statistic);
            assertEquals(ill ? Status.ILL_CONDITIONED : Status.OK, score.status(), statistic.id());
            assertEquals(ill, score.vintk().isEmpty());
            assertTrue(score.integrated().orElseThrow().extremes().orElseThrow().illConditioned());
            // The bound stays marked on its statistic, whichever ranks.
            assertEquals(
                    Bound.AT_LEAST,
                    score.integrated()
                            .orElseThrow()
                            .value(Statistic.LOG_COND)
                            .orElseThrow()
                            .bound());
        }
        assertEquals(
                "log-cond ≥ 6.000, as the smallest eigenvalue is under the noise floor",
                Score.of(RANK_ONE, Statistic.LOG_COND, Integration.JOINT).message());
    }

    @Test
    void nonFiniteIsAStatus() {
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            Kernel kernel = Kernels.of(new double[] {1, 0}, new double[] {0, bad});
            Score score = Score.of(kernel, Statistic.LOG_TRACE, Integration.JOINT);
            assertEquals(Status.NON_FINITE, score.status());
            assertEquals(OptionalDouble.empty(), score.vintk());
            assertEquals(OptionalDouble.empty(), score.ntk());
            assertTrue(score.message().contains("sample 1 of view identity"), score.message());
        }
    }

    @Test
    void zeroIsConstantOutput() {
        for (Statistic statistic : Statistic.values()) {
            if (!statistic.needsLabels()) {
                for (Integration integration : Integration.values()) {
                    Kernel zero = new Kernel(new double[16], 2, Kernels.views(2), Precision.FLOAT32);
                    Score score = Score.of(zero, statistic, integration);
                    assertEquals(Status.CONSTANT_OUTPUT, score.status());
                    assertEquals(OptionalDouble.empty(), score.vintk());
                }
            }
        }
    }

    /** Dead, or all but for rounding, whose cosines and logarithms say nothing. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-15})
    void oneDeadViewIsSaidAndStopsOnlyTheSum(double noise) {
        double[] values = new double[16];
        values[0] = 2;
        values[1] = 1;
        values[4] = 1;
        values[5] = 2;
        values[10] = noise;
        values[15] = noise;
        Kernel joint = new Kernel(values, 2, Kernels.views(2), Precision.FLOAT64);
        Score score = Score.of(joint, Statistic.LOG_TRACE, Integration.JOINT);
        assertEquals(Status.OK, score.status());
        String said = "no gradient, or rounding alone, reaches a parameter from the view high-pass:0.1";
        assertEquals(List.of(said), score.warnings());
        assertEquals(1, score.profile().size());
        Score sum = Score.of(joint, Statistic.LOG_TRACE, Integration.SUM);
        assertEquals(Status.CONSTANT_OUTPUT, sum.status());
        assertEquals("a sum over views needs a kernel of each: " + said, sum.message());
        assertEquals(
                0.5,
                Score.of(joint, Statistic.MEAN_COSINE, Integration.JOINT)
                        .vintk()
                        .orElseThrow(),
                1e-12);
    }

    @Test
    void extremeMagnitudesDoNotMatter() {
        for (double scale : new double[] {Double.MIN_VALUE, 1e-310, 1e-200, 1e200, 1e307}) {
            Score score = Score.of(
                    Kernels.diagonal(Precision.FLOAT64, scale, scale), Statistic.LOG_FROBENIUS, Integration.JOINT);
            assertEquals(Status.OK, score.status());
            assertEquals(Math.log10(scale) + Math.log10(2) / 2, score.vintk().orElseThrow(), 1e-10);
        }
    }

    @Test
    void anIndefiniteKernelIsAnError() {
        Kernel kernel = Kernels.of(Precision.FLOAT32, new double[] {1, 2}, new double[] {2, 1});
        Score score = Score.of(kernel, Statistic.LOG_FROBENIUS, Integration.JOINT);
        assertEquals(Status.ERROR, score.status());
        assertTrue(score.message().contains("positive semidefinite"), score.message());
    }

    @Test
    void withoutIdentityTheFirstViewIsThePlainOneAndThatIsSaid() {
        Kernel joint = Kernels.gram(new SplittableRandom(1), 3, List.of("low-pass:0.5", "high-pass:0.5"), 20);
        Score score = Score.of(joint, Statistic.LOG_TRACE, Integration.JOINT);
        assertEquals("low-pass:0.5", score.baseline());
        assertEquals(
                List.of("ntk is that of the view low-pass:0.5, as identity is not among the views"), score.warnings());
        Kernel later = Kernels.gram(new SplittableRandom(1), 3, List.of("low-pass:0.5", "identity"), 20);
        assertEquals(
                "identity",
                Score.of(later, Statistic.LOG_TRACE, Integration.JOINT).baseline());
    }

    @Test
    void alignmentWithoutLabelsIsAFaultOfTheCall() {
        assertThrows(IllegalArgumentException.class, () -> Score.of(RANK_ONE, Statistic.ALIGNMENT, Integration.JOINT));
        Kernel joint = Kernels.gram(new SplittableRandom(1), 4, Kernels.views(2), 20);
        Score score = Score.of(joint, Statistic.ALIGNMENT, Integration.JOINT, new int[] {0, 1, 1, 2});
        assertEquals(Status.OK, score.status());
    }

    @Test
    void alignmentOfSamplesThatAreAlikeHasNoScore() {
        Kernel kernel = Kernels.of(Precision.FLOAT32, new double[] {1, 1 - 1e-7}, new double[] {1 - 1e-7, 1});
        Score score = Score.of(kernel, Statistic.ALIGNMENT, Integration.JOINT, new int[] {0, 1});
        assertEquals(Status.ERROR, score.status());
        assertTrue(score.message().endsWith("in their gradients by more than the noise floor"), score.message());
    }

    @Test
    void oneSampleHasNoCosine() {
        Score score = Score.of(Kernels.diagonal(Precision.FLOAT32, 2), Statistic.MEAN_COSINE, Integration.JOINT);
        assertEquals(Status.ERROR, score.status());
        assertTrue(score.message().contains("two samples"), score.message());
    }

    @Test
    void estimateByHand() {
        assertEquals(new Estimate(3, OptionalDouble.empty(), 1), Estimate.of(3));
        // 1, 2, 3, 6: mean 3, variance 14/3, over 4.
        Estimate estimate = Estimate.of(1, 2, 3, 6);
        assertEquals(3, estimate.mean(), 1e-15);
        assertEquals(Math.sqrt(14.0 / 12), estimate.standardError().orElseThrow(), 1e-15);
        assertEquals(new Estimate(0.1, OptionalDouble.of(0), 3), Estimate.of(0.1, 0.1, 0.1));
        assertThrows(IllegalArgumentException.class, () -> Estimate.of(Double.NaN));
    }

    private static Settings settings(int batch, OptionalInt size, int repeats) {
        return new Settings(
                List.of("identity"),
                Statistic.LOG_TRACE,
                Integration.JOINT,
                "sum",
                batch,
                size,
                OptionalInt.empty(),
                "synthetic",
                0,
                repeats,
                "none",
                "all",
                "inference",
                "cpu",
                Precision.FLOAT32,
                "test");
    }

    @Test
    void settingsOfNothingAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> settings(0, OptionalInt.empty(), 1));
        assertThrows(IllegalArgumentException.class, () -> settings(1, OptionalInt.of(0), 1));
        assertThrows(IllegalArgumentException.class, () -> settings(1, OptionalInt.empty(), 0));
    }

    @Test
    void oneFailedRepeatLeavesNoScore() {
        Score good = Score.of(Kernels.diagonal(Precision.FLOAT32, 1, 2), Statistic.LOG_TRACE, Integration.JOINT);
        Score bad =
                Score.of(Kernels.diagonal(Precision.FLOAT32, 1, Double.NaN), Statistic.LOG_TRACE, Integration.JOINT);
        Settings settings = settings(2, OptionalInt.empty(), 3);
        EngineChoice engine = new EngineChoice("batched", "test");
        Result result = Result.of(
                "m",
                Source.file("m.onnx"),
                Arrays.asList(good, bad, good),
                Cost.unknown(1),
                engine,
                new Taken("logits", "[3x32x32]"),
                settings,
                List.of());
        assertEquals(Status.NON_FINITE, result.status());
        assertTrue(result.vintk().isEmpty());
        assertTrue(result.message().endsWith("(1 of 3 repeats without a score)"), result.message());
        Result fine = Result.of(
                "m",
                Source.file("m.onnx"),
                List.of(good, good),
                Cost.unknown(1),
                engine,
                new Taken("logits", "[3x32x32]"),
                settings,
                List.of("w"));
        assertEquals(Math.log10(3), fine.vintk().orElseThrow().mean(), 1e-12);
        assertEquals(0, fine.vintk().orElseThrow().standardError().orElseThrow());
        assertThrows(
                IllegalArgumentException.class,
                () -> Result.failed("m", Source.file("m"), Status.OK, "", Cost.unknown(0), settings));
    }
}
