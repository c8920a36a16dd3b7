package vintk.rank;

import java.util.Optional;
import java.util.OptionalDouble;
import vintk.score.Direction;
import vintk.score.Estimate;
import vintk.score.Result;
import vintk.score.Statistic;

/**
 * What a correlation needs of a result; a file of any format gives this much.
 *
 * @param id by which the model meets ground truth
 * @param vintk mean over the repeats, where there is one
 * @param ntk mean over the repeats
 * @param params parameter count
 * @param macs multiply–accumulates of one sample
 * @param statistic of both scores
 */
public record ScoredModel(
        String id,
        OptionalDouble vintk,
        OptionalDouble ntk,
        OptionalDouble params,
        OptionalDouble macs,
        Statistic statistic) {

    /** Takes from a result what counts here, by any statistic: results hold all of them. */
    public static ScoredModel of(Result result, Statistic statistic) {
        return new ScoredModel(
                result.name(),
                mean(result.vintk(statistic)),
                mean(result.ntk(statistic)),
                result.cost().parameters().stream().asDoubleStream().findFirst(),
                result.cost().macs().stream().asDoubleStream().findFirst(),
                statistic);
    }

    /** Which end of both scores is better. */
    Direction direction() {
        return statistic.direction();
    }

    private static OptionalDouble mean(Optional<Estimate> estimate) {
        return estimate.stream().mapToDouble(Estimate::mean).findFirst();
    }
}
