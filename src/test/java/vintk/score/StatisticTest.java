package vintk.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Closed forms. */
class StatisticTest {

    private static double exact(Statistic statistic, Kernel kernel) {
        Value value = statistic.value(kernel, Spectrum.of(kernel)).orElseThrow();
        assertTrue(value.exact(), statistic.id());
        return value.value();
    }

    @Test
    void identity() {
        Kernel kernel = Kernels.diagonal(Precision.FLOAT64, 1, 1, 1, 1);
        assertEquals(0, exact(Statistic.LOG_COND, kernel), 1e-12);
        assertEquals(0, exact(Statistic.LOG_MIN, kernel), 1e-12);
        assertEquals(Math.log10(4), exact(Statistic.LOG_TRACE, kernel), 1e-12);
        assertEquals(Math.log10(2), exact(Statistic.LOG_FROBENIUS, kernel), 1e-12);
        assertEquals(0, exact(Statistic.LOG_DET, kernel), 1e-12);
        assertEquals(4, exact(Statistic.EFFECTIVE_RANK, kernel), 1e-12);
        assertEquals(0, exact(Statistic.MEAN_COSINE, kernel), 1e-12);
    }

    @Test
    void diagonal() {
        Kernel kernel = Kernels.diagonal(Precision.FLOAT64, 1, 1000, 10);
        assertEquals(3, exact(Statistic.LOG_COND, kernel), 1e-12);
        assertEquals(0, exact(Statistic.LOG_MIN, kernel), 1e-11);
        assertEquals(Math.log10(1011), exact(Statistic.LOG_TRACE, kernel), 1e-12);
        assertEquals(Math.log10(Math.sqrt(1_000_101)), exact(Statistic.LOG_FROBENIUS, kernel), 1e-12);
        assertEquals(4.0 / 3, exact(Statistic.LOG_DET, kernel), 1e-9);
    }

    @Test
    void twoByTwoByHand() {
        // Eigenvalues 3 and 1, cosine 1/2, entropy of (3/4, 1/4).
        Kernel kernel = Kernels.of(new double[] {2, 1}, new double[] {1, 2});
        assertEquals(Math.log10(3), exact(Statistic.LOG_COND, kernel), 1e-12);
        assertEquals(0, exact(Statistic.LOG_MIN, kernel), 1e-12);
        assertEquals(Math.log10(4), exact(Statistic.LOG_TRACE, kernel), 1e-12);
        assertEquals(0.5, exact(Statistic.LOG_FROBENIUS, kernel), 1e-12);
        assertEquals(Math.log10(3) / 2, exact(Statistic.LOG_DET, kernel), 1e-12);
        assertEquals(4 / Math.pow(3, 0.75), exact(Statistic.EFFECTIVE_RANK, kernel), 1e-12);
        assertEquals(0.5, exact(Statistic.MEAN_COSINE, kernel), 1e-12);
    }

    @Test
    void rankOneIsBoundedByTheFloor() {
        // u·uᵀ with u = (1, 2, 3): λ₁ = 14, the others 0.
        Kernel kernel =
                Kernels.of(Precision.FLOAT32, new double[] {1, 2, 3}, new double[] {2, 4, 6}, new double[] {3, 6, 9});
        Spectrum spectrum = Spectrum.of(kernel);
        assertTrue(spectrum.illConditioned());
        assertEquals(14, spectrum.largest(), 1e-12);
        assertEquals(14e-6, spectrum.noiseFloor(), 1e-15);
        Value cond = Statistic.LOG_COND.value(kernel, spectrum).orElseThrow();
        assertEquals(Bound.AT_LEAST, cond.bound());
        assertEquals(6, cond.value(), 1e-12);
        Value min = Statistic.LOG_MIN.value(kernel, spectrum).orElseThrow();
        assertEquals(Bound.AT_MOST, min.bound());
        assertEquals(Math.log10(14e-6), min.value(), 1e-12);
        assertEquals(1, exact(Statistic.EFFECTIVE_RANK, kernel), 1e-9);
        assertEquals(1, exact(Statistic.MEAN_COSINE, kernel), 1e-12);
        assertEquals(Math.log10(14), exact(Statistic.LOG_TRACE, kernel), 1e-12);
        assertEquals(Math.log10(14), exact(Statistic.LOG_FROBENIUS, kernel), 1e-12);
        // The hidden directions count as the ridge: log10 14 + 2·log10(14e-6), per row.
        assertEquals((Math.log10(14) + 2 * Math.log10(14e-6)) / 3, exact(Statistic.LOG_DET, kernel), 1e-6);
    }

    /** λ_n = −5e-4 λ₁ is off by 5e-4 λ₁ at least: a floor of 1e-6 would promise too much. */
    @Test
    void aNegativeEigenvalueRaisesTheFloor() {
        Kernel kernel = Kernels.diagonal(Precision.FLOAT32, 2, 2, -1e-3);
        Spectrum spectrum = Spectrum.of(kernel);
        assertEquals(5e-4, spectrum.relativeFloor(), 1e-15);
        assertEquals(
                new Value(-Math.log10(5e-4), Bound.AT_LEAST),
                Statistic.LOG_COND.value(kernel, spectrum).orElseThrow());
        Value min = Statistic.LOG_MIN.value(kernel, spectrum).orElseThrow();
        assertEquals(Bound.AT_MOST, min.bound());
        assertEquals(-3, min.value(), 1e-12);
        assertEquals((2 * Math.log10(2 + 1e-3) - 3) / 3, exact(Statistic.LOG_DET, kernel), 1e-12);
        Kernel within = Kernels.diagonal(Precision.FLOAT32, 2, 2, -1e-7);
        assertEquals(1e-6, Spectrum.of(within).relativeFloor());
    }

    @Test
    void hilbertIsIllConditionedInFloat32AndNotInFloat64() {
        int n = 5;
        double[][] rows = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                rows[i][j] = 1.0 / (i + j + 1);
            }
        }
        // Condition number of the 5 × 5 Hilbert matrix: 476607.25, within what float32 resolves; of 6 × 6 1.4951e7,
        // beyond.
        assertEquals(Math.log10(476_607.25), exact(Statistic.LOG_COND, Kernels.of(Precision.FLOAT32, rows)), 1e-6);
        double[][] larger = new double[6][6];
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                larger[i][j] = 1.0 / (i + j + 1);
            }
        }
        assertTrue(Spectrum.of(Kernels.of(Precision.FLOAT32, larger)).illConditioned());
        Kernel trusted = Kernels.of(Precision.FLOAT64, larger);
        assertFalse(Spectrum.of(trusted).illConditioned());
        assertEquals(Math.log10(1.495105864e7), exact(Statistic.LOG_COND, trusted), 1e-6);
    }

    @Test
    void alignmentByHand() {
        Kernel aligned = Kernels.of(
                new double[] {1, 1, 0, 0}, new double[] {1, 1, 0, 0}, new double[] {0, 0, 1, 1}, new double[] {
                    0, 0, 1, 1
                });
        Spectrum spectrum = Spectrum.of(aligned);
        assertEquals(
                1,
                Statistic.ALIGNMENT
                        .value(aligned, spectrum, new int[] {0, 0, 1, 1})
                        .orElseThrow()
                        .value(),
                1e-12);
        assertEquals(
                0,
                Statistic.ALIGNMENT
                        .value(aligned, spectrum, new int[] {0, 1, 0, 1})
                        .orElseThrow()
                        .value(),
                1e-12);
        // Centred identity of 4 against two classes: ⟨H, HYH⟩ = 2, norms √3 and 2.
        Kernel identity = Kernels.diagonal(Precision.FLOAT64, 1, 1, 1, 1);
        assertEquals(
                1 / Math.sqrt(3),
                Statistic.ALIGNMENT
                        .value(identity, Spectrum.of(identity), new int[] {0, 0, 1, 1})
                        .orElseThrow()
                        .value(),
                1e-12);
        assertEquals(Optional.empty(), Statistic.ALIGNMENT.value(aligned, spectrum));
        assertEquals(Optional.empty(), Statistic.ALIGNMENT.value(aligned, spectrum, new int[] {7, 7, 7, 7}));
        assertThrows(
                IllegalArgumentException.class,
                () -> Statistic.ALIGNMENT.value(aligned, spectrum, new int[] {0, 1, 0}));
    }

    /** 11ᵀ + δ yyᵀ with y = ±1: centred it is δ yyᵀ, of δ times its norm. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, 1e-5, true", "FLOAT32, 1e-7, false", "ACCURATE, 1e-7, true", "ACCURATE, 1e-9, false"})
    void alignmentOfNoiseIsAbsent(Precision precision, double delta, boolean known) {
        double[][] rows = new double[4][4];
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                rows[i][j] = 1 + ((i + j) % 2 == 0 ? delta : -delta);
            }
        }
        Kernel kernel = Kernels.of(precision, rows);
        Optional<Value> value = Statistic.ALIGNMENT.value(kernel, Spectrum.of(kernel), new int[] {0, 1, 0, 1});
        assertEquals(known, value.isPresent());
        value.ifPresent(v -> assertEquals(1, v.value(), 1e-6));
    }

    /** Entries are rounded each for itself: a cosine of 1 + 5e-8 here. */
    @Test
    void noMeanOfCosinesIsAboveOne() {
        Kernel kernel = Kernels.of(Precision.FLOAT32, new double[] {1, 1 + 5e-8}, new double[] {1 + 5e-8, 1});
        assertEquals(1, exact(Statistic.MEAN_COSINE, kernel));
        Kernel opposite = Kernels.of(Precision.FLOAT32, new double[] {1, -1 - 5e-8}, new double[] {-1 - 5e-8, 1});
        assertEquals(-1, exact(Statistic.MEAN_COSINE, opposite));
    }

    @Test
    void samplesWithoutGradientHaveNoCosine() {
        Kernel kernel = Kernels.of(new double[] {4, 2, 0}, new double[] {2, 4, 0}, new double[] {0, 0, 0});
        assertEquals(0.5, exact(Statistic.MEAN_COSINE, kernel), 1e-12);
        Kernel single = Kernels.diagonal(Precision.FLOAT64, 3);
        assertEquals(Optional.empty(), Statistic.MEAN_COSINE.value(single, Spectrum.of(single)));
        // Which would be 0 and 1 whatever the model.
        assertEquals(Optional.empty(), Statistic.LOG_COND.value(single, Spectrum.of(single)));
        assertEquals(Optional.empty(), Statistic.EFFECTIVE_RANK.value(single, Spectrum.of(single)));
    }

    @Test
    void namesAndDirectionsAreFixed() {
        StringBuilder all = new StringBuilder();
        for (Statistic statistic : Statistic.values()) {
            all.append(statistic.id())
                    .append(' ')
                    .append(statistic.direction().id())
                    .append('\n');
            assertEquals(statistic, Named.find(Statistic.class, statistic.id()));
        }
        assertEquals(
                """
                log-cond lower
                log-min higher
                log-trace higher
                log-frobenius higher
                log-det higher
                effective-rank higher
                mean-cosine lower
                alignment higher
                """,
                all.toString());
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Named.find(Integration.class, "product"));
        assertEquals("Unknown integration 'product': choose one of joint, mean, sum", e.getMessage());
    }
}
