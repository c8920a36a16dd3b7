package vintk.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vintk.space.VisionTransformer.Block;
import vintk.space.VisionTransformer.Stage;

/** A user's own space: what it can say, and how its mistakes are answered. */
class SpaceFileTest {
    private static final String GOOD =
            """
            name: mine
            description: two stages, chosen per block
            source: this test
            image: 64
            classes: 10

            choices:
              depth: [[1, 2], [2, 2]]
              heads: {per: depth, of: [2, 4], also: [1]}
              width: [16, 32]

            network:
              channels: 1
              patch: 4
              stride: 4
              positions: map
              blocks: depth
              width: width
              heads: heads
              head_width: width / heads
              ratio: 2.5
              pooling: class-token
              epsilon: 1e-5
              initialisation: pytorch-default
            """;

    @TempDir
    Path folder;

    @Test
    void choicesPerBlockRunOnThroughTheStages() throws IOException {
        Space space = Space.read(write(GOOD));
        assertEquals(BigInteger.valueOf(2 * (8 + 16)), space.size());
        assertEquals(48, space.enumerate().distinct().count());
        for (BigInteger i = BigInteger.ZERO; i.compareTo(space.size()) < 0; i = i.add(BigInteger.ONE)) {
            assertEquals(i, space.index(space.candidate(i).choices()));
        }
        Candidate last = space.candidate(space.size().subtract(BigInteger.ONE));
        assertEquals(
                "{\"id\":\"mine-1b\",\"space\":\"mine\",\"choices\":{\"depth\":[2,2],\"heads\":[4,4,4,4],\"width\":32}}",
                last.json());
        VisionTransformer net = last.resolve(space);
        Block block = new Block(4, 8, 80, 0);
        assertEquals(List.of(new Stage(32, List.of(block, block)), new Stage(32, List.of(block, block))), net.stages());
        assertEquals(1, net.channels());
        assertEquals(16, net.grid(0));
        assertEquals(8, net.grid(1));
    }

    @Test
    void alsoValuesAreAcceptedButNeverDrawn() throws IOException {
        Space space = Space.read(write(GOOD));
        Path file = folder.resolve("c.jsonl");
        Files.writeString(
                file,
                "{\"id\":\"x\",\"space\":\"mine\",\"choices\":{\"depth\":[1,2],\"heads\":[1,2,4],\"width\":16}}\n");
        Candidate candidate =
                Candidates.read(file, List.of(space), remark -> {}).get(0);
        assertEquals(1, candidate.resolve(space).stages().get(0).blocks().get(0).heads());
        String said = assertThrows(SpaceException.class, () -> space.index(candidate.choices()))
                .getMessage();
        assertTrue(said.contains("heads = 1 is accepted but not among the drawn [2, 4]"), said);
        assertTrue(said.endsWith("has no number to make an id of: give it an \"id\""), said);
    }

    /** Each row: what is replaced in the good file, by what, and what the answer must say. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: mine | name: My Space | name: expected up to 80 lower case letters",
                "name: mine | nmae: mine | nmae: unknown key; expected one of name, description",
                "source: this test | '' | source: expected a value, got none",
                "width: width | widht: width | network.widht: unknown key; expected one of channels, patch",
                "stride: 4 | stride: 4\\n  strid: 4 | network.strid: unknown key; expected one of channels, patch",
                "width: [16, 32] | width: [16, 32]\\n  unused: [1, 2] | choices.unused: no formula of the network uses it",
                "also: [1] | aslo: [1] | choices.heads.aslo: unknown key",
                "classes: 10 | classes: ten | classes: expected a positive number, got 'ten'",
                "classes: 10 | classes: 1.5 | classes: expected a whole number, got 1.5",
                "classes: 10 | classes: 10\\nclasses: 11 | 'classes'",
                "patch: 4 | patch: 0 | network.patch: expected a positive number",
                "positions: map | positions: maps | network.positions: expected one of tokens, map; got 'maps'",
                "blocks: depth | blocks: heads | network.blocks: 'heads' uses heads; expected a number or one of [depth",
                "ratio: 2.5 | ratio: 2 + 1 | network.ratio: expected * or / after '2'",
                "ratio: 2.5 | ratio: -1 | network.ratio: expected numbers and names",
                "per: depth | per: deep | choices: heads: per: expected the name of a choice made once",
                "of: [2, 4] | of: [3, 4] | network: no network for heads = 3: head_width = width / heads = 16 / 3: exp",
                "of: [2, 4] | of: [2, 2] | choices.heads: expected distinct values",
                "of: [2, 4] | of: [] | choices.heads: expected at least one value",
                "of: [2, 4] | of: [two] | choices.heads.of: expected a number, got \"two\"",
                "width: [16, 32] | width: 16 | choices.width: expected a list [a, b, …], got 16",
                "width: [16, 32] | width: [16, [32, 32]] | choices.width: expected values of one form",
                "image: 64 | image: 2 | network: no network: the image of 2 pixels is smaller than one patch of 4",
                "image: 64 | image: [64, 32] | image: expected a positive number, got '[64,32]'",
                "image: 64 | image: [ | line 7, column 8: expected YAML: expected ',' or ']'",
                "stride: 4 | stride 4 | line 16, column 3: expected YAML: could not find expected ':'",
                "stride: 4 | \\tstride: 4 | line 15, column 3: expected YAML: found character '\\t(TAB)' that cannot start any token",
                "ratio: 2.5 | ratio: 2.5\\n---\\nname: other | line 23: expected one space a file, got another document",
                "ratio: 2.5 | ratio: 2 / 0 | network.ratio: expected numbers above 0, got '2 / 0'",
                "ratio: 2.5 | ratio: 300000000 | ratio = 300000000: expected at most 2147483647 hidden units for a width of 16, got 4800000000",
                "ratio: 2.5 | ratio: 100000000\\n  relative_distance: 1000000000 | relative distance: expected 0 (none) to 536870911, got 1000000000",
                "width: [16, 32] | width: [16, 400000000] | about 4.5e+18 parameters: expected fewer than 2^53, of smaller",
                "image: 64 | image: 2000000000 | about 4.0e+18 parameters",
                "classes: 10 | classes: 010 | line 5: expected a decimal number without leading zeros, got 010",
                "width: [16, 32] | width: [020, 040] | line 10: expected a decimal number without leading zeros, got 020",
                "classes: 10 | classes: 0x10 | line 5: expected a decimal number without leading zeros, got 0x10",
                "classes: 10 | classes: 16f | classes: expected a positive number, got '16f'",
                "classes: 10 | classes: 0x1p4 | classes: expected a positive number, got '0x1p4'",
                "classes: 10 | classes: 10\\naliases: [[x]] | aliases: expected a text, got [\"x\"]",
                "classes: 10 | classes: 10\\naliases: [~] | aliases: expected a text, got nothing",
                "ratio: 2.5 | ratio: &width 4\\n  relative_distance: *width | line 22: expected a value, got the alias *width: write the value",
                "ratio: 2.5 | ratio: *none | line 21: expected a value, got the alias *none",
                "classes: 10 | classes: 10\\nnames: [one, two] | expected one name per architecture, 48 in all, got 2",
            })
    void mistakesAreAnsweredByFileAndKey(String from, String to, String answer) throws IOException {
        assertTrue(GOOD.contains(from));
        Path file = write(
                GOOD.replaceFirst(Pattern.quote(from), to.replace("\\n", "\n").replace("\\t", "\t")));
        String said = assertThrows(SpaceException.class, () -> Space.read(file)).getMessage();
        assertTrue(said.startsWith(file + ": "), said);
        assertTrue(said.contains(answer), said);
        assertEquals(1, said.lines().count(), said);
    }

    @Test
    void aMissingFileIsSaidToBeMissing() {
        Path none = folder.resolve("none.yaml");
        assertEquals(
                none + ": expected a space file (YAML), there is no such file",
                assertThrows(SpaceException.class, () -> Space.read(none)).getMessage());
    }

    @Test
    void aFolderIsSaidToBeOne() {
        assertEquals(
                folder + ": expected a space file (YAML), got a folder",
                assertThrows(SpaceException.class, () -> Space.read(folder)).getMessage());
    }

    /** Eight combinations, of which those of three heads need a width that three divides: 24, not 32. */
    @Test
    void choicesThatExcludeEachOtherAreNotDrawn() throws IOException {
        String text = GOOD.replace("[16, 32]", "[32, 24]").replace("of: [2, 4], also: [1]", "of: [3, 4]");
        Space space = Space.read(write(text));
        assertTrue(space.hasGaps());
        assertFalse(Space.read(write(GOOD)).hasGaps());
        long networks = space.enumerate().filter(SpaceFileTest::isNetwork).count();
        assertTrue(0 < networks && networks < space.size().longValueExact());
        List<Candidate> all = space.sample((int) networks, 3);
        assertEquals(
                networks,
                all.stream().filter(SpaceFileTest::isNetwork).distinct().count());
        assertEquals(all.subList(0, 5), space.sample(5, 3));
        String said = assertThrows(SpaceException.class, () -> space.sample((int) networks + 1, 3))
                .getMessage();
        assertEquals(
                "space mine: of 48 architectures only " + networks + " make a network as wanted, cannot draw "
                        + (networks + 1),
                said);
    }

    private static boolean isNetwork(Candidate candidate) {
        double width = candidate.choices().get("width").values().get(0);
        return candidate.choices().get("heads").values().stream().allMatch(heads -> width % heads == 0);
    }

    @Test
    void onlyWhatIsWantedIsDrawn() throws IOException {
        Space space = Space.read(write(GOOD));
        List<Candidate> wide =
                space.sample(6, 1, 64, 10, net -> net.stages().get(0).width() == 32);
        assertEquals(6, wide.stream().distinct().count());
        assertTrue(wide.stream().allMatch(c -> c.choices().get("width").equals(Choice.of(32))));
        assertThrows(SpaceException.class, () -> space.sample(1, 1, 64, 10, net -> false));
    }

    /** A width fits its own divisor alone, in combinations of which there are 1,000, so that all are tried, or more. */
    @Test
    void optionsThatFitHardlyAnything() throws IOException {
        assertEquals(4, Space.read(write(matching(250))).dimensions().size());
        Path more = write(matching(400));
        String said = assertThrows(SpaceException.class, () -> Space.read(more)).getMessage();
        assertTrue(said.matches(".*: network: no network for width = \\d+ found in 1000 tries: head_width = .*"), said);
    }

    private static String matching(int count) {
        List<Integer> primes = IntStream.iterate(3, i -> i + 2)
                .filter(i -> BigInteger.valueOf(i).isProbablePrime(50))
                .limit(count)
                .boxed()
                .toList();
        return GOOD.replace("width: [16, 32]", "width: " + primes + "\n  divisor: " + primes)
                .replace("width / heads", "width / divisor * 4");
    }

    @Test
    void idsAreShortHoweverLargeTheSpace() throws IOException {
        String text = GOOD.replace("[[1, 2], [2, 2]]", "[[199, 200], [200, 200]]");
        Space space = Space.read(write(text));
        assertTrue(space.size().bitLength() > 400);
        List<Candidate> drawn = space.sample(20, 1);
        assertEquals(20, drawn.stream().map(Candidate::id).distinct().count());
        assertTrue(drawn.stream().allMatch(c -> c.id().matches("mine-[0-9a-z]{78}")), drawn::toString);
        Space vast = Space.read(write(text.replace("of: [2, 4], also: [1]", "of: [1, 2, 4, 8]")));
        List<Candidate> many = vast.sample(20, 1);
        assertEquals(20, many.stream().map(Candidate::id).distinct().count());
        assertTrue(many.stream().allMatch(c -> c.id().matches("mine-[0-9a-z]{30}")), many::toString);
        Path file = folder.resolve("c.jsonl");
        String first = many.get(0).json();
        Files.writeString(file, first.replaceFirst("\"id\":\"[^\"]*\",", ""));
        assertEquals(List.of(many.get(0)), Candidates.read(file, List.of(vast), remark -> {}));
        Files.writeString(file, first.replace(many.get(0).id(), many.get(1).id()));
        String said = assertThrows(SpaceException.class, () -> Candidates.read(file, List.of(vast), remark -> {}))
                .getMessage();
        assertTrue(
                said.contains("is that of other choices: leave it out, and they get "
                        + many.get(0).id()),
                said);
        refused("name: expected up to 80", write(GOOD.replace("name: mine", "name: " + "m".repeat(81))));
    }

    /** Results hold the name alone. */
    @Test
    void aNameThatAnotherSpaceHas() throws IOException {
        Path mine = Files.writeString(folder.resolve("mine.yaml"), GOOD);
        assertEquals(1, Spaces.read(List.of(mine)).size());
        Path same = write(GOOD.replace("description: two stages", "description: two other stages"));
        refused("'mine' is the name of another space already (two stages, chosen per block)", mine, same);
        refused("'deit' is the name of another space", write(GOOD.replace("name: mine", "name: deit")));
        refused("'pit' is the name of another space", write(GOOD.replace("name: mine", "name: yours\naliases: [pit]")));
    }

    private static void refused(String words, Path... files) {
        String said = assertThrows(SpaceException.class, () -> Spaces.read(List.of(files)))
                .getMessage();
        assertTrue(said.contains(words), said);
    }

    @Test
    void textOfAnotherEncoding() throws IOException {
        Path file = folder.resolve("space.yaml");
        for (Charset other : List.of(StandardCharsets.ISO_8859_1, StandardCharsets.UTF_16)) {
            Files.writeString(file, GOOD.replace("two stages", "größer"), other);
            String said =
                    assertThrows(SpaceException.class, () -> Space.read(file)).getMessage();
            assertTrue(said.startsWith(file + ": expected text in UTF-8, got other bytes in line "), said);
        }
        Space marked = Space.read(write("\uFEFF" + GOOD.replace("two stages", "größer")));
        assertEquals("größer, chosen per block", marked.description());
    }

    @Test
    void noRelativePositions() throws IOException {
        Space space = Space.read(write(GOOD.replace("pooling", "relative_distance: 0\n  pooling")));
        VisionTransformer net = space.candidate(BigInteger.ZERO).resolve(space);
        assertEquals(0, net.stages().get(0).blocks().get(0).relativeDistance());
    }

    @Test
    void notYamlAtAll() throws IOException {
        for (String text : List.of("", "just words", "- a\n- b", "\u0000\u0001")) {
            Path file = write(text);
            String said =
                    assertThrows(SpaceException.class, () -> Space.read(file)).getMessage();
            assertTrue(said.startsWith(file + ": "), said);
        }
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("space.yaml"), text);
    }
}
