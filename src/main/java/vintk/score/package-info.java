/**
 * From a kernel to a score: pure numbers, no graph runtime.
 *
 * <p>The path is one way. A {@link vintk.score.Kernel} is the joint V·N × V·N neural tangent kernel of a batch of N inputs
 * seen through V views. Its {@link vintk.score.Spectrum} is computed in double precision and knows how deep it can be
 * trusted: the noise floor. Each {@link vintk.score.Statistic} turns kernel and spectrum into one number, or into a bound
 * where the number lies below that floor, and knows its {@link vintk.score.Direction}. A {@link vintk.score.Measurement} is
 * all statistics of one kernel; an {@link vintk.score.Integration} says how the views become one measurement. A
 * {@link vintk.score.Score} is what one evaluation of one model gave, a {@link vintk.score.Result} what all its repeats
 * gave, with everything one needs to know to trust or to repeat it.
 *
 * <p>Two rules hold throughout. A failure is a {@link vintk.score.Status}, never a number: what could not be measured is
 * absent (an empty optional), not 0, −1 or NaN, so that no failure can ever rank. And nothing here depends on the order of
 * the samples, of the views (but for names) or of threads.
 */
package vintk.score;
