package vintk.space;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The built-in spaces: YAML files in the same folder of the jar. */
public final class Spaces {
    private static final List<String> NAMES =
            List.of("autoformer-tiny", "autoformer-small", "autoformer-base", "autoformer-tiny-abs", "pit", "deit");

    private static final String ENDING = ".yaml";

    private static final Map<String, Space> LOADED = new ConcurrentHashMap<>();

    private Spaces() {}

    /** Names of the built-in spaces, in the order in which they are shown. */
    public static List<String> names() {
        return NAMES;
    }

    /** The built-in space of this name, or of this alias (published tables write {@code autoformer_tiny}). */
    public static Space builtIn(String name) {
        return find(name, List.of());
    }

    /** The space of this name or alias, one of the user's own or built in. */
    public static Space find(String name, List<Space> own) {
        return known(name, own)
                .orElseThrow(() -> new SpaceException("unknown space '" + name + "': expected one of " + names(own)
                        + ", or a file of your own by --space FILE"));
    }

    /** The same, where there is one. */
    public static Optional<Space> known(String name, List<Space> own) {
        return Stream.concat(own.stream(), NAMES.stream().map(Spaces::load))
                .filter(space -> space.answersTo(name))
                .findFirst();
    }

    /**
     * Reads spaces of a user's own.
     *
     * @throws SpaceException also where one has the name or an alias of another, or of a built-in one: results hold no more than that
     */
    public static List<Space> read(List<Path> files) {
        List<Space> own = new ArrayList<>();
        for (Path file : files) {
            Space space = Space.read(file);
            for (String name : space.allNames()) {
                known(name, own).ifPresent(other -> {
                    throw new SpaceException(file + ": '" + name + "' is the name of another space already ("
                            + other.description() + "): give it one of its own");
                });
            }
            own.add(space);
        }
        return own;
    }

    /** What to choose from, in one line. */
    static String names(List<Space> own) {
        return Stream.concat(own.stream().map(Space::name), NAMES.stream()).collect(Collectors.joining(", "));
    }

    /**
     * The file of the built-in space of this name or alias, without aliases: a beginning for one of a user's own.
     *
     * @throws SpaceException where none has that name
     */
    public static String yaml(String name) {
        Space space = known(name, List.of())
                .orElseThrow(() ->
                        new SpaceException("no built-in space '" + name + "': expected one of " + names(List.of())));
        return text(space.name() + ENDING).replaceFirst("(?m)^aliases:.*\\R", "");
    }

    /** Read once: thousands of candidates ask for theirs. */
    private static Space load(String name) {
        return LOADED.computeIfAbsent(name, Spaces::readBuiltIn);
    }

    private static Space readBuiltIn(String name) {
        try {
            return SpaceFile.read(name + ENDING, text(name + ENDING));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String file) {
        try (InputStream in = Spaces.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the built-in " + file + " is missing from the program: build it again");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
