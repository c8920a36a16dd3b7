/**
 * From results to a study: order, error bars, agreement with trained accuracies, and a journal that survives a crash.
 *
 * <p>A {@link vintk.rank.Journal} keeps each {@link vintk.score.Result} as one line of JSON, on disk before the next model
 * starts. A {@link vintk.rank.Ranking} puts results in order: models without a score come last, with the reason and without a
 * rank; equal scores share a rank; repeats give each model an interval of ranks. An {@link vintk.rank.Agreement} asks how well
 * scores agree with a {@link vintk.rank.Truth}, a column of trained accuracies, and asks the same of parameter counts and
 * multiply–accumulates, the baselines that any score has to beat.
 *
 * <p>{@link vintk.rank.ResultJson} is the one place that knows how a result is written; reports use it too.
 */
package vintk.rank;
