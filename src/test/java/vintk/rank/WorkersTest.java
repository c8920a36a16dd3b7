package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vintk.fourier.View;
import vintk.input.Noise;
import vintk.runtime.KernelOptions;
import vintk.runtime.Reduction;
import vintk.runtime.SessionSettings;
import vintk.score.Integration;
import vintk.score.Precision;
import vintk.score.Result;
import vintk.score.Settings;
import vintk.score.Statistic;
import vintk.space.Space;
import vintk.space.Spaces;
import vintk.space.WeightPool;

class WorkersTest {
    private static List<Subject> candidates(int count) {
        Space space = Spaces.builtIn("pit");
        WeightPool weights = new WeightPool();
        return space.sample(count, 0).stream()
                .<Subject>map(candidate -> new Subject.Drawn(candidate, candidate.resolve(space, 32, 10), weights))
                .toList();
    }

    private static Evaluation evaluation(int workers) {
        List<SessionSettings> sessions = Collections.nCopies(workers, SessionSettings.of(1));
        return evaluation(sessions, KernelOptions.defaults(), new int[0], "identity", 0);
    }

    private static Evaluation evaluation(
            List<SessionSettings> sessions, KernelOptions options, int[] labels, String views, double timeout) {
        Settings settings = new Settings(
                List.of("identity"),
                Statistic.LOG_FROBENIUS,
                Integration.JOINT,
                "sum",
                2,
                OptionalInt.of(32),
                OptionalInt.empty(),
                "noise",
                0,
                1,
                "none",
                "all",
                "inference",
                "cpu",
                Precision.FLOAT32,
                "0");
        return new Evaluation(
                settings, options, sessions, new Noise(), labels, View.parseList(views), timeout, failure -> {});
    }

    /** Else results would say of themselves what they are not. */
    @Test
    void whatTheSettingsDoNotSayIsRefused() {
        List<SessionSettings> one = List.of(SessionSettings.of(1));
        KernelOptions options = KernelOptions.defaults();
        KernelOptions other = options.withReduction(Reduction.parse("class:1"));
        refused("one session", () -> evaluation(List.of(), options, new int[0], "identity", 0));
        refused("views [identity]", () -> evaluation(one, options, new int[0], "high-pass:0.25", 0));
        refused("reduction sum, got class:1", () -> evaluation(one, other, new int[0], "identity", 0));
        refused("2 images, or none, got 3", () -> evaluation(one, options, new int[3], "identity", 0));
        for (double timeout : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            refused("timeout", () -> evaluation(one, options, new int[0], "identity", timeout));
        }
    }

    private static void refused(String said, Executable made) {
        String message = assertThrows(IllegalArgumentException.class, made).getMessage();
        assertTrue(message.contains(said), message);
    }

    /** Each structure in one go, the one with the largest model first, its largest first; given back as they were asked for. */
    @Test
    void theLargestComesFirst() {
        List<Subject> subjects = candidates(12);
        Map<String, Subject> byName = subjects.stream().collect(Collectors.toMap(Subject::name, s -> s));
        List<Subject> done = new ArrayList<>();
        List<Result> results = Workers.run(
                evaluation(1), subjects, () -> false, subject -> {}, result -> done.add(byName.get(result.name())));
        assertEquals(
                subjects.stream().map(Subject::name).toList(),
                results.stream().map(Result::name).toList());
        List<String> structures = done.stream().map(Subject::structure).toList();
        List<String> once = structures.stream().distinct().toList();
        assertTrue(once.size() > 1 && once.size() < 12, structures.toString());
        assertEquals(
                structures,
                once.stream()
                        .flatMap(s -> structures.stream().filter(s::equals))
                        .toList());
        long before = Long.MAX_VALUE;
        for (String structure : once) {
            List<Long> macs = done.stream()
                    .filter(s -> s.structure().equals(structure))
                    .map(s -> s.macs().orElseThrow())
                    .toList();
            assertEquals(macs.stream().sorted(Comparator.reverseOrder()).toList(), macs);
            assertTrue(macs.get(0) <= before);
            before = macs.get(0);
        }
    }

    /** As on a full disk: the others finish what they have begun before the failure is told, then nothing comes any more. */
    @Test
    void aFailureIsToldWhenAllHaveEnded() throws InterruptedException {
        UncheckedIOException full = new UncheckedIOException(new IOException("no space left on device"));
        AtomicBoolean told = new AtomicBoolean();
        AtomicInteger late = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        RuntimeException thrown = assertThrows(
                UncheckedIOException.class,
                () -> Workers.run(evaluation(3), candidates(12), () -> false, subject -> {}, result -> {
                    late.addAndGet(told.get() ? 1 : 0);
                    if (calls.getAndIncrement() == 0) {
                        throw full;
                    }
                }));
        told.set(true);
        assertSame(full, thrown);
        Thread.sleep(1000);
        assertEquals(0, late.get());
    }

    /** What has been begun is finished and handed on, before {@code run} returns; the interrupt is still there. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void anInterruptEndsTheWork(int workers) throws InterruptedException {
        Thread asking = Thread.currentThread();
        AtomicInteger handedOn = new AtomicInteger();
        List<Result> results = Workers.run(evaluation(workers), candidates(12), () -> false, subject -> {}, result -> {
            handedOn.incrementAndGet();
            asking.interrupt();
        });
        assertTrue(Thread.interrupted());
        assertTrue(results.size() < 12, results::toString);
        assertEquals(results.size(), handedOn.get());
        Thread.sleep(500);
        assertEquals(results.size(), handedOn.get());
    }

    /** At every moment the file names what has been begun and has no result; at the end it is gone. */
    @Test
    void whatIsInWorkIsOnDisk(@TempDir Path folder) throws IOException {
        Path journal = folder.resolve("r.jsonl");
        Path file = folder.resolve("r.jsonl.in-work.json");
        Set<String> begun = new TreeSet<>();
        try (InWork work = InWork.begin(journal)) {
            Workers.run(
                    evaluation(1),
                    candidates(4),
                    () -> false,
                    subject -> {
                        begun.add(subject.name());
                        work.begins(subject);
                        assertEquals(begun, named(file));
                    },
                    result -> {
                        assertTrue(begun.contains(result.name()), () -> result.name() + " came before it was begun");
                        begun.remove(result.name());
                        work.ends(result.name());
                        assertEquals(begun, named(file));
                    });
            assertEquals(Set.of(), begun);
            assertTrue(Files.exists(file));
        }
        assertFalse(Files.exists(file));
    }

    private static Set<String> named(Path file) {
        try {
            Set<String> names = new TreeSet<>();
            new ObjectMapper().readTree(Files.readString(file)).fieldNames().forEachRemaining(names::add);
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** It is a help, and what cannot be read or written is none: no study fails for it. */
    @Test
    void aFileThatIsNone(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("r.jsonl.in-work.json");
        Subject subject = candidates(1).get(0);
        for (String content : List.of("null", "[1]", "{\"" + subject.name() + "\":null}", "{\"a", "\u00e4")) {
            Files.write(file, content.getBytes(StandardCharsets.ISO_8859_1));
            assertEquals(0, InWork.resume(folder.resolve("r.jsonl")).times(subject), content);
        }
        Files.writeString(file, "{\"" + subject.name() + "\":2}");
        assertEquals(2, InWork.resume(folder.resolve("r.jsonl")).times(subject));
        Files.delete(file);
        Files.createDirectory(file);
        try (InWork work = InWork.resume(folder.resolve("r.jsonl"))) {
            work.begins(subject);
            work.ends(subject.name());
        }
        assertTrue(Files.isDirectory(file));
    }
}
