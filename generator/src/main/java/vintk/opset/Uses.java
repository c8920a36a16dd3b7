package vintk.opset;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import vintk.opset.ProtoGraph.Reader;

/**
 * What the readers of a parameter make of it. Of each role two are kept, which say that it is shared: more need not be known, and where
 * a file adds a value to itself again and again, all of them would be twice as many each time.
 */
final class Uses {
    private static final int KEPT = 2;

    private final List<Use> uses = new ArrayList<>();

    private record Use(ParameterUse use, Reader reader) {
        boolean isBy(Reader other) {
            return reader.node() == other.node() && reader.input() == other.input();
        }
    }

    static Uses none() {
        return new Uses();
    }

    static Uses of(Role role, Reader reader) {
        return of(ParameterUse.of(role, reader), reader);
    }

    static Uses of(ParameterUse use, Reader reader) {
        Uses one = new Uses();
        one.uses.add(new Use(use, reader));
        return one;
    }

    void add(Uses others) {
        for (Use other : others.uses) {
            Role role = other.use().role();
            boolean known = uses.stream().anyMatch(each -> each.isBy(other.reader()));
            if (!known
                    && uses.stream().filter(each -> each.use().role() == role).count() < KEPT) {
                uses.add(other);
            }
        }
    }

    /** The one that decides the role first; never empty. */
    List<ParameterUse> sorted() {
        List<ParameterUse> sorted = uses.stream()
                .map(Use::use)
                .sorted(Comparator.comparing(ParameterUse::role))
                .toList();
        return sorted.isEmpty() ? List.of(ParameterUse.NOWHERE) : sorted;
    }
}
