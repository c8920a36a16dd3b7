package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Equations are written out, as NumPy understands them. */
class EquationTest {
    private static List<Value> values(int... ranks) {
        return Arrays.stream(ranks)
                .mapToObj(rank -> {
                    long[] dims = new long[rank];
                    Arrays.setAll(dims, i -> i + 2);
                    return Value.input("x", TensorType.of(DataType.FLOAT, dims));
                })
                .toList();
    }

    private static String written(String equation, int... ranks) {
        return Equation.of(equation, values(ranks)).toString();
    }

    @Test
    void theResultIsImplied() {
        assertEquals("ij,jk->ik", written("ij,jk", 2, 2));
        assertEquals("ba->ab", written("ba", 2));
        assertEquals("ii->", written("i i", 2));
        assertEquals("Ba,aC->BC", written("Ba,aC", 2, 2));
    }

    @Test
    void anEllipsisHasLettersOfItsOwnFromTheRight() {
        assertEquals("ABi->iAB", written("...i->i...", 3));
        assertEquals("ABij,Bjk->ABik", written("...ij,...jk", 4, 3));
        assertEquals("Bi,ABj->ABij", written("...i,...j->...ij", 2, 3));
        assertEquals("i,i->", written("...i,i...->...", 1, 1));
        assertEquals("BAi->BiA", written("...Ai->...iA", 3));
    }

    @Test
    void whatDoesNotFitIsSaid() {
        assertEquals(
                "equation 'ij->i' is not one of 2 operand(s)",
                assertThrows(IllegalArgumentException.class, () -> written("ij->i", 2, 2))
                        .getMessage());
        assertEquals(
                "equation 'ij->i' does not fit to x:FLOAT[2x3x4]",
                assertThrows(IllegalArgumentException.class, () -> written("ij->i", 3))
                        .getMessage());
    }

    @Test
    void aLetterIsAsLongAsTheLongestOfItsAxes() {
        Value thin = Value.input("thin", TensorType.of(DataType.FLOAT, 1, 3));
        Value full = Value.input("full", TensorType.of(DataType.FLOAT, 5, 1));
        Equation equation = Equation.of("ij,ij->ji", List.of(thin, full));
        assertEquals("{i=5, j=3}", equation.extents(List.of(thin, full)).toString());
        assertEquals(Shape.of(3, 5), equation.shape(List.of(thin, full)));
    }
}
