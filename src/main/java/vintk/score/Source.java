package vintk.score;

import java.util.Optional;

/**
 * Where a model came from: a file, or a search space and the choices of a candidate.
 *
 * @param file path as the user gave it
 * @param space name of the search space
 * @param choices the candidate's choices, a JSON object as text; files keep its content, not its spaces
 */
public record Source(Optional<String> file, Optional<String> space, Optional<String> choices) {

    /** A model file. */
    public static Source file(String path) {
        return new Source(Optional.of(path), Optional.empty(), Optional.empty());
    }

    /** A candidate of a search space, with its choices as a JSON object. */
    public static Source candidate(String space, String choices) {
        return new Source(Optional.empty(), Optional.of(space), Optional.of(choices));
    }
}
