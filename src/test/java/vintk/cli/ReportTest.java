package vintk.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.rank.Journal;
import vintk.rank.ResultJson;
import vintk.rank.SampleResults;
import vintk.score.Result;
import vintk.score.Status;

/** {@code vintk report}: parts of a study put together, and formats changed. */
class ReportTest {
    @TempDir
    private Path folder;

    private Path first;
    private Path second;

    @BeforeEach
    void twoParts() throws IOException {
        first = lines("first.jsonl", SampleResults.scored("a", 1), SampleResults.failed("f", Status.TIMEOUT, "late"));
        second = lines("second.jsonl", SampleResults.scored("b", 2));
    }

    private Path lines(String name, Result... results) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Result result : results) {
            text.append(ResultJson.line(result)).append('\n');
        }
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void partsAreRankedTogether() throws IOException {
        Path all = folder.resolve("all.csv");
        Shell shell = Shell.vintk("report", first, second, "--out", all);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertTrue(shell.out().contains("\n1  b "), shell.out());
        assertTrue(shell.out().contains("\n2  a "), shell.out());
        assertTrue(shell.out().contains("1 of 3 models"), shell.out());
        assertEquals(4, Files.readAllLines(all).size());
    }

    /** All models of these tests have 5.7 million parameters, but for the one that failed before they were counted. */
    @Test
    void theBestAndThoseWithinLimits() throws IOException {
        Path all = folder.resolve("all.csv");
        Shell best = Shell.vintk("report", first, second, "--top", 1, "--out", all);
        assertEquals(ExitCode.OK, best.code(), best.err());
        assertTrue(best.out().contains("\n1  b "), best.out());
        assertFalse(best.out().contains(" a ") || best.out().contains("1 of 3"), best.out());
        assertEquals(4, Files.readAllLines(all).size());
        Shell within = Shell.vintk("report", first, second, "--max-params", "6M", "--out", all);
        assertTrue(within.out().contains("\n2  a "), within.out());
        assertTrue(within.err().contains("1 of 3 models are not within the limits"), within.err());
        assertEquals(3, Files.readAllLines(all).size());
        refused("none of 3 models is within the limits of size", first, second, "--min-params", "6M");
        refused("no model is both", first, "--min-params", "6M", "--max-params", "5M");
        refused("--top: expected 1 or more, got 0", first, "--top", 0);
    }

    @Test
    void partsAreCorrelatedTogether() throws IOException {
        Path truth = Files.writeString(folder.resolve("truth.csv"), "id,top1\na,1\nb,2\n");
        Shell shell = Shell.vintk("correlate", first, second, "--truth", truth);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        assertTrue(shell.out().startsWith("top1: 2 models matched"), shell.out());
        Path table = folder.resolve("table.csv");
        Shell.vintk("report", first, "--out", table);
        Shell mixed = Shell.vintk("correlate", table, second, "--truth", truth);
        assertTrue(mixed.err().contains("table.csv does not hold all of a result"), mixed.err());
    }

    @Test
    void formatsLoseNothing() throws IOException {
        Path json = folder.resolve("all.json");
        Path back = folder.resolve("back.jsonl");
        assertEquals(
                ExitCode.OK, Shell.vintk("report", first, second, "--out", json).code());
        Shell again = Shell.vintk("report", json, "--out", back, "--json");
        assertEquals(ExitCode.OK, again.code(), again.err());
        assertEquals(Files.readString(json), again.out());
        assertEquals(
                Files.readString(json).replaceAll("^\\[\n|\n]\n$", "").replace("},\n", "}\n"),
                Files.readString(back).strip());
    }

    /** What is there is ranked as if it had been scored so; what gave no kernel stays without. */
    @Test
    void anotherStatisticNeedsNoKernelAnew() throws IOException {
        Path models = ProjectRoot.path().resolve("models");
        Path broken = Files.writeString(folder.resolve("broken.onnx"), "no model");
        Path file = folder.resolve("scored.jsonl");
        for (String statistic : new String[] {"log-cond", "effective-rank"}) {
            Path expected = folder.resolve(statistic + ".jsonl");
            Shell.vintk(
                    "rank", models, broken, "--batch", 2, "--repeats", 2, "--out", expected, "--statistic", statistic);
            Shell.vintk("rank", models, broken, "--batch", 2, "--repeats", 2, "--out", file);
            Path changed = folder.resolve("by-" + statistic + ".jsonl");
            Shell shell = Shell.vintk("report", file, "--statistic", statistic, "--out", changed);
            assertEquals(ExitCode.OK, shell.code(), shell.err());
            assertEquals(4, Files.readAllLines(changed).size());
            assertEquals(timeless(expected), timeless(changed));
        }
    }

    /** By what some have and others have not, those are ranked that have it; what failed stays as it was. */
    @Test
    void aStatisticThatIsNotDefined() throws IOException {
        refused("--statistic alignment: these results were scored without --labels", first, "--statistic", "alignment");
        Path one = lines("one.jsonl", SampleResults.scored("zero", Double.NEGATIVE_INFINITY));
        Path out = folder.resolve("by.jsonl");
        Shell shell = Shell.vintk("report", first, one, "--statistic", "log-cond", "--out", out);
        assertEquals(ExitCode.OK, shell.code(), shell.err());
        String text = Files.readString(out);
        assertTrue(text.contains("\"status\":\"timeout\",\"message\":\"late\""), text);
        assertTrue(text.contains("\"status\":\"constant-output\""), text);
        Shell back = Shell.vintk("report", out, "--statistic", "log-trace");
        assertTrue(back.out().contains("\n1  a "), back.out());
    }

    private static String timeless(Path file) throws IOException {
        return Files.readString(file).replaceAll("\"seconds\":[^,]*,", "");
    }

    @Test
    void theLastResultOfAModelCounts() throws IOException {
        Path again = lines("again.jsonl", SampleResults.scored("a", 3));
        Shell shell = Shell.vintk("report", first, second, again);
        assertTrue(shell.out().contains("\n1  a "), shell.out());
        assertTrue(shell.out().contains("\n2  b "), shell.out());
    }

    @Test
    void whatDoesNotBelongTogether() throws IOException {
        Path repeated = lines("repeated.jsonl", SampleResults.scored("c", 1, 2));
        refused("repeats 1, now 2", first, repeated);
        Path other = Files.writeString(
                folder.resolve("other.jsonl"),
                Files.readString(second).replace("\"id\":\"b\",\"status", "\"id\":\"a\",\"status"));
        refused("two models are called 'a'", first, other);
        Path seeded = Files.writeString(
                folder.resolve("seeded.jsonl"), Files.readString(second).replace("\"seed\":7", "\"seed\":8"));
        refused(
                "seed 7, now 8): such scores do not compare; several seeds of a study are the --repeats",
                first,
                seeded);
        Path empty = Files.writeString(folder.resolve("empty.jsonl"), "");
        refused("no results in " + empty, empty);
        Path table = folder.resolve("table.csv");
        Shell.vintk("report", first, "--out", table);
        refused("expected .json or .jsonl", table);
        refused("would be written over", first, "--out", first);
        refused("no such file", folder.resolve("none.jsonl"));
    }

    /** Days of work, done or being done. */
    @Test
    void whatARunHasBegunIsNotWrittenOver() throws IOException {
        String begun = Files.readString(second);
        refused("second.jsonl is of a run that was cut short", first, "--out", second);
        assertEquals(begun, Files.readString(second));
        Path table = folder.resolve("table.csv");
        try (Journal running = Journal.create(folder.resolve("table.csv.partial.jsonl"))) {
            refused("another run is writing it", first, "--out", table);
            running.append(SampleResults.scored("a", 1));
        }
        refused("table.csv.partial.jsonl is of a run that was cut short", first, "--out", table);
        assertFalse(Files.exists(table));
    }

    /** Of one place the model may have changed; a failure takes no score away. */
    @Test
    void oneModelInSeveralFiles() throws IOException {
        Result scored = SampleResults.scored("a", 1);
        Result failed = Result.failed("a", scored.source(), Status.TIMEOUT, "late", scored.cost(), scored.settings());
        Path late = lines("late.jsonl", failed);
        assertTrue(Shell.vintk("report", first, late).out().contains("\n1  a "));
        assertTrue(Shell.vintk("report", late, first).out().contains("\n1  a "));
        Path here = lines("here.jsonl", with(scored, "1234"));
        Path there = lines("there.jsonl", with(scored, "5678"));
        refused("a is another network in one file than in another", here, there);
        assertEquals(ExitCode.OK, Shell.vintk("report", here, here).code());
        // --resume scored it anew, as its file had changed, and was cut short in its turn.
        Path both = lines("both.jsonl", with(scored, "1234"), with(SampleResults.scored("a", 2), "5678"));
        Shell resumed = Shell.vintk("report", both);
        assertEquals(ExitCode.OK, resumed.code(), resumed.err());
        assertTrue(resumed.out().contains(" 2.000 "), resumed.out());
        // The score of what the file held before is none of what it holds now.
        Path worse = lines("worse.jsonl", with(scored, "1234"), with(failed, "5678"));
        assertTrue(Shell.vintk("report", worse).out().contains("timeout"));
    }

    private static Result with(Result r, String content) {
        return new Result(
                r.name(),
                r.source().withContent(Optional.of(content)),
                r.status(),
                r.message(),
                r.vintk(),
                r.ntk(),
                r.repeats(),
                r.cost(),
                r.engine(),
                r.taken(),
                r.settings(),
                r.warnings());
    }

    private static void refused(String words, Object... args) {
        Object[] all = new Object[args.length + 1];
        all[0] = "report";
        System.arraycopy(args, 0, all, 1, args.length);
        Shell shell = Shell.vintk(all);
        assertEquals(ExitCode.USAGE, shell.code());
        assertTrue(shell.err().contains(words), shell.err());
        assertEquals("", shell.out());
    }
}
