package vintk.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import vintk.rank.Subject;
import vintk.runtime.Initialisation;
import vintk.runtime.ModelInputs;
import vintk.space.Candidates;
import vintk.space.Space;

/** {@code vintk rank}: scores many models and sorts them. */
@Command(
        name = "rank",
        mixinStandardHelpOptions = true,
        versionProvider = Vintk.Version.class,
        header = "Scores models and sorts them, best first.",
        description = {
            "",
            "Takes the name of a search space with --count, a list of candidates with --candidates, or ONNX files and"
                    + " folders of them. Models without a score come last, with the reason."
        },
        footer = {
            "",
            "Examples:",
            "  vintk rank autoformer-tiny --count 20 --out results.csv",
            "  vintk rank autoformer-tiny --count 2000 --out results.jsonl --resume",
            "  vintk rank --candidates candidates.jsonl --repeats 3",
            "  vintk rank exported/ --inputs photos/ --statistic log-cond"
        })
final class RankCommand implements Callable<Integer> {
    private static final String ENDING = ".onnx";

    @Spec
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "WHAT", description = "A search space, or ONNX files and folders.")
    private List<String> what = new ArrayList<>();

    @Option(names = "--count", paramLabel = "K", description = "Candidates to draw from the space.")
    private Integer count;

    @Option(
            names = "--candidates",
            paramLabel = "FILE",
            description = "Candidates to score: .jsonl as 'generate' writes it, or a .json table of architectures.")
    private Path candidates;

    @Mixin
    private StudyFlags study;

    @Mixin
    private ScoreFlags score;

    @Mixin
    private SpaceOptions spaces;

    @Mixin
    private DrawFlags draw;

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() throws IOException {
        List<Subject> subjects = subjects();
        return new Study(spec, common, study)
                .run(
                        subjects,
                        score.evaluation(common, spaces.classes(), failure -> Failures.show(spec, common, failure)),
                        source -> spaces.content(source, score.size()));
    }

    private List<Subject> subjects() throws IOException {
        if (candidates != null) {
            require(
                    what.isEmpty() && count == null,
                    "--candidates is the whole list: leave out --count, spaces and files");
            require(!draw.areGiven(), "--min-params, --max-params and --max-macs are for candidates that are drawn");
            requireNothingOfFiles();
            if (study.out != null) {
                OutputFile.prepare(study.out, candidates.toString());
            }
            return spaces.subjects(Candidates.read(candidates, spaces.own()), score.size());
        }
        require(!what.isEmpty(), "expected a search space, --candidates FILE, or ONNX files and folders");
        boolean space = what.size() == 1
                && !Files.exists(Path.of(what.get(0)))
                && withoutEnding(what.get(0)).equals(what.get(0));
        if (space || count != null) {
            require(what.size() == 1, "--count goes with one search space");
            require(
                    !Files.exists(Path.of(what.get(0))) || spaces.knows(what.get(0)),
                    "--count is for search spaces: of files and folders all models are ranked");
            requireNothingOfFiles();
            require(
                    spaces.knows(what.get(0)) || count != null,
                    "'" + what.get(0)
                            + "' is neither a file, nor a folder, nor a search space ('vintk spaces' lists them)");
            Space found = spaces.find(what.get(0));
            require(count != null, "how many candidates of " + found.name() + "? Give --count");
            CommonOptions.atLeastOne("--count", count);
            return spaces.subjects(draw.draw(found, count, common.seed, score.size(), spaces.classes()), score.size());
        }
        require(
                !spaces.areGiven() && !draw.areGiven(),
                "--space, --classes, --min-params, --max-params and --max-macs are for candidates of a search space, not for files");
        return files(what, score.modelInputs(), score.initialisation());
    }

    private void requireNothingOfFiles() {
        require(
                score.initialisation().isEmpty(),
                "--reinit is for ONNX files: candidates are drawn as their space says");
        require(
                !score.isOfFiles(),
                "--input, --samples-input, --fill, --batch-axis and --untie are for ONNX files, not for candidates");
    }

    private void require(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    /** Files as given, and all .onnx files of folders in name order; each once. */
    static List<Subject> files(List<String> names, ModelInputs inputs, Optional<Initialisation> reinit)
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
        return named(List.copyOf(once.values()), inputs, reinit);
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
        boolean named = !withoutEnding(entry.toString()).equals(entry.toString());
        return named && (Files.isRegularFile(entry) || !Files.exists(entry))
                || !Files.exists(entry, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isHidden(Path path) {
        return path.getFileName() != null && path.getFileName().toString().startsWith(".");
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
