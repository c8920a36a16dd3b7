package vintk.score;

import java.util.List;
import java.util.OptionalInt;

/**
 * Everything that decides a result besides the model: two results may be compared where these are equal.
 *
 * @param views names, in order
 * @param statistic which ranks
 * @param integration which makes the views one
 * @param reduction of the outputs to one number, such as {@code sum} or {@code trace:8}
 * @param batch N, inputs per view
 * @param size height and width of the inputs in pixels; absent where each model has its own
 * @param classes outputs of the heads of candidates; absent where each space has its own
 * @param inputs where the inputs come from: a path, {@code synthetic} or {@code noise}
 * @param seed of weights, inputs and projections
 * @param repeats R
 * @param reinit how the parameters of files are drawn, or {@code none} where files have their own
 * @param parameters convention, {@code all} or {@code weights}, patterns where given, and the output where one is named
 * @param batchNorm whose statistics count: {@code inference}, those of the file
 * @param device kinds of the devices used: {@code cpu}, {@code cuda} or {@code cpu+cuda}
 * @param precision of the gradients
 * @param version of this program
 */
public record Settings(
        List<String> views,
        Statistic statistic,
        Integration integration,
        String reduction,
        int batch,
        OptionalInt size,
        OptionalInt classes,
        String inputs,
        long seed,
        int repeats,
        String reinit,
        String parameters,
        String batchNorm,
        String device,
        Precision precision,
        String version) {

    public Settings {
        views = List.copyOf(views);
        if (views.isEmpty()) {
            throw new IllegalArgumentException("Expected one view or more, got none");
        }
        atLeastOne("inputs per view", batch);
        atLeastOne("repeats", repeats);
        size.ifPresent(pixels -> atLeastOne("pixels", pixels));
        classes.ifPresent(outputs -> atLeastOne("classes", outputs));
    }

    private static void atLeastOne(String what, int number) {
        if (number < 1) {
            throw new IllegalArgumentException("Expected 1 or more %s, got %d".formatted(what, number));
        }
    }

    /** The same but for the statistic. */
    Settings by(Statistic other) {
        return new Settings(
                views,
                other,
                integration,
                reduction,
                batch,
                size,
                classes,
                inputs,
                seed,
                repeats,
                reinit,
                parameters,
                batchNorm,
                device,
                precision,
                version);
    }

    /** Which end of the ranking statistic is better. */
    public Direction direction() {
        return statistic.direction();
    }
}
