package vintk.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vintk.rank.Subject;
import vintk.runtime.Initialisation;
import vintk.runtime.ModelInputs;

/** The models that files and folders on the command line name. */
final class ModelFiles {
    private static final String ENDING = ".onnx";

    private ModelFiles() {}

    /** Files as given, and all .onnx files of folders in name order; each once. */
    static List<Subject> subjects(List<String> names, ModelInputs inputs, Optional<Initialisation> reinit)
            throws IOException {
        List<Path> files = new ArrayList<>();
        for (String name : names) {
            if (name.isBlank()) {
                throw new IllegalArgumentException("a file name is empty");
            }
            Path path = Path.of(name);
            if (Files.isDirectory(path)) {
                List<Path> found = modelsIn(path);
                if (found.isEmpty()) {
                    throw new IllegalArgumentException("no .onnx file in folder " + path);
                }
                files.addAll(found);
            } else {
                files.add(path);
            }
        }
        Map<Path, Path> once = new LinkedHashMap<>();
        for (Path file : files) {
            once.putIfAbsent(place(file), file);
        }
        requireText(once.values());
        return named(List.copyOf(once.values()), inputs, reinit);
    }

    /** Of names that are not text all unreadable bytes look the same: results of two such files would be taken for those of one. */
    private static void requireText(Collection<Path> files) {
        Set<String> texts = new HashSet<>();
        for (Path file : files) {
            if (!texts.add(file.toAbsolutePath().normalize().toString())) {
                throw new IllegalArgumentException(
                        "two files are both called %s, as their names are not text here: rename them".formatted(file));
            }
        }
    }

    /** One for all ways into a folder; links to one model under several names are several models. */
    private static Path place(Path file) throws IOException {
        Path whole = file.toAbsolutePath().normalize();
        Path folder = whole.getParent();
        return folder != null && Files.isDirectory(folder) ? folder.toRealPath().resolve(whole.getFileName()) : whole;
    }

    /**
     * Hidden files, and what hidden folders hold, are nobody's models. Links are followed; those that lead nowhere, and folders that may
     * not be read, are models that fail. Every folder is entered once, by the shortest way to it: with links between n folders there
     * are 2^n ways and more.
     */
    private static List<Path> modelsIn(Path folder) {
        List<Path> found = new ArrayList<>();
        Set<Path> entered = new HashSet<>();
        Deque<Path> open = new ArrayDeque<>(List.of(folder));
        while (!open.isEmpty()) {
            Path next = open.remove();
            try {
                for (Path entry : entered.add(next.toRealPath()) ? entries(next) : List.<Path>of()) {
                    if (Files.isDirectory(entry)) {
                        open.add(entry);
                    } else if (isModel(entry)) {
                        found.add(entry);
                    }
                }
            } catch (IOException e) {
                found.add(next);
            }
        }
        found.sort(null);
        return found;
    }

    /** What is not hidden, in an order that does not depend on the machine. */
    private static List<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> !isHidden(entry)).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** What is there and cannot be looked at may be one. */
    private static boolean isModel(Path entry) {
        return isNamed(entry) && (Files.isRegularFile(entry) || !Files.exists(entry))
                || !Files.exists(entry, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isHidden(Path path) {
        return path.getFileName() != null && path.getFileName().toString().startsWith(".");
    }

    /** Whether a name is that of a model file. */
    static boolean isNamed(Path path) {
        return !withoutEnding(path.toString()).equals(path.toString());
    }

    private static String withoutEnding(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(ENDING)
                ? name.substring(0, name.length() - ENDING.length())
                : name;
    }

    /** File names where they differ; else as much of the path as tells them apart from all others. */
    private static List<Subject> named(List<Path> files, ModelInputs inputs, Optional<Initialisation> reinit) {
        List<Subject> subjects = new ArrayList<>();
        // By number of parts: how many files have a name.
        List<Map<String, Long>> counts = new ArrayList<>();
        for (Path file : files) {
            int parts = 1;
            while (parts < file.getNameCount() && counts(counts, parts, files).get(tail(file, parts)) > 1) {
                parts++;
            }
            // a.onnx beside a.ONNX.
            boolean alone = counts(counts, parts, files).get(tail(file, parts)) == 1;
            subjects.add(new Subject.ModelFile(file, alone ? tail(file, parts) : file.toString(), inputs, reinit));
        }
        return subjects;
    }

    private static Map<String, Long> counts(List<Map<String, Long>> known, int parts, List<Path> files) {
        while (known.size() < parts) {
            int next = known.size() + 1;
            known.add(files.stream().collect(Collectors.groupingBy(f -> tail(f, next), Collectors.counting())));
        }
        return known.get(parts - 1);
    }

    /** The last parts of a path, without the ending of a model file. */
    private static String tail(Path file, int parts) {
        int count = file.getNameCount();
        Path tail = count == 0 ? file : file.subpath(Math.max(0, count - parts), count);
        String name = withoutEnding(tail.toString());
        // A file may be called ".onnx", and every model has a name.
        return name.isEmpty() ? tail.toString() : name;
    }
}
