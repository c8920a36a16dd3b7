package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;

class SymmetricPadsTest {
    private static final long[] STRIDES = {2, 3};

    /** Of [2, 3, 4, 5], with kernels of 3×4. */
    private static Graph graph(long[] pads) {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 2, 3, 4, 5));
        Value w = Ops.constant(Sampling.uniform(TensorType.of(DataType.FLOAT, 3, 2, 3, 4), new Random(2)));
        Value b = Ops.constant(Tensor.floats(Shape.of(2), 0.5f, -1));
        Attributes attributes = Attributes.NONE
                .with("kernel_shape", new long[] {3, 4})
                .with("strides", STRIDES)
                .with("pads", pads)
                .with("output_padding", new long[] {1, 0});
        long height = 3 * STRIDES[0] + 3 + 1 - pads[0] - pads[2];
        long width = 4 * STRIDES[1] + 4 - pads[1] - pads[3];
        Value y = Ops.node("ConvTranspose", TensorType.of(DataType.FLOAT, 2, 2, height, width), attributes, x, w, b);
        return new Graph("g", List.of(x), Map.of("y", y));
    }

    static Stream<long[]> uneven() {
        return Stream.of(
                new long[] {0, 0, 1, 1}, new long[] {1, 0, 0, 0}, new long[] {2, 1, 1, 3}, new long[] {1, 0, 1, 2});
    }

    @ParameterizedTest
    @MethodSource("uneven")
    void theSameWithEqualPads(long[] pads) {
        Graph graph = graph(pads);
        Graph even = Fusion.apply(graph, Target.CUDA);
        List<long[]> found = even.nodes().stream()
                .filter(node -> node.opType().equals("ConvTranspose"))
                .map(node -> node.attributes().integers("pads"))
                .toList();
        assertEquals(1, found.size());
        assertArrayEquals(Arrays.copyOf(found.get(0), 2), Arrays.copyOfRange(found.get(0), 2, 4));
        Map<String, Tensor> feed =
                Map.of("x", Sampling.uniform(graph.inputs().get(0).type(), new Random(1)));
        assertArrayEquals(
                Runner.run(graph, feed).get("y").numbers(),
                Runner.run(even, feed).get("y").numbers(),
                1e-6);
    }

    @Test
    void evenOnesStay() {
        Graph graph = graph(new long[] {1, 0, 1, 0});
        assertSame(graph, SymmetricPads.apply(graph));
    }
}
