package vintk.rank;

import vintk.score.Result;

/**
 * A model in its place.
 *
 * @param rank 1 for the best; equal scores share the rank of the first of them (1, 2, 2, 4)
 * @param best the best rank that the error bars allow, see {@link Ranking}
 * @param worst the worst rank that the error bars allow
 * @param tied whether another model has exactly the same score
 * @param result which has a score
 */
public record Ranked(int rank, int best, int worst, boolean tied, Result result) {

    /** The score that was ranked: the mean over the repeats. */
    public double score() {
        return result.vintk().orElseThrow().mean();
    }
}
