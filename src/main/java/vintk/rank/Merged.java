package vintk.rank;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vintk.score.Result;
import vintk.score.Source;

/** Results of several files as those of one study, whose parts ran apart. */
public final class Merged {
    private Merged() {}

    /**
     * All models, in the order of the files. Of one that is there several times the last score counts, or the last failure where there
     * is no score.
     *
     * @throws IllegalArgumentException naming the settings in which results differ, a model that is another one in another file, or two
     *     models of one name: they do not belong into one ranking
     */
    public static List<Result> of(Map<Path, List<Result>> files) {
        Map<Source, Result> merged = new LinkedHashMap<>();
        Result first = null;
        for (Map.Entry<Path, List<Result>> file : files.entrySet()) {
            Map<Source, Result> own = new LinkedHashMap<>();
            for (Result result : file.getValue()) {
                first = first == null ? result : first;
                if (!result.settings().equals(first.settings())) {
                    boolean seeds = result.settings().seed() != first.settings().seed();
                    throw new IllegalArgumentException(
                            "%s holds results of other settings than those before (%s): such scores do not compare%s"
                                    .formatted(
                                            file.getKey(),
                                            Earlier.difference(first.settings(), result.settings()),
                                            seeds ? "; several seeds of a study are the --repeats of one run" : ""));
                }
                own.merge(Earlier.key(result.source()), result, Merged::later);
            }
            own.forEach((source, result) -> merged.merge(source, result, Merged::ofOne));
        }
        requireOneOfAName(merged);
        return new ArrayList<>(merged.values());
    }

    /** Of one file the later line: a model is scored anew where its file has changed; but a failure costs no score. */
    private static Result later(Result before, Result now) {
        return isAnother(before, now) ? now : better(before, now);
    }

    private static boolean isAnother(Result before, Result now) {
        Optional<String> was = before.source().sha256();
        Optional<String> is = now.source().sha256();
        return was.isPresent() && is.isPresent() && !was.equals(is);
    }

    private static Result better(Result before, Result now) {
        return now.vintk().isEmpty() && before.vintk().isPresent() ? before : now;
    }

    private static Result ofOne(Result before, Result now) {
        if (isAnother(before, now)) {
            throw new IllegalArgumentException(
                    "%s is another network in one file than in another: its file, or its space, has changed"
                            .formatted(now.name()));
        }
        return better(before, now);
    }

    private static void requireOneOfAName(Map<Source, Result> merged) {
        Map<String, Result> names = new HashMap<>();
        for (Result result : merged.values()) {
            Result other = names.put(result.name(), result);
            if (other != null) {
                throw new IllegalArgumentException("two models are called '%s': %s and %s"
                        .formatted(result.name(), Earlier.place(other.source()), Earlier.place(result.source())));
            }
        }
    }
}
