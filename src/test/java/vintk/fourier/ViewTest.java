package vintk.fourier;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ViewTest {

    @Provide
    Arbitrary<View> views() {
        Arbitrary<Double> radius = Arbitraries.doubles().between(0.0001, 1.4142).ofScale(4);
        Arbitrary<View> plain = Arbitraries.oneOf(
                Arbitraries.just(new Identity()),
                radius.map(HighPass::new),
                radius.map(LowPass::new),
                Combinators.combine(radius, radius).filter((a, b) -> a < b).as(Band::new),
                Arbitraries.doubles()
                        .between(1e-7, 1e9)
                        .ofScale(7)
                        .filter(s -> s > 0)
                        .map(RandomFeatures::new));
        return Arbitraries.oneOf(plain, plain.map(Standardised::new));
    }

    @Property
    void aViewIsReadBackFromItsText(@ForAll("views") View view) {
        assertEquals(view, View.parse(view.toString()));
        assertTrue(!view.toString().contains("E") && !view.toString().endsWith(".0"), view.toString());
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void aListIsReadBackFromItsText(@ForAll("views") View a, @ForAll("views") View b, @ForAll("views") View c) {
        if (!a.equals(b) && !b.equals(c) && !a.equals(c)) {
            assertEquals(List.of(a, b, c), View.parseList(a + "," + b + " , " + c));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "identity",
                "identity:std",
                "high-pass:0",
                "high-pass:0.25",
                "high-pass:0.25:std",
                "low-pass:1.4142",
                "band:0,0.5",
                "band:0.25,0.5:std",
                "rff:1",
                "rff:0.01:std"
            })
    void textsAreCanonical(String text) {
        assertEquals(text, View.parse(text).toString());
    }

    @Test
    void numbersAreWrittenAsShortAsTheyGo() {
        assertEquals("rff:1", View.parse(" rff:1.00 ").toString());
        assertEquals("band:0,0.00001", View.parse("band:-0.0,1e-5").toString());
        assertEquals(View.parse("high-pass:0"), View.parse("high-pass:-0.0"));
    }

    @Test
    void bandsKeepTheirCommasInAList() {
        assertEquals(
                List.of(new Identity(), new Standardised(new HighPass(0.25)), new Band(0.25, 0.5)),
                View.parseList("identity,high-pass:0.25:std,band:0.25,0.5"));
        assertEquals(
                List.of(new Standardised(new Band(0, 0.5)), new Band(0.5, 1), new Identity()),
                View.parseList("band:0,.5:std, band:0.5, 1,identity"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "low-pass:0|View low-pass:r: expected 0 < r <= 1.4142 (a fraction of Nyquist), got 0",
                "high-pass:1.5|View high-pass:r: expected 0 <= r <= 1.4142 (a fraction of Nyquist), got 1.5",
                "high-pass:-0.1:std|View high-pass:r: expected 0 <= r <= 1.4142 (a fraction of Nyquist), got -0.1",
                "high-pass:NaN|View high-pass:r: expected 0 <= r <= 1.4142 (a fraction of Nyquist), got NaN",
                "band:0.5,0.5|View band:a,b: expected 0 <= a < b <= 1.4142 (fractions of Nyquist), got 0.5,0.5",
                "band:0.5,0.25|View band:a,b: expected 0 <= a < b <= 1.4142 (fractions of Nyquist), got 0.5,0.25",
                "band:0.5,2|View band:a,b: expected 0 <= a < b <= 1.4142 (fractions of Nyquist), got 0.5,2",
                "rff:0|View rff:sigma: expected sigma > 0, got 0",
                "rff:-1|View rff:sigma: expected sigma > 0, got -1",
                "identity:std:std|View identity:std:std: expected ':std' once, got it twice"
            })
    void numbersOutOfRangeAreRefused(String text, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> View.parse(text))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "highpass:0.25|Unknown view 'highpass:0.25'.",
                "gabor|Unknown view 'gabor'.",
                "''|Unknown view ''.",
                "high-pass|View 'high-pass': expected 1 number after 'high-pass', got 0.",
                "identity:1|View 'identity:1': expected 0 numbers after 'identity', got 1.",
                "band:0.5|View 'band:0.5': expected 2 numbers after 'band', got 1.",
                "band:0.1,0.2,0.3|View 'band:0.1,0.2,0.3': expected 2 numbers after 'band', got 3.",
                "rff:wide|View 'rff:wide': expected a number, got 'wide'."
            })
    void unknownViewsAreRefusedWithAListOfTheKnown(String text, String message) {
        assertEquals(
                message + " Views: identity, high-pass:r, low-pass:r, band:a,b (radii from 0 to 1.4142, as fractions of"
                        + " Nyquist), rff:sigma; each may end in ':std'",
                assertThrows(IllegalArgumentException.class, () -> View.parse(text))
                        .getMessage());
    }

    @Test
    void listsWithHolesOrDoublesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> View.parseList(""));
        assertThrows(IllegalArgumentException.class, () -> View.parseList("identity,,rff:1"));
        assertThrows(IllegalArgumentException.class, () -> View.parseList("identity,0.5"));
        assertEquals(
                "Views 'rff:1,rff:1.0': rff:1 is there twice, which makes the kernel singular; expected different views",
                assertThrows(IllegalArgumentException.class, () -> View.parseList("rff:1,rff:1.0"))
                        .getMessage());
    }
}
