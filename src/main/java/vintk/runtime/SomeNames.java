package vintk.runtime;

import java.util.List;

/** The first of many names, for sentences. */
final class SomeNames {
    private static final int MOST = 5;

    private SomeNames() {}

    static String of(List<String> names) {
        int more = names.size() - MOST;
        return String.join(", ", names.subList(0, Math.min(MOST, names.size())))
                + (more > 0 ? ", and " + more + " more" : "");
    }
}
