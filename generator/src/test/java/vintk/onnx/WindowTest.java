package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import vintk.autodiff.Runner;

/** Patches under a sliding window against a direct loop: elements are moved, so they agree exactly. */
class WindowTest {
    /** One spatial axis. */
    private record Axis(long extent, long kernel, long stride, long dilation, long begin, long end) {
        long places() {
            long room = extent + begin + end - dilation * (kernel - 1) - 1;
            return room < 0 ? 0 : room / stride + 1;
        }

        /** The place in the image of a position in the kernel, -1 in the padding. */
        long at(long position, long place) {
            long at = place * stride + position * dilation - begin;
            return at < extent ? Math.max(at, -1) : -1;
        }
    }

    @Property(tries = 400)
    void oneAxis(
            @ForAll @IntRange(min = 1, max = 11) int extent,
            @ForAll @IntRange(min = 1, max = 5) int kernel,
            @ForAll @IntRange(min = 1, max = 5) int stride,
            @ForAll @IntRange(min = 1, max = 3) int dilation,
            @ForAll @IntRange(max = 3) int begin,
            @ForAll @IntRange(max = 3) int end) {
        check(List.of(new Axis(extent, kernel, stride, dilation, begin, end)));
    }

    @Property(tries = 150)
    void twoAxes(
            @ForAll @Size(2) List<@IntRange(min = 1, max = 7) Integer> extents,
            @ForAll @Size(2) List<@IntRange(min = 1, max = 4) Integer> kernels,
            @ForAll @Size(2) List<@IntRange(min = 1, max = 4) Integer> strides,
            @ForAll @Size(2) List<@IntRange(min = 1, max = 3) Integer> dilations,
            @ForAll @Size(4) List<@IntRange(max = 2) Integer> pads) {
        check(java.util.stream.IntStream.range(0, 2)
                .mapToObj(i -> new Axis(
                        extents.get(i), kernels.get(i), strides.get(i), dilations.get(i), pads.get(i), pads.get(2 + i)))
                .toList());
    }

    @Example
    void threeAxes() {
        check(List.of(new Axis(4, 2, 2, 1, 0, 0), new Axis(5, 3, 1, 2, 1, 0), new Axis(3, 3, 2, 1, 1, 1)));
    }

    /** As in a pooling transformer: patches of 16 at every eighth pixel; and others of many positions, more than 64 on one axis. */
    @Example
    void longKernels() {
        check(List.of(new Axis(41, 16, 8, 1, 0, 0), new Axis(33, 16, 8, 1, 0, 0)));
        check(List.of(new Axis(13, 9, 1, 1, 4, 4), new Axis(24, 9, 2, 2, 4, 4)));
        check(List.of(new Axis(18, 9, 9, 1, 0, 0), new Axis(19, 9, 3, 1, 1, 0)));
        check(List.of(new Axis(9, 4, 2, 1, 1, 0), new Axis(100, 66, 22, 1, 4, 4)));
        check(List.of(new Axis(12, 6, 3, 1, 0, 0), new Axis(150, 65, 2, 2, 3, 0)));
        check(List.of(new Axis(90, 65, 1, 1, 2, 2)));
    }

    private static void check(List<Axis> axes) {
        Assume.that(axes.stream().allMatch(a -> a.places() > 0));
        int rank = axes.size();
        Window window = new Window(
                of(axes, Axis::kernel),
                of(axes, Axis::stride),
                of(axes, Axis::dilation),
                LongStream.concat(
                                axes.stream().mapToLong(Axis::begin),
                                axes.stream().mapToLong(Axis::end))
                        .toArray(),
                1);
        Shape images = Shape.of(2, 2);
        Shape extents = Shape.of(of(axes, Axis::extent));
        Shape kernel = Shape.of(window.kernel());
        Shape places = Shape.of(of(axes, Axis::places));

        // Numbers from 1 on, each once: 0 is padding.
        double[] numbers = new double[(int) (4 * extents.elements())];
        java.util.Arrays.setAll(numbers, i -> i + 1);
        TensorType type = new TensorType(DataType.FLOAT, Shape.concat(images, extents));
        Value x = Value.input("x", type);
        Value unfolded = window.unfold(x);
        assertEquals(Shape.concat(images, Shape.concat(kernel, places)), unfolded.shape());

        double[] expected = new double[(int) unfolded.shape().elements()];
        for (int i = 0; i < expected.length; i++) {
            long place = i % places.elements();
            long position = i / places.elements() % kernel.elements();
            long from = i / places.elements() / kernel.elements();
            long scale = 1;
            long offset = 0;
            boolean inside = true;
            for (int axis = rank - 1; axis >= 0; axis--) {
                long at = axes.get(axis).at(position % kernel.dim(axis), place % places.dim(axis));
                position /= kernel.dim(axis);
                place /= places.dim(axis);
                inside &= at >= 0;
                offset += at * scale;
                scale *= extents.dim(axis);
            }
            expected[i] = inside ? numbers[(int) (from * scale + offset)] : 0;
        }
        Graph graph = new Graph("unfold", List.of(x), Map.of("y", unfolded));
        double[] found = Runner.run(graph, Map.of("x", Tensor.of(type, numbers)))
                .get("y")
                .numbers();
        assertArrayEquals(expected, found, () -> axes.toString());
    }

    private static long[] of(List<Axis> axes, java.util.function.ToLongFunction<Axis> what) {
        return axes.stream().mapToLong(what).toArray();
    }
}
