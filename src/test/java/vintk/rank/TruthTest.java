package vintk.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TruthTest {

    private static final String NESTED =
            """
            [
             {"id": "P-0", "arch": {"depth": [2, 8], "base_dim": 16}, "params": 893828, "acc": {"kd": 72.5, "scratch": 68.33}},
             {"id": "P-1", "arch": {"depth": [1, 6], "base_dim": 32}, "params": 900000, "acc": {"kd": 71, "scratch": null}}
            ]
            """;

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    @Test
    void jsonColumnsAtTopLevelOrInside() throws IOException {
        Path path = file("t.json", NESTED);
        assertEquals(Map.of("P-0", 72.5, "P-1", 71.0), Truth.read(path, "kd").values());
        assertEquals(
                Map.of("P-0", 893828.0, "P-1", 900000.0),
                Truth.read(path, "params").values());
        assertEquals(Map.of("P-0", 68.33), Truth.read(path, "scratch").values());
    }

    @Test
    void csvIdsStandFirst() throws IOException {
        Path path = file("t.csv", "arch,op,acc,time\n\"(0, 1)\",skip,91.5,1\n|a~0|+|b|,conv,,2\nz,conv,nan,3\ny,x,7\n");
        assertEquals(Map.of("(0, 1)", 91.5, "y", 7.0), Truth.read(path, "acc").values());
        assertEquals(3, Truth.read(path, "time").values().size());
    }

    /** As pandas writes tables, with the numbers of rows in front. */
    @Test
    void csvIdsStandInTheirColumn() throws IOException {
        Path path = file("t.csv", ",id , acc\n0,a,1\n1,b,2\n");
        assertEquals(Map.of("a", 1.0, "b", 2.0), Truth.read(path, "acc").values());
        Path other = file("s.csv", "id;acc\na;1\n");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Truth.read(other, "acc"));
        assertTrue(e.getMessage().contains("no column has any"), e.getMessage());
    }

    @Test
    void spacesAroundIdsAndColumnsThatAreThereTwice() throws IOException {
        assertEquals(
                Map.of("a", 1.0),
                Truth.read(file("t.csv", "id,acc\n a ,1\n"), "acc").values());
        assertEquals(
                Map.of("a", 1.0),
                Truth.read(file("t.json", "[{\"id\": \"a \", \"acc\": 1}]"), "acc")
                        .values());
        Path twice = file("twice.csv", "id,acc,acc\na,1,2\n");
        IOException e = assertThrows(IOException.class, () -> Truth.read(twice, "acc"));
        assertTrue(e.getMessage().contains("has two columns 'acc'"), e.getMessage());
        // Row numbers, and what has no name.
        assertEquals(
                1,
                Truth.read(file("n.csv", ",id,,acc\n0,a,,1\n"), "acc").values().size());
    }

    /** As some editors save a file: with a mark in front, or in the encoding of a country. */
    @Test
    void otherEncodings() throws IOException {
        for (String[] table : new String[][] {
            {"t.csv", "acc,id\n1,é\n"},
            {"t.json", "[{\"acc\": 1, \"id\": \"é\"}]"}
        }) {
            Path path = file(table[0], "\uFEFF" + table[1]);
            assertEquals(Map.of("é", 1.0), Truth.read(path, "acc").values());
            Files.writeString(path, table[1], StandardCharsets.ISO_8859_1);
            IOException e = assertThrows(IOException.class, () -> Truth.read(path, "acc"));
            assertTrue(e.getMessage().startsWith(path + ": expected text in UTF-8, got other bytes"), e.getMessage());
        }
    }

    @Test
    void theOnlyColumnOfNumbers() throws IOException {
        assertEquals("acc", Truth.read(file("t.csv", ",id,name,acc\n0,a,b,1\n")).column());
        Path several = file("t.json", NESTED);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Truth.read(several));
        assertTrue(
                e.getMessage().endsWith("several columns: choose one of base_dim, params, kd, scratch by --column"),
                e.getMessage());
        Path none = file("s.csv", "id;acc\na;1\n");
        e = assertThrows(IllegalArgumentException.class, () -> Truth.read(none));
        assertTrue(e.getMessage().contains("no column has any"), e.getMessage());
    }

    @Test
    void anUnknownColumnListsThoseThereAre() throws IOException {
        IllegalArgumentException json =
                assertThrows(IllegalArgumentException.class, () -> Truth.read(file("t.json", NESTED), "top1"));
        assertTrue(json.getMessage().endsWith("choose one of base_dim, params, kd, scratch"), json.getMessage());
        IllegalArgumentException csv = assertThrows(
                IllegalArgumentException.class, () -> Truth.read(file("t.csv", "id,name,acc\na,b,1\n"), "name"));
        assertTrue(csv.getMessage().endsWith("choose one of acc"), csv.getMessage());
    }

    @Test
    void badFilesAreNamed() throws IOException {
        for (String[] bad : new String[][] {
            {"a.json", "[{\"id\": 1,", "is not JSON"},
            {"b.json", "{}", "JSON array"},
            {"c.json", "[{\"name\": 1}]", "Model 1"},
            {"d.csv", "", "is empty"},
            {"e.csv", "id,acc\na,1\na,2\n", "two rows of the id 'a'"},
            {"f.txt", "", ".json or .csv"},
            {"g.csv", "id,acc\na,72%\nb,1\nc,n/a\n", "got '72%' of 'a'"}
        }) {
            Path path = file(bad[0], bad[1]);
            IOException e = assertThrows(IOException.class, () -> Truth.read(path, "acc"));
            assertTrue(e.getMessage().contains(bad[2]) && e.getMessage().contains(bad[0]), e.getMessage());
        }
    }
}
