package vintk.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes, numbering and sampling of the built-in spaces. */
class SpaceTest {
    private static final List<Space> SPACES =
            Spaces.names().stream().map(Spaces::builtIn).toList();

    @ParameterizedTest
    @CsvSource({
        "autoformer-tiny, 1056964608", // 3 · (4^12 + 4^13 + 4^14)
        "autoformer-small, 77103263459313", // 3 · (9^12 + 9^13 + 9^14)
        "autoformer-base, 10108977168384", // 3 · (6^14 + 6^15 + 6^16)
        "autoformer-tiny-abs, 1056964608",
        "pit, 1600",
        "deit, 3",
    })
    void sizes(String name, BigInteger size) {
        assertEquals(size, Spaces.builtIn(name).size());
    }

    @Provide
    Arbitrary<Space> spaces() {
        return Arbitraries.of(SPACES);
    }

    @Property(tries = 300)
    void numbersAndCandidatesAreOneToOne(@ForAll("spaces") Space space, @ForAll long seed) {
        BigInteger index = RandomStream.of(seed, "test").nextBigInteger(space.size());
        Candidate candidate = space.candidate(index);
        assertEquals(index, space.index(candidate.choices()));
        assertEquals(space.name(), candidate.space());
        assertTrue(candidate.resolve(space).parameters() > 0);
    }

    @Property(tries = 60)
    void samplesAreDifferentAndBeginLargerSamples(
            @ForAll("spaces") Space space, @ForAll long seed, @ForAll @IntRange(min = 1, max = 200) int count) {
        int most = space.size().min(BigInteger.valueOf(count)).intValue();
        List<Candidate> drawn = space.sample(most, seed);
        assertEquals(drawn, space.sample(most, seed));
        assertEquals(drawn.subList(0, (most + 1) / 2), space.sample((most + 1) / 2, seed));
        Set<String> ids = new HashSet<>();
        Set<Object> choices = new HashSet<>();
        drawn.forEach(candidate -> {
            ids.add(candidate.id());
            choices.add(candidate.choices());
        });
        assertEquals(most, ids.size());
        assertEquals(most, choices.size());
    }

    @Test
    void anotherSeedGivesOthers() {
        Space space = Spaces.builtIn("autoformer-tiny");
        assertNotEquals(space.sample(5, 1), space.sample(5, 2));
    }

    @Test
    void aWholeSpaceIsASample() {
        Space pit = Spaces.builtIn("pit");
        List<Candidate> all = pit.enumerate().toList();
        assertEquals(1600, all.size());
        assertEquals(new HashSet<>(all), new HashSet<>(pit.sample(1600, 3)));
        all.forEach(candidate -> candidate.resolve(pit));
    }

    @Test
    void moreThanTheSpaceHoldsIsRefused() {
        String said = assertThrows(
                        SpaceException.class, () -> Spaces.builtIn("deit").sample(4, 0))
                .getMessage();
        assertEquals("space deit has only 3 architectures, cannot draw 4 different ones", said);
    }

    /** Uniform over architectures: 16 of 21 have the greatest depth. χ² with 2 degrees of freedom, 0.1 % point 13.8. */
    @Test
    void deeperNetworksAreDrawnAsOftenAsThereAreMoreOfThem() {
        int count = 4000;
        int[] depths = new int[3];
        for (Candidate candidate : Spaces.builtIn("autoformer-tiny").sample(count, 11)) {
            depths[candidate.choices().get("depth").values().get(0).intValue() - 12]++;
        }
        double chi = 0;
        for (int i = 0; i < 3; i++) {
            double expected = count * Math.pow(4, i) / 21;
            chi += Math.pow(depths[i] - expected, 2) / expected;
        }
        assertTrue(chi < 13.8, "χ² = " + chi);
    }

    /** First draws over many seeds hit all 1,600 numbers alike. χ² with 1,599 degrees of freedom: 1599 ± 4 · 57. */
    @Test
    void firstDrawsAreUniform() {
        Space pit = Spaces.builtIn("pit");
        int[] hits = new int[1600];
        int seeds = 32_000;
        for (int seed = 0; seed < seeds; seed++) {
            hits[pit.index(pit.sample(1, seed).get(0).choices()).intValue()]++;
        }
        double chi = 0;
        for (int hit : hits) {
            chi += Math.pow(hit - seeds / 1600.0, 2) / (seeds / 1600.0);
        }
        assertTrue(Math.abs(chi - 1599) < 4 * 57, "χ² = " + chi);
    }

    @Test
    void idsAreShortPaddedAndNamed() {
        Space tiny = Spaces.builtIn("autoformer-tiny");
        assertEquals("autoformer-tiny-000000", tiny.candidate(BigInteger.ZERO).id());
        assertEquals(
                "autoformer-tiny-00000z", tiny.candidate(BigInteger.valueOf(35)).id());
        assertEquals(
                List.of("deit-tiny", "deit-small", "deit-base"),
                Spaces.builtIn("deit").enumerate().map(Candidate::id).toList());
        assertThrows(SpaceException.class, () -> tiny.candidate(tiny.size()));
    }

    @Test
    void tablesKnowTheSpacesByOtherNames() {
        assertEquals(
                "autoformer-tiny-abs", Spaces.builtIn("autoformer_ti_subnet").name());
        assertEquals("pit", Spaces.builtIn("pit_subnet").name());
        assertEquals("autoformer-base", Spaces.builtIn("autoformer_base").name());
        String said =
                assertThrows(SpaceException.class, () -> Spaces.builtIn("swin")).getMessage();
        assertTrue(said.startsWith("unknown space 'swin': expected one of autoformer-tiny, "), said);
    }
}
