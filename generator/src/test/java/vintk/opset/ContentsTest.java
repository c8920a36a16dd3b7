package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Masks and tables of sines among constants, and what only looks like them. */
class ContentsTest {
    private static final int ROWS = 5;
    private static final int WIDTH = 8;

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();

    /** Parts of layers and normalisations. */
    private final Set<String> layers = new HashSet<>();

    private void add(String name, Shape shape, IntToDoubleFunction numbers) {
        float[] values = new float[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) numbers.applyAsDouble(i);
        }
        tensors.put(name, Tensor.floats(shape, values));
    }

    private void table(String name, IntToDoubleFunction numbers) {
        add(name, Shape.of(1, ROWS, WIDTH), numbers);
    }

    private Role role(String name, String... factors) {
        return new Contents(tensors.keySet(), tensors::get, Set.of(factors)::contains, each -> !layers.contains(each))
                .role(name);
    }

    private static double angle(int row, int frequency) {
        return (row + 1) / Math.pow(10, frequency);
    }

    /** Half a row of sines and half a row of cosines. */
    private static double halves(int i) {
        int column = i % WIDTH;
        DoubleUnaryOperator of = column < WIDTH / 2 ? Math::sin : Math::cos;
        return of.applyAsDouble(angle(i / WIDTH, column % (WIDTH / 2)));
    }

    private static double interleaved(int i) {
        DoubleUnaryOperator of = i % 2 == 0 ? Math::sin : Math::cos;
        return of.applyAsDouble(angle(i / WIDTH, i % WIDTH / 2));
    }

    @Test
    void masks() {
        add("causal", Shape.of(4, 4), i -> i % 4 > i / 4 ? Double.NEGATIVE_INFINITY : 0);
        add("window", Shape.of(4, 4), i -> i % 4 > i / 4 ? -100 : 0);
        add("zeros", Shape.of(4, 4), i -> 0);
        add("weight", Shape.of(4, 4), i -> i - 8);
        add("one", Shape.of(1), i -> -76);
        add("bias", Shape.of(3), i -> -60 - i);
        layers.add("bias");
        assertEquals(Role.MASK, role("causal"));
        assertNull(role("one"));
        assertNull(role("bias"));
        assertEquals(Role.MASK, role("window"));
        assertNull(role("zeros"));
        assertNull(role("weight"));
    }

    /** A weight may begin as the unit matrix, a gate as 0 and 1: masks prune other parameters. */
    @Test
    void factorsOfZeroAndOne() {
        add("eye", Shape.of(4, 4), i -> i % 5 == 0 ? 1 : 0);
        add("ones", Shape.of(4, 4), i -> 1);
        add("zeros", Shape.of(4, 4), i -> 0);
        assertEquals(Role.MASK, role("eye", "eye"));
        assertNull(role("eye", "ones"));
        assertNull(role("ones", "ones"));
        assertNull(role("zeros", "zeros"));
    }

    @Test
    void tablesOfPositions() {
        table("halves", ContentsTest::halves);
        table("interleaved", ContentsTest::interleaved);
        table("behind a token", i -> i < WIDTH ? 0 : halves(i));
        for (String name : List.copyOf(tensors.keySet())) {
            assertEquals(Role.SINUSOID, role(name), name);
        }
    }

    /** A kernel of ±1/√2 has rows of that kind, too. */
    @Test
    void weightsAreNoTables() {
        table("weight", ContentsTest::halves);
        add("sine", Shape.of(4, 4), i -> Math.sin(angle(i / 4, i % 4)));
        add("cosine", Shape.of(4, 4), i -> Math.cos(angle(i / 4, i % 4)));
        layers.addAll(tensors.keySet());
        for (String name : tensors.keySet()) {
            assertNull(role(name), name);
        }
    }

    @Test
    void tablesOfHalfPrecision() {
        table("table", i -> Math.rint(1024 * halves(i)) / 1024);
        assertEquals(Role.SINUSOID, role("table"));
    }

    @Test
    void whatIsNoTable() {
        table("one number", i -> Math.sqrt(0.5));
        table("zeros", i -> 0);
        table("one row", i -> i < WIDTH ? halves(i) : 0);
        table("signs", i -> i % 3 == 0 ? 1 : -1);
        table("large", i -> i % WIDTH == 0 ? Math.sqrt(WIDTH / 2.0) : 1e-3 * (i / WIDTH));
        table("trained", i -> halves(i) + (i == ROWS * WIDTH - 1 ? 0.1 : 0));
        add("vector", Shape.of(ROWS * WIDTH), ContentsTest::halves);
        add("directions", Shape.of(16, 2), i -> i % 2 == 0 ? Math.sin(i / 2) : Math.cos(i / 2));
        add("odd", Shape.of(ROWS, 7), i -> (i % 3 == 0 ? 1 : -1) * Math.sqrt(0.5));
        tensors.put("not a number", Tensor.filled(new TensorType(DataType.FLOAT, Shape.of(4, 8)), Double.NaN));
        tensors.put("integers", Tensor.longs(Shape.of(2, 8), new long[16]));
        for (String name : tensors.keySet()) {
            assertNull(role(name), name);
        }
    }

    /** A sine stands alone only beside its cosine. */
    @Test
    void rotations() {
        Shape shape = Shape.of(1, 1, 4, 4);
        add("sine", shape, i -> Math.sin(angle(i / 4, i % 4)));
        assertNull(role("sine"));
        add("of another shape", Shape.of(1, 4, 4), i -> Math.cos(angle(i / 4, i % 4)));
        add("of other angles", shape, i -> Math.cos(angle(i / 4, i % 4) + (i == 15 ? 0.5 : 0)));
        assertNull(role("sine"));
        add("cosine", shape, i -> Math.cos(angle(i / 4, i % 4)));
        List<String> found = new ArrayList<>(tensors.keySet());
        found.removeIf(name -> role(name) == null);
        assertEquals(List.of("sine", "cosine"), found);
    }

    @Test
    void vectorsAreNoRotations() {
        add("sine", Shape.of(16), i -> Math.sin(i + 1));
        add("cosine", Shape.of(16), i -> Math.cos(i + 1));
        assertNull(role("sine"));
        assertNull(role("cosine"));
    }

    /** Of 20,000 each could be the other's partner but for the last number: 10^10 comparisons. */
    @Test
    void manyThatNearlyFit() {
        for (int k = 0; k < 20_000; k++) {
            double last = 2 + k;
            add("n" + k, Shape.of(10, 6), i -> i == 59 ? last : (i % 5 == 0 ? 1 : -1) * Math.sqrt(0.5));
        }
        add("sine", Shape.of(1, 1, 4, 4), i -> Math.sin(angle(i / 4, i % 4)));
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> assertNull(role("n1")));
    }

    /** They differ behind the numbers that are compared first. */
    @Test
    void longRotations() {
        Shape shape = Shape.of(8, 4);
        add("sine", shape, i -> Math.sin(angle(i / 4, i % 4)));
        add("cosine", shape, i -> Math.cos(angle(i / 4, i % 4) + (i == 31 ? 0.5 : 0)));
        assertNull(role("sine"));
        assertNull(role("cosine"));
    }

    /** A scale of ones and a bias of zeros have squares that add up to one, too. */
    @Test
    void scaleAndBias() {
        add("scale", Shape.of(4, 8), i -> 1);
        add("bias", Shape.of(4, 8), i -> 0);
        assertNull(role("scale"));
        assertNull(role("bias"));
    }
}
