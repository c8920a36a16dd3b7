package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vintk.score.Result;
import vintk.score.Status;

class JournalTest {

    private static final Result FIRST = SampleResults.scored("first", 1, 2, 4);
    private static final Result SECOND =
            SampleResults.failed("second", Status.TIMEOUT, "no answer\nafter 60 s, \"stuck\"");
    private static final Result THIRD = SampleResults.illConditioned("third");

    @TempDir
    Path folder;

    @Test
    void givesBackWhatWasAddedWithoutLoss() throws IOException {
        Path path = folder.resolve("results.jsonl");
        try (Journal journal = Journal.create(path)) {
            journal.append(FIRST);
            // On disk already, before the next one starts.
            assertEquals(List.of(FIRST), Journal.read(path).results());
            journal.append(SECOND);
            journal.append(THIRD);
        }
        Journal.Contents contents = Journal.read(path);
        assertEquals(List.of(FIRST, SECOND, THIRD), contents.results());
        assertTrue(contents.warnings().isEmpty());
        assertEquals(3, Files.readAllLines(path).size());
        assertFalse(Files.readString(path).contains("NaN"));
    }

    @Test
    void aHalfWrittenLastLineIsLeftOutAndSaid() throws IOException {
        Path path = folder.resolve("results.jsonl");
        String line = ResultJson.line(SECOND);
        for (int cut : new int[] {1, line.length() / 2, line.length() - 1}) {
            Files.writeString(path, ResultJson.line(FIRST) + "\n" + line.substring(0, cut));
            Journal.Contents contents = Journal.read(path);
            assertEquals(List.of(FIRST), contents.results());
            assertEquals(1, contents.warnings().size());
            try (Journal journal = Journal.resume(path)) {
                journal.append(THIRD);
            }
            assertEquals(List.of(FIRST, THIRD), Journal.read(path).results());
        }
    }

    @Test
    void aMissingLineBreakAloneLosesNothing() throws IOException {
        Path path = folder.resolve("results.jsonl");
        Files.writeString(path, ResultJson.line(FIRST));
        assertEquals(List.of(FIRST), Journal.read(path).results());
        try (Journal journal = Journal.resume(path)) {
            journal.append(SECOND);
        }
        assertEquals(List.of(FIRST, SECOND), Journal.read(path).results());
    }

    /** As some editors save a file: with a mark in front, or in the encoding of a country. */
    @Test
    void otherEncodings() throws IOException {
        Path path = folder.resolve("results.jsonl");
        Result named = SampleResults.scored("é", 1);
        for (String end : new String[] {"", "\n"}) {
            Files.writeString(path, "\uFEFF" + ResultJson.line(named) + end);
            assertTrue(Journal.isJournal(path));
            assertEquals(List.of(named), Journal.read(path).results());
            try (Journal journal = Journal.resume(path)) {
                journal.append(SECOND);
            }
            assertEquals(List.of(named, SECOND), Journal.read(path).results());
            Files.writeString(
                    path, ResultJson.line(FIRST) + "\n" + ResultJson.line(named) + end, StandardCharsets.ISO_8859_1);
            IOException e = assertThrows(IOException.class, () -> Journal.read(path));
            assertEquals(
                    path + ": expected text in UTF-8, got other bytes in line 2: save the file as UTF-8",
                    e.getMessage());
        }
    }

    @Test
    void aBrokenLineInTheMiddleIsNamed() throws IOException {
        Path path = folder.resolve("results.jsonl");
        Files.writeString(path, ResultJson.line(FIRST) + "\n{\"id\": 1}\n" + ResultJson.line(THIRD) + "\n");
        IOException e = assertThrows(IOException.class, () -> Journal.read(path));
        assertTrue(e.getMessage().contains("line 2, is not a result: Expected the key"), e.getMessage());
    }

    /** No run wrote it: what is not there was shown as a name, or a number of inputs. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; id; \"\"; Expected a name for 'id', got \"\"",
                "''; id; null; Expected a name for 'id', got null",
                "''; id; {\"a\":1}; Expected a name for 'id', got {\"a\":1}",
                "''; repeats; \"x\"; Expected a list for 'repeats', got \"x\"",
                "''; repeats; {}; Expected a list for 'repeats', got {}",
                "''; warnings; \"x\"; Expected a list for 'warnings', got \"x\"",
                "/repeats/0; profile; {}; Expected a list for 'profile', got {}",
                "/settings; batch; 0; Expected 1 or more for 'batch', got 0",
                "/settings; repeats; -1; Expected 1 or more for 'repeats', got -1",
                "/settings; size; -5; Expected 1 or more for 'size', got -5",
                "/settings; batch; 4294967297; Expected 1 or more for 'batch', got 4294967297",
                "/settings; seed; 99999999999999999999; Expected a whole number for 'seed', got 99999999999999999999",
                "/vintk; count; 4294967297; Expected 1 or more for 'count', got 4294967297"
            })
    void resultsThatCannotBeAreNamed(String where, String key, String value, String why) throws IOException {
        ObjectNode tree = ResultJson.tree(FIRST);
        ((ObjectNode) tree.at(where)).set(key, ResultJson.MAPPER.readTree(value));
        Path path = Files.writeString(folder.resolve("results.jsonl"), ResultJson.line(THIRD) + "\n" + tree + "\n");
        IOException e = assertThrows(IOException.class, () -> Journal.read(path));
        assertEquals(path + ", line 2, is not a result: " + why + ". Remove that line", e.getMessage());
    }

    /** Two runs would overwrite each other's lines: the second one is refused, and cuts nothing. */
    @Test
    void oneRunWrites() throws IOException {
        Path path = folder.resolve("results.jsonl");
        try (Journal journal = Journal.create(path)) {
            journal.append(FIRST);
            IOException e = assertThrows(IOException.class, () -> Journal.create(path));
            assertTrue(e.getMessage().contains("another run is writing it"), e.getMessage());
            assertThrows(IOException.class, () -> Journal.resume(path));
            journal.append(SECOND);
        }
        assertEquals(List.of(FIRST, SECOND), Journal.read(path).results());
        Journal.resume(path).close();
    }

    /** As the system has it: closing any other channel of a file gives back all its locks, which Java does not know. */
    @Test
    void theLockStaysWhereARunGoesOn() throws IOException {
        Path locks = Path.of("/proc/locks");
        assumeTrue(Files.exists(locks), "no list of locks");
        Path path = folder.resolve("results.jsonl");
        Files.writeString(path, ResultJson.line(FIRST) + "\n");
        String file = ":" + Files.getAttribute(path, "unix:ino") + " ";
        try (Journal journal = Journal.resume(path)) {
            journal.append(SECOND);
            assertTrue(Files.readString(locks).contains(file), "no lock");
        }
        assertFalse(Files.readString(locks).contains(file), "the lock is left");
    }

    @Test
    void aFolderThatIsNotThereIsSaid() {
        IOException e = assertThrows(
                IOException.class,
                () -> Journal.create(folder.resolve("missing").resolve("results.jsonl")));
        assertTrue(e.getMessage().startsWith("Cannot write "), e.getMessage());
    }

    @Test
    void anEmptyJournalHoldsNothing() throws IOException {
        Path path = folder.resolve("results.jsonl");
        Journal.create(path).close();
        assertEquals(List.of(), Journal.read(path).results());
    }
}
