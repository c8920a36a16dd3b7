package vintk.space;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formulas are computed as on paper. */
class FormulaTest {
    /** In floating point all but the last two are one less. */
    @ParameterizedTest
    @CsvSource({
        "216, 936 / 216, 936",
        "100, 0.29, 29",
        "200, 1.15, 230",
        "240, 4.1, 984",
        "200, share, 230",
        "216, 3.5, 756",
        "10, 1 / 3, 3",
    })
    void roundedDown(int times, String formula, BigInteger value) {
        assertEquals(value, new Formula(formula).floor(times, Map.of("share", 1.15)::get));
    }

    @Test
    void whole() {
        ToDoubleFunction<String> names = Map.of("embed", 200.0, "heads", 3.0)::get;
        assertEquals(1000, new Formula("embed / 3 * 15").whole("width", names));
        assertEquals(Integer.MAX_VALUE, new Formula("2147483647").whole("width", names));
        refused(
                "width = embed / heads = 200 / 3: expected a whole number from 1 to 2147483647, got 66.66666666666667",
                names);
        refused("width = 0.5: expected a whole number from 1 to 2147483647, got 0.5", names);
        refused("width = 2147483648: expected a whole number from 1 to 2147483647, got 2147483648", names);
    }

    private static void refused(String words, ToDoubleFunction<String> names) {
        Formula formula = new Formula(words.split(" = |: ")[1]);
        assertEquals(
                words,
                assertThrows(IllegalArgumentException.class, () -> formula.whole("width", names))
                        .getMessage());
    }
}
