package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vintk.score.Direction;
import vintk.score.Estimate;
import vintk.score.Result;
import vintk.score.Status;

class RankingTest {

    private static String places(Ranking ranking) {
        return ranking.ranked().stream()
                .map(place -> "%s:%d%s[%d-%d]"
                        .formatted(
                                place.result().name(),
                                place.rank(),
                                place.tied() ? "=" : "",
                                place.best(),
                                place.worst()))
                .collect(Collectors.joining(" "));
    }

    @Test
    void failuresComeLastAndNeverRank() {
        List<Result> results = List.of(
                SampleResults.failed("a-nan", Status.NON_FINITE, "NaN"),
                SampleResults.scored("low", -3),
                SampleResults.failed("a-const", Status.CONSTANT_OUTPUT, "zero"),
                SampleResults.scored("high", 2));
        Ranking ranking = Ranking.of(results);
        assertEquals(Direction.HIGHER, ranking.direction());
        assertEquals("high:1[1-1] low:2[2-2]", places(ranking));
        assertEquals(
                List.of("a-const", "a-nan"),
                ranking.unranked().stream().map(Result::name).toList());
        assertEquals(
                List.of("high", "low", "a-const", "a-nan"),
                ranking.results().stream().map(Result::name).toList());
    }

    @Test
    void aBoundDoesNotRank() {
        Ranking ranking = Ranking.of(List.of(SampleResults.illConditioned("m")));
        assertEquals(Direction.LOWER, ranking.direction());
        assertTrue(ranking.ranked().isEmpty());
        assertEquals(Status.ILL_CONDITIONED, ranking.unranked().get(0).status());
    }

    @Test
    void tiesShareARankAndAreListedByName() {
        List<Result> results = new ArrayList<>(List.of(
                SampleResults.scored("d", 1),
                SampleResults.scored("c", 2),
                SampleResults.scored("b", 2),
                SampleResults.scored("a", 3)));
        for (int shuffle = 0; shuffle < 10; shuffle++) {
            Collections.shuffle(results, new Random(shuffle));
            assertEquals("a:1[1-1] b:2=[2-3] c:2=[2-3] d:4[4-4]", places(Ranking.of(results)));
        }
    }

    @Test
    void overlappingErrorsOpenAnIntervalOfRanks() {
        // Means 5, 4, 3, 1 with standard errors 0.1, 1, 0.5, 0.1: b may change places with a (5.0 − 0.1 ≤ 5) and c, not
        // with d.
        Ranking ranking = Ranking.of(List.of(
                SampleResults.scored("a", 4.9, 5.1),
                SampleResults.scored("b", 3, 5),
                SampleResults.scored("c", 2.5, 3.5),
                SampleResults.scored("d", 0.9, 1.1)));
        assertEquals("a:1[1-2] b:2[1-3] c:3[2-3] d:4[4-4]", places(ranking));
    }

    /** Whichever end is better, with ties and intervals that touch: as every pair of models compared says. */
    @ParameterizedTest
    @EnumSource(Direction.class)
    void intervalsAreThoseOfAllPairs(Direction direction) {
        Random random = new Random(1);
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            double[] scores = {0.4 * random.nextInt(12), 0.4 * random.nextInt(12)};
            results.add(
                    direction == Direction.HIGHER
                            ? SampleResults.scored("m" + i, scores)
                            : SampleResults.conditioned("m" + i, scores));
        }
        for (Ranked place : Ranking.of(results).ranked()) {
            Estimate own = place.result().vintk().orElseThrow();
            int above = 0;
            int below = 0;
            for (Result result : results) {
                Estimate other = result.vintk().orElseThrow();
                above += other.low() > own.high() ? 1 : 0;
                below += other.high() < own.low() ? 1 : 0;
            }
            boolean higher = direction == Direction.HIGHER;
            assertEquals(1 + (higher ? above : below), place.best());
            assertEquals(results.size() - (higher ? below : above), place.worst());
        }
    }

    @Test
    void differentStatisticsAreNotRankedTogether() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> Ranking.of(List.of(SampleResults.scored("a", 1), SampleResults.illConditioned("b"))));
        assertTrue(e.getMessage().contains("log-trace (joint) for a and log-cond (joint) for b"), e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Ranking.of(List.of()));
    }
}
