package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import vintk.input.NpyArray;

/** What no option can be is said where it is made, not by what comes of it. */
class OptionsTest {
    private static void refused(String said, Executable made) {
        String message = assertThrows(IllegalArgumentException.class, made).getMessage();
        assertTrue(message.contains(said) && message.lines().count() == 1, message);
    }

    private static void refused(String said, Reduction.Kind kind, int number, float... vector) {
        Optional<NpyArray> given =
                vector.length == 0 ? Optional.empty() : Optional.of(NpyArray.of(new long[] {vector.length}, vector));
        refused(said, () -> new Reduction(kind, number, given));
    }

    @Test
    void reductions() {
        refused("got -1", Reduction.Kind.CLASS, -1);
        refused("got 0", Reduction.Kind.TRACE, 0);
        refused("at most 10000 are done, got 20000", Reduction.Kind.TRACE, 20_000);
        refused("a vector goes with the reduction vector", Reduction.Kind.VECTOR, 0);
        refused("a vector goes with the reduction vector", Reduction.Kind.SUM, 0, 1);
        refused("not finite", Reduction.Kind.VECTOR, 0, 1, Float.NaN);
    }

    @Test
    void sessions() {
        refused("got -3", () -> SessionSettings.of(-3));
        refused("got 1 for CPU", () -> new Device(Device.Kind.CPU, 1));
        refused("got -1 for CUDA", () -> new Device(Device.Kind.CUDA, -1));
    }

    @Test
    void initialisations() {
        for (double sigma : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
            refused("got " + sigma, () -> new Initialisation(Initialisation.Scheme.TRUNC_NORMAL, sigma));
        }
    }

    @Test
    void inputs() {
        refused("got -5", () -> new ModelInputs(Optional.empty(), OptionalInt.of(-5), Map.of(), 0));
        refused("got 0", () -> ModelInputs.DEFAULT.ofSamples(0));
    }
}
