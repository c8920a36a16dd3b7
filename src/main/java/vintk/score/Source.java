package vintk.score;

import java.util.Optional;

/**
 * Where a model came from: a file, or a search space and the choices of a candidate.
 *
 * @param file absolute path
 * @param sha256 of what the file held when it was scored, or of the network that the choices are, in hexadecimal digits
 * @param space name of the search space
 * @param choices the candidate's choices, a JSON object as text; files keep its content, not its spaces
 */
public record Source(Optional<String> file, Optional<String> sha256, Optional<String> space, Optional<String> choices) {

    /** A model file. */
    public static Source file(String path) {
        return new Source(Optional.of(path), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same with what its file holds. */
    public Source withContent(Optional<String> digest) {
        return new Source(file, digest, space, choices);
    }

    /** A candidate of a search space, with its choices as a JSON object. */
    public static Source candidate(String space, String choices) {
        return new Source(Optional.empty(), Optional.empty(), Optional.of(space), Optional.of(choices));
    }
}
