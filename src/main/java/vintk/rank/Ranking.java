package vintk.rank;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import vintk.score.Direction;
import vintk.score.Estimate;
import vintk.score.Result;

/**
 * Results in order, best first.
 *
 * <p>Ranks go by the mean score. Equal means share a rank and are said to be tied; between them names decide who is listed
 * first, so the order does not depend on the order of the input. The interval of ranks says what the repeats leave open: a
 * model may change places with all those whose mean ± standard error overlaps (or touches) its own, so
 * best = 1 + the number of models whose whole interval is better, worst = n − the number whose whole interval is worse. Without
 * repeats intervals are points, and only ties widen the interval of ranks.
 *
 * @param direction which end of the statistic is better
 * @param ranked models with a score, best first
 * @param unranked models without, by name; their results say why
 */
public record Ranking(Direction direction, List<Ranked> ranked, List<Result> unranked) {

    public Ranking {
        ranked = List.copyOf(ranked);
        unranked = List.copyOf(unranked);
    }

    /**
     * Ranks at least one result.
     *
     * @throws IllegalArgumentException if the results were not measured by the same statistic and integration
     */
    public static Ranking of(List<Result> results) {
        if (results.isEmpty()) {
            throw new IllegalArgumentException("Expected at least one result to rank, got none");
        }
        Result first = results.get(0);
        for (Result result : results) {
            if (result.settings().statistic() != first.settings().statistic()
                    || result.settings().integration() != first.settings().integration()) {
                throw new IllegalArgumentException(
                        "Expected results of one statistic, got %s (%s) for %s and %s (%s) for %s: rank them apart"
                                .formatted(
                                        first.settings().statistic().id(),
                                        first.settings().integration().id(),
                                        first.name(),
                                        result.settings().statistic().id(),
                                        result.settings().integration().id(),
                                        result.name()));
            }
        }
        Direction direction = first.settings().direction();
        List<Result> scored = results.stream()
                .filter(result -> result.vintk().isPresent())
                // −0.0 and 0.0 are one score: adding 0.0 makes them one number too.
                .sorted(Comparator.comparingDouble((Result result) -> -direction.orient(mean(result)) + 0.0)
                        .thenComparing(Result::name))
                .toList();
        List<Result> unranked = results.stream()
                .filter(result -> result.vintk().isEmpty())
                .sorted(Comparator.comparing(Result::name))
                .toList();
        return new Ranking(direction, places(scored, direction), unranked);
    }

    /** All results in the order of the listing, ranked ones first. */
    public List<Result> results() {
        List<Result> all = new ArrayList<>();
        ranked.forEach(model -> all.add(model.result()));
        all.addAll(unranked);
        return all;
    }

    /** The first of them, in the places that they have among all; where none has a score, those that failed. */
    public Ranking best(int count) {
        return ranked.isEmpty()
                ? this
                : new Ranking(direction, ranked.subList(0, Math.min(count, ranked.size())), List.of());
    }

    private static List<Ranked> places(List<Result> scored, Direction direction) {
        // Sorted, so that a ranking of a hundred thousand counts those beside a model without asking each of them.
        double[] lows =
                scored.stream().mapToDouble(r -> estimate(r).low()).sorted().toArray();
        double[] highs =
                scored.stream().mapToDouble(r -> estimate(r).high()).sorted().toArray();
        List<Ranked> places = new ArrayList<>();
        int rank = 1;
        for (int i = 0; i < scored.size(); i++) {
            Result result = scored.get(i);
            boolean asBefore = i > 0 && mean(result) == mean(scored.get(i - 1));
            boolean asAfter = i + 1 < scored.size() && mean(result) == mean(scored.get(i + 1));
            rank = asBefore ? rank : i + 1;
            int above =
                    lows.length - countBelow(lows, Math.nextUp(estimate(result).high()));
            int below = countBelow(highs, estimate(result).low());
            int better = direction == Direction.HIGHER ? above : below;
            int worse = direction == Direction.HIGHER ? below : above;
            places.add(new Ranked(rank, 1 + better, scored.size() - worse, asBefore || asAfter, result));
        }
        return places;
    }

    /** How many of the numbers, in ascending order, are less than this one. */
    private static int countBelow(double[] sorted, double number) {
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] < number) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private static Estimate estimate(Result result) {
        return result.vintk().orElseThrow();
    }

    private static double mean(Result result) {
        return estimate(result).mean();
    }
}
