package vintk.bench;

import java.util.Arrays;

/**
 * The measured times of one contender.
 *
 * @param contender what was timed
 * @param seconds of each run, in order
 */
record Timing(Contender contender, double[] seconds) {
    double min() {
        return Arrays.stream(seconds).min().orElseThrow();
    }

    double max() {
        return Arrays.stream(seconds).max().orElseThrow();
    }

    double median() {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Billions of operations a second, by the median. */
    double gflops() {
        return contender.gflop() / median();
    }
}
