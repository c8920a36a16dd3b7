package vintk.rank;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import vintk.score.Result;
import vintk.score.Settings;
import vintk.score.Source;
import vintk.score.Status;

/** The results of a study that goes on with its journal: models that have a score there are not scored again. */
public final class Earlier {
    private final Map<Source, Result> results = new LinkedHashMap<>();

    private Earlier() {}

    /** Nothing was scored before. */
    public static Earlier none() {
        return new Earlier();
    }

    /**
     * What a journal holds; nothing, where it is not there. A model's last line counts, as failed ones are tried again.
     *
     * @param settings of the study that goes on
     * @throws IOException if the file cannot be read or is no journal
     * @throws IllegalArgumentException naming the settings that are not those of its results: such scores must not be ranked together
     */
    public static Earlier read(Path journal, Settings settings) throws IOException {
        if (!Files.exists(journal)) {
            return none();
        }
        Earlier earlier = new Earlier();
        for (Result result : Journal.read(journal).results()) {
            if (!result.settings().equals(settings)) {
                throw new IllegalArgumentException(
                        "%s holds results of other settings (%s): give those, or another --out"
                                .formatted(journal, difference(result.settings(), settings)));
            }
            earlier.results.put(key(result.source()), result);
        }
        return earlier;
    }

    /** Those that none of these subjects replaces. */
    public List<Result> without(Collection<Subject> subjects) {
        Set<Source> sources =
                subjects.stream().map(subject -> key(subject.source())).collect(Collectors.toSet());
        Predicate<Result> other = result -> !sources.contains(key(result.source()));
        return results.values().stream().filter(other).toList();
    }

    /**
     * Ground truth meets results by name: a model of one folder and its namesake of another cannot stand in one file.
     *
     * @throws IllegalArgumentException naming a subject that bears the name of a model from elsewhere
     */
    public void requireOneOfAName(Collection<Subject> subjects) {
        Map<String, Result> others = new HashMap<>();
        without(subjects).forEach(result -> others.put(result.name(), result));
        for (Subject subject : subjects) {
            Result other = others.get(subject.name());
            if (other != null) {
                throw new IllegalArgumentException("the results have a model '%s' already, of %s: give another --out"
                        .formatted(other.name(), place(other.source())));
            }
        }
    }

    static String place(Source source) {
        return source.file()
                .orElseGet(
                        () -> source.space().orElse("") + " " + source.choices().orElse(""));
    }

    /**
     * Refuses candidates of a space that has changed, whether they are asked for again or not: their scores are of other networks.
     *
     * @param now what a candidate's network is by now, as {@link Source#sha256}; empty for files, and where nobody knows the space
     * @throws IllegalArgumentException naming one
     */
    public void requireSameNetworks(Function<Source, Optional<String>> now) {
        for (Result result : results.values()) {
            Optional<String> was = result.source().sha256();
            Optional<String> is = now.apply(result.source());
            // What never had a network, for want of time or memory, has no score either.
            if (was.isPresent() && is.isPresent() && !is.equals(was)) {
                throw new IllegalArgumentException(result.name()
                        + " of the results is another network than now: its space has changed; give another --out");
            }
        }
    }

    /**
     * Those that have no score yet. A file that holds something else by now has none; one that cannot be read now keeps its own.
     *
     * @param remarks are told of files that cannot be read
     */
    public List<Subject> open(List<Subject> subjects, Consumer<String> remarks) {
        List<Subject> open = new ArrayList<>();
        for (Subject subject : subjects) {
            Result result = results.get(key(subject.source()));
            if (result == null || result.status() != Status.OK) {
                open.add(subject);
                continue;
            }
            Optional<String> content = subject.content();
            if (content.isEmpty()) {
                remarks.accept(subject.name() + " cannot be read now; it keeps its score");
            } else if (!content.equals(result.source().sha256())) {
                open.add(subject);
            }
        }
        return open;
    }

    /** One place, whatever it holds. */
    static Source key(Source source) {
        return source.withContent(Optional.empty());
    }

    static String difference(Settings before, Settings now) {
        ObjectNode was = SettingsJson.tree(before);
        ObjectNode is = SettingsJson.tree(now);
        return was.properties().stream()
                .filter(setting -> !setting.getValue().equals(is.get(setting.getKey())))
                .map(setting ->
                        "%s %s, now %s".formatted(setting.getKey(), setting.getValue(), is.get(setting.getKey())))
                .collect(Collectors.joining("; "));
    }
}
