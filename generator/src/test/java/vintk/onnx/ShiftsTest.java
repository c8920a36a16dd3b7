package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;

/**
 * Shifted copies as slices, as CUDA devices get them: elements are moved, so both forms agree exactly. That they are the right ones is
 * seen at the patches of a window.
 */
class ShiftsTest {
    private record Case(Shape x, long positions, long[] strides, long dilation, long[] pads) {}

    static Stream<Case> cases() {
        return Stream.of(
                new Case(Shape.of(2, 3, 5, 6), 3, new long[] {1, 1}, 1, new long[] {1, 1, 1, 1}),
                new Case(Shape.of(2, 3, 5, 9), 4, new long[] {1, 2}, 2, new long[] {0, 2, 1, 0}),
                new Case(Shape.of(2, 3, 5, 6), 1, new long[] {2, 2}, 1, new long[] {0, 0, 0, 0}),
                new Case(Shape.of(2, 1, 4, 3, 5), 2, new long[] {1, 1, 3}, 1, new long[] {0, 1, 0, 1, 0, 2}),
                new Case(Shape.of(2, 3, 7), 3, new long[] {2}, 1, new long[] {1, 1}));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void slicesAreTheSame(Case row) {
        TensorType type = new TensorType(DataType.FLOAT, row.x);
        Value x = Value.input("x", type);
        Graph graph = new Graph(
                "g", List.of(x), Map.of("y", Shifts.of(x, row.positions, row.strides, row.dilation, row.pads)));
        Graph sliced = Fusion.apply(graph, Target.CUDA);
        assertEquals(1, convolutions(graph));
        assertEquals(0, convolutions(sliced));
        Map<String, Tensor> feed = Map.of("x", Sampling.uniform(type, new Random(1)));
        assertArrayEquals(
                Runner.run(graph, feed).get("y").numbers(),
                Runner.run(sliced, feed).get("y").numbers());
    }

    @Test
    void otherConvolutionsStay() {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, 2, 4));
        Value w = Ops.constant(Tensor.floats(Shape.of(4, 1, 2), 1, 0, 0, 1, 1, 0, 0, 2));
        Attributes attributes = Attributes.NONE.with("group", 2L).with("kernel_shape", new long[] {2});
        Value y = Ops.node("Conv", TensorType.of(DataType.FLOAT, 1, 4, 3), attributes, x, w);
        Graph graph = new Graph("g", List.of(x), Map.of("y", y));
        assertSame(graph, Shifts.sliced(graph));
    }

    /** Kernels of several rows have other positions, though they hold as many numbers. */
    @Test
    void diagonalsOfImagesStay() {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, 1, 4, 4));
        Value w =
                Ops.constant(Tensor.of(TensorType.of(DataType.FLOAT, 3, 1, 3, 3), 27, i -> i / 3 % 3 == i % 3 ? 1 : 0));
        Attributes attributes = Attributes.NONE.with("group", 1L).with("kernel_shape", new long[] {3, 3});
        Value y = Ops.node("Conv", TensorType.of(DataType.FLOAT, 1, 3, 2, 2), attributes, x, w);
        Graph graph = new Graph("g", List.of(x), Map.of("y", y));
        assertSame(graph, Shifts.sliced(graph));
    }

    private static long convolutions(Graph graph) {
        return graph.nodes().stream()
                .filter(node -> node.opType().equals("Conv"))
                .count();
    }
}
