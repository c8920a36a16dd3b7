package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static vintk.opset.OneNode.microsoft;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vintk.onnx.DataType;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;

/** Operators that ONNX Runtime has on CUDA only, against their formulas. */
class ClosedFormTest {
    static final List<String> OPERATORS =
            List.of("com.microsoft.BiasAdd", "com.microsoft.BiasSplitGelu", "com.microsoft.GroupNorm");

    private final Random random = new Random(5);

    private double[] draw(int count) {
        return random.doubles(count, -1, 1).map(d -> (float) d).toArray();
    }

    private static TensorType floats(long... dims) {
        return TensorType.of(DataType.FLOAT, dims);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    @Test
    void biasAdd() {
        double[] x = draw(12);
        double[] bias = draw(3);
        double[] skip = draw(12);
        double[] expected = new double[12];
        Arrays.setAll(expected, i -> x[i] + bias[i % 3] + skip[i]);
        Imported node = Imported.of(microsoft("BiasAdd").x(2, 2, 3).x(3).x(2, 2, 3), floats(2, 2, 3));
        assertArrayEquals(expected, node.value("y0", x, bias, skip).numbers(), 1e-6);
    }

    /** As masks of attention are made. */
    @Test
    void triangleOfInfinities() {
        double no = Double.NEGATIVE_INFINITY;
        Imported node = Imported.of(OneNode.of("Trilu", 14).x(2, 2).longs(1), floats(2, 2));
        assertArrayEquals(
                new double[] {0, no, 0, 0},
                node.value("y0", new double[] {no, no, no, no}).numbers());
    }

    /** Gelu(1) = 0.841345, Gelu(-1) = -0.158655, Gelu(2) = 1.954500. */
    @Test
    void biasSplitGelu() {
        Imported node = Imported.of(microsoft("BiasSplitGelu").x(1, 2, 4).x(4), floats(1, 2, 2));
        double[] x = {1, 2, 0.5, -2, 3, -1, 1.5, 0};
        double[] bias = {0, 1, 0.5, 1};
        double[] expected = {0.841345, 3 * -0.158655, 3 * 1.954500, 0};
        assertArrayEquals(expected, node.value("y0", x, bias).numbers(), 1e-5);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "0, 1", "1, 0", "1, 1"})
    void groupNorm(int last, int activation) {
        int channels = 6;
        int groups = 2;
        int pixels = 4;
        double[] x = draw(2 * channels * pixels);
        double[] scale = draw(channels);
        double[] shift = draw(channels);
        double[] expected = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int own = i;
            double[] group = IntStream.range(0, x.length)
                    .filter(j -> j / (channels * pixels) == own / (channels * pixels))
                    .filter(j -> channel(j, last) / 3 == channel(own, last) / 3)
                    .mapToDouble(j -> x[j])
                    .toArray();
            double mean = Arrays.stream(group).average().orElseThrow();
            double variance = Arrays.stream(group)
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow();
            int c = channel(i, last);
            double y = (x[i] - mean) / Math.sqrt(variance + 1e-3f) * scale[c] + shift[c];
            expected[i] = activation == 0 ? y : y * sigmoid(y);
        }
        long[] dims = last == 1 ? new long[] {2, 2, 2, channels} : new long[] {2, channels, 2, 2};
        OneNode node = microsoft("GroupNorm")
                .x(dims)
                .x(channels)
                .x(channels)
                .with("channels_last", last)
                .with("activation", activation)
                .with("groups", groups)
                .with("epsilon", 1e-3f);
        double[] found =
                Imported.of(node, floats(dims)).value("y0", x, scale, shift).numbers();
        assertArrayEquals(expected, found, 1e-5);
    }

    /** Of an element of [2, 2, 2, 6] or [2, 6, 2, 2]. */
    private static int channel(int i, int last) {
        return last == 1 ? i % 6 : i / 4 % 6;
    }

    @Test
    void statisticsOfSkipLayerNormalizationAreRefused() {
        OneNode node = microsoft("SkipLayerNormalization").x(2, 4).x(2, 4).x(4).outputs("y0", "mean");
        Map<String, TensorType> types = new LinkedHashMap<>(node.inputs());
        types.put("y0", floats(2, 4));
        types.put("mean", floats(2, 1));
        Exception refused = assertThrows(UnsupportedOperatorException.class, () -> Imported.of(node.model(), types));
        assertEquals(
                "SkipLayerNormalization 'node': output 2, a statistic for training, is not handled",
                refused.getMessage());
    }

    @Test
    void otherNormsAreRefused() {
        OneNode node = OneNode.of("LpNormalization", 1).x(4).with("p", 3);
        Exception refused = assertThrows(UnsupportedOperatorException.class, () -> Imported.of(node, floats(4)));
        assertEquals("LpNormalization 'node': p = 3 is not handled, 1 and 2 are", refused.getMessage());
    }
}
