package vintk.space;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RandomStreamTest {
    private static final int MANY = 200_000;

    /** Weights of published models are made of these numbers: when one changes, every generated file changes. The
     * doubles were compared with a second program written from the definition of L64X128Mix. */
    @Test
    void theNumbersOfOneKeyNeverChange() {
        assertEquals(
                0.7457035622775277,
                RandomStream.of(42, "blocks.0.attn.qkv.weight").nextDouble());
        assertEquals(
                -0.22945754276754107,
                RandomStream.of(42, "blocks.0.attn.qkv.weight").nextGaussian());
        assertEquals(492, RandomStream.of(42, "blocks.0.attn.qkv.weight").nextInt(1000));
        float[] normal = new float[3];
        RandomStream.of(42, "blocks.0.attn.qkv.weight").normal(normal, 0.02);
        assertEquals("[-0.0045891507, -0.016498426, 0.023131687]", Arrays.toString(normal));
        float[] uniform = new float[3];
        RandomStream.of(42, "blocks.0.attn.qkv.weight").uniform(uniform, 0.5);
        assertEquals("[0.24570356, 0.06353437, -0.014118877]", Arrays.toString(uniform));
        float[] signs = new float[8];
        RandomStream.of(42, "blocks.0.attn.qkv.weight").rademacher(signs);
        assertEquals("[-1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0, 1.0]", Arrays.toString(signs));
        assertEquals(new BigInteger("2892536923954"), RandomStream.of(-1, "γ").nextBigInteger(BigInteger.TEN.pow(13)));
    }

    @Test
    void seedAndNameBothMatter() {
        float[] one = normal(1, "a");
        assertArrayEquals(one, normal(1, "a"));
        assertFalse(Arrays.equals(one, normal(2, "a")));
        assertFalse(Arrays.equals(one, normal(1, "b")));
        double product = 0;
        float[] other = normal(1, "b");
        for (int i = 0; i < MANY; i++) {
            product += one[i] * other[i];
        }
        assertEquals(0, product / MANY, 5 / Math.sqrt(MANY)); // 5 standard errors
    }

    /** Mean, variance and fourth moment within 5 standard errors: 1/√n, √2/√n, √96/√n. */
    @Test
    void normalsAreNormal() {
        double mean = 0;
        double square = 0;
        double fourth = 0;
        for (float x : normal(7, "moments")) {
            mean += x / (double) MANY;
            square += x * x / (double) MANY;
            fourth += Math.pow(x, 4) / MANY;
        }
        double error = 5 / Math.sqrt(MANY);
        assertEquals(0, mean, error);
        assertEquals(1, square, Math.sqrt(2) * error);
        assertEquals(3, fourth, Math.sqrt(96) * error);
    }

    @Test
    void uniformsFillTheirInterval() {
        float[] values = new float[MANY];
        RandomStream.of(7, "u").uniform(values, 0.25);
        double mean = 0;
        double square = 0;
        float least = 1;
        float most = -1;
        for (float x : values) {
            mean += x / (double) MANY;
            square += x * x / (double) MANY;
            least = Math.min(least, x);
            most = Math.max(most, x);
        }
        assertTrue(least >= -0.25f && most <= 0.25f);
        assertTrue(least < -0.2499 && most > 0.2499);
        assertEquals(0, mean, 5 * 0.25 / Math.sqrt(3.0 * MANY));
        assertEquals(0.25 * 0.25 / 3, square, 5 * 0.25 * 0.25 * Math.sqrt(4.0 / 45) / Math.sqrt(MANY));
    }

    @Test
    void signsAreFair() {
        float[] signs = new float[MANY];
        RandomStream.of(7, "s").rademacher(signs);
        double sum = 0;
        for (float sign : signs) {
            assertEquals(1, Math.abs(sign));
            sum += sign;
        }
        assertEquals(0, sum, 5 * Math.sqrt(MANY));
    }

    private static float[] normal(long seed, String name) {
        float[] values = new float[MANY];
        RandomStream.of(seed, name).normal(values, 1);
        return values;
    }
}
