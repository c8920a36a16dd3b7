package vintk.rank;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vintk.score.Result;
import vintk.score.Source;

/** Results of several files as those of one study, whose parts ran apart. */
public final class Merged {
    private Merged() {}

    /**
     * All models, in the order of the files. Of one that is there several times the last result counts, as in a journal.
     *
     * @throws IllegalArgumentException naming the settings in which results differ, or two models of one name: neither belongs into
     *     one ranking
     */
    public static List<Result> of(Map<Path, List<Result>> files) {
        Map<Source, Result> merged = new LinkedHashMap<>();
        Result first = null;
        for (Map.Entry<Path, List<Result>> file : files.entrySet()) {
            for (Result result : file.getValue()) {
                first = first == null ? result : first;
                if (!result.settings().equals(first.settings())) {
                    throw new IllegalArgumentException(
                            "%s holds results of other settings (%s): such scores do not compare"
                                    .formatted(file.getKey(), Earlier.difference(first.settings(), result.settings())));
                }
                merged.put(Earlier.key(result.source()), result);
            }
        }
        requireOneOfAName(merged);
        return new ArrayList<>(merged.values());
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
