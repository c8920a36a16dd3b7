package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vintk.score.Statistic;

class CorrelationTest {

    private static Correlation correlation(String predictor, double[] prediction, double[] truth, long seed) {
        return Correlation.Resampled.of(prediction, truth, seed).named(predictor);
    }

    @Test
    void tiesByHand() {
        // Pairs (1,1) (2,3) (2,2) (3,3): concordant 4, discordant 0, tied in x 1, tied in y 1, of 6.
        Correlation correlation = correlation("x", new double[] {1, 2, 2, 3}, new double[] {1, 3, 2, 3}, 0);
        assertEquals(4 / Math.sqrt(5 * 5), correlation.kendall().value().orElseThrow(), 1e-15);
        // Ranks (1, 2.5, 2.5, 4) and (1, 3.5, 2, 3.5): covariance sum 3.75 of 4.5.
        assertEquals(3.75 / 4.5, correlation.spearman().value().orElseThrow(), 1e-12);
        // Deviations (−1, 0, 0, 1) and (−1.25, 0.75, −0.25, 0.75): 2 / √(2 · 2.75).
        assertEquals(2 / Math.sqrt(5.5), correlation.pearson().value().orElseThrow(), 1e-12);
    }

    @Test
    void sevenOfTenPairs() {
        // Order 2 1 4 3 5 against 1…5 has two discordant pairs of ten; 3 1 2 5 4 has three.
        double[] straight = {1, 2, 3, 4, 5};
        assertEquals(
                0.6,
                correlation("x", new double[] {2, 1, 4, 3, 5}, straight, 0)
                        .kendall()
                        .value()
                        .orElseThrow(),
                1e-15);
        assertEquals(
                0.4,
                correlation("x", new double[] {3, 1, 2, 5, 4}, straight, 0)
                        .kendall()
                        .value()
                        .orElseThrow(),
                1e-15);
    }

    @Test
    void theBootstrapIsRepeatableAndCovers() {
        SplittableRandom random = new SplittableRandom(3);
        double[] x = random.doubles(60).toArray();
        double[] y = new double[60];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i] + random.nextDouble();
        }
        Correlation first = correlation("x", x, y, 11);
        assertEquals(first, correlation("x", x, y, 11));
        assertNotEquals(first, correlation("x", x, y, 12));
        for (Coefficient coefficient : List.of(first.kendall(), first.spearman(), first.pearson())) {
            double value = coefficient.value().orElseThrow();
            double low = coefficient.low().orElseThrow();
            double high = coefficient.high().orElseThrow();
            assertTrue(-1 <= low && low < value && value < high && high <= 1, coefficient.toString());
        }
        // Against the normal theory of Fisher's z: ± 1.96/√(n − 3), good to a fifth of its width here.
        double z = atanh(first.pearson().value().orElseThrow());
        double half = 1.96 / Math.sqrt(57);
        assertEquals(z - half, atanh(first.pearson().low().orElseThrow()), half / 2.5);
        assertEquals(z + half, atanh(first.pearson().high().orElseThrow()), half / 2.5);
    }

    /** A resample has the fifth truth with chance 1 − (4/5)⁵ = 0.67: a third have no coefficient, and the others are above that of all. */
    @Test
    void noIntervalOfResamplesThatAreMostlyNotDefined() {
        double[] x = {3, 1, 2, 5, 4};
        Coefficient tied = correlation("x", x, new double[] {0, 0, 0, 0, 1}, 0).kendall();
        assertTrue(tied.value().isPresent());
        assertEquals(OptionalDouble.empty(), tied.low());
        assertEquals(OptionalDouble.empty(), tied.high());
        // One of 5⁴ resamples is of one model.
        assertTrue(correlation("x", x, new double[] {1, 2, 3, 4, 5}, 0)
                .kendall()
                .low()
                .isPresent());
    }

    private static double atanh(double r) {
        return 0.5 * Math.log((1 + r) / (1 - r));
    }

    /** A noisy copy against a noisier one, and what is left of it when a third is known; by the same resamples. */
    @Test
    void comparisonsOfPredictors() {
        SplittableRandom random = new SplittableRandom(5);
        double[] truth = random.doubles(80).toArray();
        double[] close = new double[80];
        double[] far = new double[80];
        for (int i = 0; i < 80; i++) {
            close[i] = truth[i] + 0.3 * random.nextDouble();
            far[i] = truth[i] + 3 * random.nextDouble();
        }
        Correlation.Resampled better = Correlation.Resampled.of(close, truth, 1);
        Correlation.Resampled worse = Correlation.Resampled.of(far, truth, 1);
        Correlation.Resampled between = Correlation.Resampled.of(close, far, 1);
        double a = better.pearson().value();
        double b = worse.pearson().value();
        double c = between.pearson().value();
        Coefficient difference = better.minus(worse).named("close - far").pearson();
        assertEquals(a - b, difference.value().orElseThrow(), 1e-15);
        assertTrue(difference.low().orElseThrow() > 0 && difference.high().orElseThrow() > a - b);
        // Pearson's of what is left of both after a line through the third is taken off.
        assertEquals(
                correlation("rest", rest(close, far), rest(truth, far), 1)
                        .pearson()
                        .value()
                        .orElseThrow(),
                better.given(worse, between)
                        .named("close | far")
                        .pearson()
                        .value()
                        .orElseThrow(),
                1e-12);
        assertEquals(
                (a - b * c) / Math.sqrt((1 - b * b) * (1 - c * c)),
                better.given(worse, between).pearson().value());
        Coefficient none = better.minus(better).named("close - close").kendall();
        assertEquals(0, none.low().orElseThrow());
        assertEquals(0, none.high().orElseThrow());
        // Nothing is left beside oneself.
        Correlation.Resampled itself = Correlation.Resampled.of(close, close, 1);
        for (int k = 1; k < 20; k++) {
            double slope = 0.1 * k;
            double[] line = Arrays.stream(close).map(x -> slope * x + 0.37).toArray();
            Correlation.Resampled along = Correlation.Resampled.of(close, line, 1);
            Coefficient beside = better.given(Correlation.Resampled.of(line, truth, 1), along)
                    .named("")
                    .pearson();
            assertTrue(beside.value().isEmpty(), beside.toString());
        }
        Correlation nothing = better.given(better, itself).named("close | close");
        assertTrue(
                nothing.kendall().value().isEmpty() && nothing.pearson().value().isEmpty(), nothing.toString());
    }

    private static double[] rest(double[] y, double[] x) {
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double both = 0;
        double square = 0;
        for (int i = 0; i < x.length; i++) {
            both += (x[i] - meanX) * (y[i] - meanY);
            square += (x[i] - meanX) * (x[i] - meanX);
        }
        double[] rest = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            rest[i] = y[i] - meanY - both / square * (x[i] - meanX);
        }
        return rest;
    }

    @Test
    void whatIsNotDefinedIsAbsent() {
        Coefficient absent = new Coefficient(OptionalDouble.empty(), OptionalDouble.empty(), OptionalDouble.empty());
        assertEquals(
                absent,
                correlation("x", new double[] {1, 1, 1}, new double[] {1, 2, 3}, 0)
                        .kendall());
        assertEquals(
                absent, correlation("x", new double[] {1}, new double[] {1}, 0).pearson());
        assertEquals(absent, correlation("x", new double[0], new double[0], 0).spearman());
    }

    private static ScoredModel model(String id, double vintk, double params, Statistic statistic) {
        return new ScoredModel(
                id,
                OptionalDouble.of(vintk),
                OptionalDouble.of(-vintk),
                OptionalDouble.of(params),
                OptionalDouble.empty(),
                statistic);
    }

    @Test
    void joinsByIdTurnsTheSignAndSaysWhatIsMissing() {
        List<ScoredModel> models = new ArrayList<>();
        TreeMap<String, Double> truth = new TreeMap<>();
        for (int i = 0; i < 8; i++) {
            models.add(model("m" + i, -i, i + 1, Statistic.LOG_COND));
            truth.put("m" + i, 70.0 + i);
        }
        models.add(new ScoredModel(
                "failed",
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.of(1),
                OptionalDouble.of(1),
                Statistic.LOG_COND));
        models.add(model("unknown", 3, 3, Statistic.LOG_COND));
        truth.put("failed", 99.0);
        truth.put("not-scored", 50.0);
        Agreement agreement = Agreement.of(models, new Truth("acc", truth), 5, OptionalInt.empty());
        assertEquals(8, agreement.matched().size());
        assertEquals(List.of("failed"), agreement.unscored());
        assertEquals(List.of("unknown"), agreement.withoutTruth());
        assertEquals(List.of("not-scored"), agreement.withoutResult());
        assertEquals(
                List.of("vintk", "ntk", "params", "macs"),
                agreement.correlations().stream().map(Correlation::predictor).toList());
        assertEquals(1, agreement.correlations().get(0).kendall().value().orElseThrow());
        assertEquals(-1, agreement.correlations().get(1).kendall().value().orElseThrow());
        // Of log10(1 … 8) and 70 … 77.
        assertEquals(0.9586, agreement.correlations().get(2).pearson().value().orElseThrow(), 1e-4);
        // Nobody knows the MACs: they are not compared.
        assertEquals(
                List.of("vintk - ntk", "vintk - params", "vintk | params"),
                agreement.comparisons().stream().map(Correlation::predictor).toList());
        assertEquals(new Agreement.Choice("ntk", 0, 70, 70), agreement.choices().get(1));
        assertEquals(77, agreement.best());
        assertEquals(1, agreement.chosen());
        assertEquals(0, agreement.correlations().get(3).count());
        Collections.reverse(models);
        assertEquals(agreement, Agreement.of(models, new Truth("acc", truth), 5, OptionalInt.empty()));
    }

    /** Whichever of two equally good ones comes first by name. */
    @Test
    void oneAsGoodAsTheBestIsAmongThem() {
        TreeMap<String, Double> truth = new TreeMap<>(Map.of("a", 71.0, "b", 70.0, "c", 71.0));
        List<ScoredModel> models = List.of(
                model("a", 1, 1, Statistic.LOG_TRACE),
                model("b", 2, 2, Statistic.LOG_TRACE),
                model("c", 3, 3, Statistic.LOG_TRACE));
        assertEquals(
                new Agreement.Choice("vintk", 1, 71, 71),
                Agreement.of(models, new Truth("acc", truth), 5, OptionalInt.empty())
                        .choices()
                        .get(0));
    }

    /** Tables have -0.0, and so do scores of which lower is better when their sign is turned. */
    @ParameterizedTest
    @EnumSource(
            value = Statistic.class,
            names = {"MEAN_COSINE", "LOG_FROBENIUS"})
    void zerosHaveNoSign(Statistic statistic) {
        double[] scores = {0, 0, 0, 1, 2, 0};
        double[] truths = {0, 0, 0, 0, 3, 0};
        double[] signs = {1, -1, 1, -1, 1, -1};
        List<ScoredModel> plain = new ArrayList<>();
        List<ScoredModel> signed = new ArrayList<>();
        TreeMap<String, Double> truth = new TreeMap<>();
        TreeMap<String, Double> signedTruth = new TreeMap<>();
        for (int i = 0; i < scores.length; i++) {
            plain.add(model("m" + i, scores[i], i + 1, statistic));
            signed.add(model("m" + i, scores[i] == 0 ? signs[i] * 0.0 : scores[i], i + 1, statistic));
            truth.put("m" + i, truths[i]);
            signedTruth.put("m" + i, truths[i] == 0 ? -signs[i] * 0.0 : truths[i]);
        }
        assertEquals(
                Agreement.of(plain, new Truth("gain", truth), 0, OptionalInt.empty()),
                Agreement.of(signed, new Truth("gain", signedTruth), 0, OptionalInt.empty()));
    }

    @Test
    void refusesWhatCannotBeJoined() {
        Truth truth = new Truth("acc", new TreeMap<>(Map.of("x", 1.0)));
        ScoredModel a = model("a", 1, 1, Statistic.LOG_COND);
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> Agreement.of(List.of(a, a), truth, 0, OptionalInt.empty()))
                .getMessage()
                .contains("Two results have the id 'a'"));
        assertTrue(assertThrows(
                        IllegalArgumentException.class, () -> Agreement.of(List.of(a), truth, 0, OptionalInt.empty()))
                .getMessage()
                .contains("results have ids like a, the truth like x"));
        // Lower is better for both, but a condition number is no cosine.
        ScoredModel b = model("b", 1, 1, Statistic.MEAN_COSINE);
        assertTrue(assertThrows(
                        IllegalArgumentException.class,
                        () -> Agreement.of(List.of(a, b), truth, 0, OptionalInt.empty()))
                .getMessage()
                .contains("log-cond for a and mean-cosine for b"));
    }
}
