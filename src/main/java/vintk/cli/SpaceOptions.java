package vintk.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;
import vintk.rank.Subject;
import vintk.score.Source;
import vintk.space.Candidate;
import vintk.space.Candidates;
import vintk.space.Space;
import vintk.space.SpaceException;
import vintk.space.Spaces;
import vintk.space.WeightPool;

/** Where candidates come from. */
final class SpaceOptions {
    @Option(
            names = "--space",
            paramLabel = "FILE",
            description = "A search space of your own, as YAML; may be repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--classes", paramLabel = "C", description = "Outputs of the head (default: the space's).")
    private Integer classes;

    private List<Space> read;

    /** Outputs of the heads, where not those of the spaces. */
    OptionalInt classes() {
        return classes == null ? OptionalInt.empty() : OptionalInt.of(classes);
    }

    /** Whether any of this was asked for. */
    boolean areGiven() {
        return !files.isEmpty() || classes != null;
    }

    /** The user's spaces, read once: thousands of candidates ask for them. */
    List<Space> own() {
        if (read == null) {
            read = Spaces.read(files);
        }
        return read;
    }

    /** A space by name. */
    Space find(String name) {
        return Spaces.find(name, own());
    }

    /** Whether a name is that of a space. */
    boolean knows(String name) {
        return Spaces.known(name, own()).isPresent();
    }

    /** What network a candidate of earlier results is by now; empty for files, and where its space is not known. */
    Optional<String> content(Source source, OptionalInt size) {
        if (source.choices().isEmpty() || !knows(source.space().orElse(""))) {
            return Optional.empty();
        }
        try {
            Candidate candidate = Candidates.parse(source.choices().get(), own());
            return subjects(List.of(candidate), size).get(0).content();
        } catch (SpaceException e) {
            // Choices that the space no longer has: surely another one.
            return Optional.of("");
        }
    }

    /** Candidates as models to be scored. */
    List<Subject> subjects(List<Candidate> candidates, OptionalInt size) {
        WeightPool weights = new WeightPool();
        List<Subject> subjects = new ArrayList<>();
        for (Candidate candidate : candidates) {
            Space space = find(candidate.space());
            int pixels = size.orElse(space.image());
            int outputs = classes().orElse(space.classes());
            subjects.add(new Subject.Drawn(candidate, candidate.resolve(space, pixels, outputs), weights));
        }
        return subjects;
    }
}
