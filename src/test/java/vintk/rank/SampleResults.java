package vintk.rank;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.DoubleFunction;
import vintk.score.Cost;
import vintk.score.EngineChoice;
import vintk.score.Integration;
import vintk.score.Kernel;
import vintk.score.Precision;
import vintk.score.Result;
import vintk.score.Score;
import vintk.score.Settings;
import vintk.score.Source;
import vintk.score.Statistic;
import vintk.score.Status;
import vintk.score.Taken;

/** Results with scores chosen by hand: a diagonal kernel of trace 10^score. */
public final class SampleResults {

    private SampleResults() {}

    public static Settings settings(Statistic statistic, int repeats) {
        return new Settings(
                List.of("identity", "band:0.25,0.5"),
                statistic,
                Integration.JOINT,
                "sum",
                1,
                OptionalInt.of(224),
                OptionalInt.empty(),
                "synthetic",
                7,
                repeats,
                "none",
                "all",
                "inference",
                "cpu",
                Precision.FLOAT32,
                "0.1.0");
    }

    /** A score with log-trace {@code joint} of the joint kernel, and half of the trace in each of two views. */
    public static Score score(double joint) {
        double half = Math.pow(10, joint) / 2;
        Kernel kernel =
                new Kernel(new double[] {half, 0, 0, half}, 1, List.of("identity", "band:0.25,0.5"), Precision.FLOAT32);
        return Score.of(kernel, Statistic.LOG_TRACE, Integration.JOINT);
    }

    private static Score condition(double score) {
        double[] diagonal = {Math.pow(10, score), 0, 0, 1};
        return Score.of(
                new Kernel(diagonal, 1, List.of("identity", "band:0.25,0.5"), Precision.FLOAT32),
                Statistic.LOG_COND,
                Integration.JOINT);
    }

    public static Result scored(String name, double... scores) {
        return scored(name, Statistic.LOG_TRACE, SampleResults::score, scores);
    }

    /** A result with these condition numbers' logarithms, from 0 to 6, of which a lower one is better. */
    public static Result conditioned(String name, double... scores) {
        return scored(name, Statistic.LOG_COND, SampleResults::condition, scores);
    }

    private static Result scored(String name, Statistic statistic, DoubleFunction<Score> score, double... scores) {
        return Result.of(
                name,
                Source.candidate(
                        "autoformer-tiny", "{\"id\":\"%s\",\"choices\":{\"note\":\"a, \\\"b\\\"\"}}".formatted(name)),
                Arrays.stream(scores).mapToObj(score).toList(),
                new Cost(OptionalLong.of(5_717_416), OptionalLong.of(1_260_000_000), OptionalLong.empty(), 3.25),
                new EngineChoice("batched", "batch axis followed through all nodes"),
                new Taken("logits", "[3x32x32]"),
                settings(statistic, scores.length),
                List.of());
    }

    public static Result failed(String name, Status status, String message) {
        return failed(name, status, message, 1);
    }

    public static Result failed(String name, Status status, String message, int repeats) {
        return Result.failed(
                name,
                Source.file(name + ".onnx"),
                status,
                message,
                Cost.unknown(0.5),
                settings(Statistic.LOG_TRACE, repeats));
    }

    /** A result whose statistic is under the noise floor: gradients of both views are parallel. */
    public static Result illConditioned(String name) {
        Kernel kernel =
                new Kernel(new double[] {1, 2, 2, 4}, 1, List.of("identity", "band:0.25,0.5"), Precision.FLOAT32);
        return Result.of(
                name,
                Source.file(name + ".onnx"),
                List.of(Score.of(kernel, Statistic.LOG_COND, Integration.JOINT)),
                Cost.unknown(1),
                new EngineChoice("per-sample", "batch fixed at 1"),
                new Taken("logits", "[3x32x32]"),
                settings(Statistic.LOG_COND, 1),
                List.of("first output of 2 used"));
    }
}
