package vintk.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CandidatesTest {
    private static final String GOOD =
            "{\"id\":\"a\",\"space\":\"pit\",\"choices\":{\"base_dim\":16,\"mlp_ratio\":6,\"depth\":[2,8,4],\"num_heads\":[2,4,4]}}";

    @TempDir
    Path folder;

    private static List<Candidate> read(Path file) {
        return Candidates.read(file, List.of(), remark -> {});
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        List<Candidate> candidates = new ArrayList<>();
        for (String name : Spaces.names()) {
            candidates.addAll(Spaces.builtIn(name).sample(3, 5));
        }
        Path file = folder.resolve("candidates.jsonl");
        Files.write(file, candidates.stream().map(Candidate::json).toList());
        assertEquals(candidates, read(file));
        assertEquals(candidates.size(), Files.readAllLines(file).size());
        assertEquals(candidates.get(0).json(), Files.readAllLines(file).get(0));
        // As some editors save a file, with a mark in front.
        Files.writeString(file, "\uFEFF" + Files.readString(file));
        assertEquals(candidates, read(file));
    }

    @Test
    void tablesAreReadAsTheyAre() throws IOException {
        Path file = folder.resolve("table.json");
        Files.writeString(
                file,
                """
                [{"id": "P", "space": "pit_subnet", "index": 0,
                  "arch": {"base_dim": 16, "mlp_ratio": 6, "depth": [2, 8, 4], "num_heads": [2, 4, 4]},
                  "params_100cls": 893828, "acc": {"x": 1}},
                 {"space": "deit", "num_heads": 6, "top1": 79.8}]
                """);
        List<Candidate> read = read(file);
        assertEquals(GOOD.replace("\"a\"", "\"P\""), read.get(0).json());
        assertEquals(
                "{\"id\":\"deit-small\",\"space\":\"deit\",\"choices\":{\"num_heads\":6}}",
                read.get(1).json());
    }

    /** The best of a ranking are the parents of the next one. */
    @Test
    void resultsAreCandidates() throws IOException {
        Path file = folder.resolve("results.jsonl");
        Files.writeString(
                file,
                "{\"id\":\"a\",\"rank\":1,\"source\":{\"file\":null,\"space\":\"pit\",\"choices\":" + GOOD + "}}\n");
        assertEquals(GOOD, read(file).get(0).json());
        Files.writeString(file, "{\"id\":\"a\",\"source\":{\"file\":\"a.onnx\",\"space\":null,\"choices\":null}}\n");
        String said = assertThrows(SpaceException.class, () -> read(file)).getMessage();
        assertTrue(said.contains("no \"space\""), said);
        Files.writeString(file, "{\"id\":\"a\",\"choices\":{},\"source\":{\"choices\":" + GOOD + "}}\n");
        String own = assertThrows(SpaceException.class, () -> read(file)).getMessage();
        assertTrue(own.contains("line 1 (a): a result with choices of its own: take its source.choices"), own);
    }

    /** A child that kept its parent's id would be taken for it. */
    @Test
    void anIdOfOtherChoices() throws IOException {
        Space pit = Spaces.builtIn("pit");
        Candidate parent = pit.sample(1, 0).get(0);
        Path file = Files.writeString(folder.resolve("c.jsonl"), parent.json());
        assertEquals(List.of(parent), read(file));
        Candidate child = pit.sample(2, 0).get(1);
        Files.writeString(file, child.json().replace(child.id(), parent.id()));
        String said = assertThrows(SpaceException.class, () -> read(file)).getMessage();
        assertTrue(said.contains("is that of other choices: leave it out, and they get " + child.id()), said);
        Files.writeString(file, "{\"id\":\"deit-tiny\",\"space\":\"deit\",\"choices\":{\"num_heads\":6}}");
        assertThrows(SpaceException.class, () -> read(file));
    }

    /** Refused by its line, not when it is built. */
    @Test
    void choicesThatExcludeEachOther() throws IOException {
        String text = Spaces.yaml("pit")
                .replace("name: pit", "name: odd")
                .replaceFirst("(?s)choices:.*network:", "choices:\n  width: [32, 24]\n  heads: [2, 3]\nnetwork:")
                .replaceFirst("blocks: .*", "blocks: 2")
                .replaceFirst(
                        "width: .*\n  heads: .*\n  head_width: .*\n  ratio: .*",
                        "width: width\n  heads: heads\n  head_width: width / heads\n  ratio: 4");
        Space space = Space.read(Files.writeString(folder.resolve("odd.yaml"), text.replace("    ", "  ")));
        Path file = Files.writeString(
                folder.resolve("c.jsonl"),
                "{\"space\":\"odd\",\"choices\":{\"width\":24,\"heads\":3}}\n"
                        + "{\"id\":\"x\",\"space\":\"odd\",\"choices\":{\"width\":32,\"heads\":3}}\n");
        String said = assertThrows(SpaceException.class, () -> Candidates.read(file, List.of(space), remark -> {}))
                .getMessage();
        assertTrue(said.contains("line 2 (x): candidate x: head_width = width / heads = 32 / 3"), said);
    }

    @Test
    void valuesOutsideTheDrawnOnesThatTheFilesOfAutoFormerList() throws IOException {
        Path file = folder.resolve("b.json");
        String eights = "8,9,10,8,9,10,8,9,10,8,9,10,8,8";
        String ratios = "3,3,3,3,3,3,3,4,4,4,4,4,4,3.5";
        Files.writeString(
                file,
                "{\"id\":\"b\",\"space\":\"autoformer_base\",\"embed_dim\":528,\"depth\":14,\"num_heads\":[" + eights
                        + "],\"mlp_ratio\":[" + ratios + "]}");
        Candidate candidate = read(file).get(0);
        VisionTransformer net = candidate.resolve(Spaces.builtIn("autoformer-base"));
        assertEquals(8, net.stages().get(0).blocks().get(13).heads());
        assertEquals(1848, net.stages().get(0).blocks().get(13).hidden());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"space\":\"pit\" | \"space\":\"pits\" | unknown space 'pits': expected one of autoformer-tiny",
                "\"space\":\"pit\", | '' | no \"space\": expected one of",
                "\"base_dim\":16 | \"base_dim\":17 | base_dim: expected one of [16, 24, 32, 40], got 17",
                "\"base_dim\":16, | '' | no value for base_dim: expected base_dim, mlp_ratio, depth, num_heads",
                "\"base_dim\":16 | \"base_dim\":\"x\" | base_dim: expected a number, got \"x\"",
                "\"base_dim\":16 | \"base_dim\":16,\"basedim\":1 | has no choice named basedim: expected base_dim",
                "[2,8,4] | [2,8] | depth: expected one of [[1,6,6]",
                "\"id\":\"a\" | \"id\":\"../a\" | id: expected up to 120 letters",
                "\"id\":\"a\",\"space\":\"pit\",\"choices\":{\"base_dim\":16 |"
                        + " \"id\":\"first\",\"space\":\"pit\",\"choices\":{\"base_dim\":24 |"
                        + " id first was used by line 1 already, for other choices",
                "\"id\":\"a\" | \"id\":\"a\",\"arch\":{} | expected \"choices\" or \"arch\", got both: remove one",
                "\"mlp_ratio\":6 | \"mlp_ratio\":6,\"mlp_ratio\":4 | expected one JSON record per line: Duplicate",
                "\"mlp_ratio\":6 | \"mlp_ratio\":NaN | expected one JSON record per line",
                "{\"id\" | [\"id\" | expected one JSON record per line",
            })
    void eachBadRecordIsOneLineThatSaysWhere(String from, String to, String answer) throws IOException {
        Path file = folder.resolve("bad.jsonl");
        String bad = GOOD.replace(from, to);
        Files.writeString(file, GOOD.replace("\"a\"", "\"first\"") + "\n\n" + bad + "\n" + "[]\n");
        String said = assertThrows(SpaceException.class, () -> read(file)).getMessage();
        List<String> lines = said.lines().toList();
        assertEquals(2, lines.size(), said);
        assertTrue(lines.get(0).startsWith(file + ": line 3"), said);
        assertTrue(lines.get(0).contains(answer), said);
        assertTrue(lines.get(1).startsWith(file + ": line 4: expected a record"), said);
    }

    @Test
    void tooFewNumbersPerBlock() throws IOException {
        Path file = folder.resolve("few.json");
        Files.writeString(
                file,
                "[{\"id\":\"t\",\"space\":\"autoformer_tiny\",\"embed_dim\":192,\"depth\":12,\"num_heads\":[3,3],\"mlp_ratio\":4}]");
        String said = assertThrows(SpaceException.class, () -> read(file)).getMessage();
        assertEquals(
                file
                        + ": record 0 (t): space autoformer-tiny: mlp_ratio: expected a list of 12 numbers, one per depth; got 4",
                said);
    }

    @Test
    void longListsOfComplaintsAreCut() throws IOException {
        Path file = folder.resolve("many.jsonl");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 25; i++) {
            text.append("{\"space\":\"" + i + "\"}\n");
        }
        Files.writeString(file, text);
        List<String> lines = assertThrows(SpaceException.class, () -> read(file))
                .getMessage()
                .lines()
                .toList();
        assertEquals(11, lines.size());
        assertEquals(file + ": … and 15 more", lines.get(10));
    }

    /** A forgotten --space is one mistake, however many lines it meets. */
    @Test
    void oneComplaintOfManyLines() throws IOException {
        Path file = folder.resolve("many.jsonl");
        Files.writeString(file, "{\"space\":\"mine\"}\n".repeat(10));
        String said = assertThrows(SpaceException.class, () -> read(file)).getMessage();
        assertTrue(said.startsWith(file + ": line 1: unknown space 'mine'"), said);
        assertTrue(said.endsWith("; the same goes for 9 more"), said);
        assertEquals(1, said.lines().count(), said);
    }

    @Test
    void whatStandsThereAgainCountsOnce() throws IOException {
        Path file = Files.writeString(folder.resolve("again.jsonl"), GOOD + "\n" + GOOD.replace(",", ", ") + "\n");
        List<String> remarks = new ArrayList<>();
        assertEquals(1, Candidates.read(file, List.of(), remarks::add).size());
        assertEquals(List.of(file + ": candidates that stand there again count once (line 2)"), remarks);
    }

    @Test
    void filesThatAreNoCandidates() throws IOException {
        assertTrue(refused("none.json", null).endsWith("there is no such file"));
        assertTrue(refused("empty.jsonl", "").endsWith("the file holds none"));
        assertTrue(refused("empty.json", "").contains("expected an array of records"));
        assertTrue(refused("words.json", "words").contains("line 1: expected JSON: "));
        assertTrue(refused("number.json", "1").contains("expected an array of records"));
        assertTrue(refused("cut.json", "[{\"id\":").contains("expected JSON: "));
        assertTrue(refused("table.csv", "a,b").contains("named .jsonl or .json"));
        Files.write(folder.resolve("bytes.jsonl"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertTrue(refused("bytes.jsonl", null).contains("UTF-8"));
    }

    private String refused(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        if (text != null) {
            Files.writeString(file, text);
        }
        String said = assertThrows(SpaceException.class, () -> read(file)).getMessage();
        assertTrue(said.startsWith(file + ": "), said);
        assertEquals(1, said.lines().count(), said);
        return said;
    }
}
