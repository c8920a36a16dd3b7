package vintk.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import vintk.rank.Journal;
import vintk.rank.Ranking;
import vintk.rank.SampleResults;
import vintk.rank.ScoredModel;
import vintk.score.Statistic;
import vintk.score.Status;

class ResultsFileTest {

    private static final Ranking RANKING = Ranking.of(List.of(
            SampleResults.failed("c, \"quoted\"", Status.ERROR, "two\nlines; \"and\" more", 2),
            SampleResults.scored("a", 0.1, 0.3),
            SampleResults.scored("b", 2.5, 2.5)));

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTML")
    void whatIsWrittenIsReadBack(ReportFormat format) throws IOException {
        Path path = folder.resolve("results." + format.id());
        format.write(RANKING, path);
        ResultsFile file = ResultsFile.read(path, Optional.empty());
        assertEquals(
                RANKING.results().stream()
                        .map(result -> ScoredModel.of(result, Statistic.LOG_TRACE))
                        .toList(),
                file.models());
        assertEquals(List.of(), file.warnings());
        // Results hold every statistic, whichever ranked.
        for (Statistic statistic : Statistic.values()) {
            assertEquals(
                    RANKING.results().stream()
                            .map(result -> ScoredModel.of(result, statistic))
                            .toList(),
                    ResultsFile.read(path, Optional.of(statistic)).models());
        }
        // Again over the old file: the same bytes, and nothing left beside it.
        byte[] before = Files.readAllBytes(path);
        format.write(RANKING, path);
        assertEquals(new String(before), Files.readString(path));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(path), files.toList());
        }
        assertFalse(Files.readString(path).contains("NaN"));
        // As some editors save a file, with a mark in front.
        Files.writeString(path, "\uFEFF" + Files.readString(path));
        assertEquals(file.models(), ResultsFile.read(path, Optional.empty()).models());
        format.requireOwn(path);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTML")
    void otherEncodingsAreRefused(ReportFormat format) throws IOException {
        Path path = folder.resolve("results." + format.id());
        format.write(Ranking.of(List.of(SampleResults.scored("é", 1))), path);
        Files.writeString(path, Files.readString(path), StandardCharsets.ISO_8859_1);
        IOException e = assertThrows(IOException.class, () -> ResultsFile.read(path, Optional.empty()));
        assertTrue(e.getMessage().startsWith(path + ": expected text in UTF-8, got other bytes"), e.getMessage());
    }

    /** Of one repeat and of two: two studies, put into one file by hand. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HTML")
    void resultsOfTwoStudiesDoNotCompare(ReportFormat format) throws IOException {
        Path path = folder.resolve("results." + format.id());
        format.write(Ranking.of(List.of(SampleResults.scored("a", 1), SampleResults.scored("b", 2, 2))), path);
        Exception thrown = assertThrows(Exception.class, () -> ResultsFile.read(path, Optional.empty()));
        assertTrue(
                thrown.getMessage().contains("holds results of other settings than those before (repeats "),
                thrown::getMessage);
    }

    /** What is ours is written over, what is not is refused. */
    @ParameterizedTest
    @EnumSource
    void onlyResultsAreReplaced(ReportFormat format) throws IOException {
        Path path = folder.resolve("results." + format.id());
        format.requireOwn(path);
        format.requireOwn(Files.createFile(path));
        format.write(RANKING, path);
        format.requireOwn(path);
        String table = "id,acc\na,70\n";
        for (String other : List.of(
                table,
                "[{\"id\":\"a\",\"acc\":70}]",
                "{\"id\":\"a\"}",
                "{\"rank\":1,\"status\":\"x\"}\n",
                "{\"id\":\"x\",\"status\":\"done\"}\n",
                "<!DOCTYPE html><p>notes")) {
            Files.writeString(path, other);
            IOException thrown = assertThrows(IOException.class, () -> format.requireOwn(path));
            assertTrue(thrown.getMessage().contains("holds something else than results"), thrown::getMessage);
        }
    }

    /** Names stay: other tables are joined by them. */
    @Test
    void controlCharactersOfATable() throws IOException {
        StringWriter text = new StringWriter();
        String harm = "two\n\tlines\r and \u001b[31m\u009b2J";
        CsvReport.write(Ranking.of(List.of(SampleResults.failed("a\u001b", Status.ERROR, harm))), text);
        assertTrue(
                text.toString().contains("\na\u001b,,,,false,error,\"two\n\tlines? and ?[31m?2J\","), text::toString);
    }

    @Test
    void jsonLinesAreAJournal() throws IOException {
        Path path = folder.resolve("results.jsonl");
        ReportFormat.JSONL.write(RANKING, path);
        assertEquals(RANKING.results(), Journal.read(path).results());
    }

    @Test
    void csvHasOneRowPerModelAndFixedColumns() throws IOException {
        StringWriter text = new StringWriter();
        CsvReport.write(Ranking.of(List.of(SampleResults.scored("a", 0.5))), text);
        String[] lines = text.toString().split("\n");
        assertEquals(2, lines.length);
        assertTrue(
                lines[0].startsWith("id,rank,rank_best,rank_worst,tied,status,message,vintk,vintk_standard_error,ntk,"),
                lines[0]);
        assertTrue(lines[0].endsWith("vintk:mean-cosine,ntk:mean-cosine,vintk:alignment,ntk:alignment"), lines[0]);
        assertTrue(lines[0].contains(",file,sha256,space,"), lines[0]);
        assertTrue(lines[1].startsWith("a,1,1,1,false,ok,,0."), lines[1]);
        assertTrue(
                lines[1].contains("\"identity; band:0.25,0.5\",log-trace,higher,joint,sum,1,224,,synthetic,7,1,all"),
                lines[1]);
    }

    @Test
    void jsonStartsWithThePlace() throws IOException {
        StringWriter written = new StringWriter();
        JsonReport.write(RANKING, written);
        String text = written.toString();
        assertTrue(
                text.startsWith(
                        "[\n{\"id\":\"b\",\"rank\":1,\"rank_best\":1,\"rank_worst\":1,\"tied\":false,\"status\":\"ok\","),
                text.substring(0, 120));
        assertTrue(
                text.contains(
                        "{\"id\":\"c, \\\"quoted\\\"\",\"rank\":null,\"rank_best\":null,\"rank_worst\":null,\"tied\":false,"
                                + "\"status\":\"error\",\"message\":\"two\\nlines; \\\"and\\\" more\",\"vintk\":null,\"ntk\":null,"),
                text);
    }

    @Test
    void unknownExtensionsListTheOthers() {
        for (String name : new String[] {"results", "results.txt", "csv"}) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> ReportFormat.of(Path.of(name)));
            assertEquals(
                    "Expected a file name that ends in .csv, .json, .jsonl or .html, got '" + name + "'",
                    e.getMessage());
        }
        assertEquals(ReportFormat.CSV, ReportFormat.of(Path.of("A.CSV")));
    }

    @Test
    void badFilesAreNamed() throws IOException {
        for (String[] bad : new String[][] {
            {"a.csv", "id,vintk\na,1\n", "expected a column 'status'"},
            {"b.csv", "id,status,vintk,ntk,params,macs,statistic\na,ok,NaN,1,1,1,log-cond\n", "expected a finite number"
            },
            {"c.csv", "id,status,vintk,ntk,params,macs,statistic\na,fine,1,1,1,1,log-cond\n", "Unknown status 'fine'"},
            {"d.json", "[{\"id\": \"a\"}]", "Model 1"},
            {"e.json", "{", "is not JSON"}
        }) {
            Path path = Files.writeString(folder.resolve(bad[0]), bad[1]);
            IOException e = assertThrows(IOException.class, () -> ResultsFile.read(path, Optional.empty()));
            assertTrue(e.getMessage().contains(bad[2]) && e.getMessage().contains(bad[0]), e.getMessage());
        }
    }

    @Test
    void aMissingFolderIsSaid() {
        Path path = folder.resolve("missing").resolve("r.csv");
        IOException e = assertThrows(IOException.class, () -> ReportFormat.CSV.write(RANKING, path));
        assertTrue(e.getMessage().startsWith("Cannot write " + path), e.getMessage());
    }
}
