package vintk.runtime;

import java.util.stream.Stream;

/** Pooling in {@code ceil_mode} whose last window would begin in the padding: there is none, whatever inference says. */
final class PoolModels {
    private PoolModels() {}

    static Stream<ExportedModel> cases() {
        return Stream.of(
                new ExportedModel("average", model().average(1, 1, 1, 1).last(), 2, 5, 6),
                new ExportedModel(
                        "average of the image alone",
                        model().average(0, 1, 1, 1).last(),
                        2,
                        5,
                        6),
                new ExportedModel(
                        "average, last windows of both kinds",
                        model().average(0, 1, 0, 1).last(),
                        2,
                        5,
                        5),
                new ExportedModel(
                        "averages, one of the other",
                        model().average(1, 1, 1, 2).last(),
                        2,
                        9,
                        13),
                new ExportedModel(
                        "kernel less than stride",
                        model().pool("MaxPool", 1, 3, 0, 0).last(),
                        2,
                        5,
                        5),
                new ExportedModel("maximum", model().pool("MaxPool", 3, 3, 1, 1).last(), 2, 5, 8),
                new ExportedModel(
                        "maximum, last windows of both kinds",
                        model().pool("MaxPool", 2, 2, 1, 0).last(),
                        2,
                        5,
                        5),
                new ExportedModel("norm", model().pool("LpPool", 2, 2, 1, 1).last(), 2, 5, 6));
    }

    /** Images of 2×5×5: no padding of an average without the mode counts and leaves out what this one does. */
    static TestModel unsupported() {
        return model().average(1, 1, 0, 1).last();
    }

    private static Builder model() {
        return new Builder();
    }

    /** tanh(convolution), pooling, convolution with a bias, which counts each place. */
    private static final class Builder {
        private final TestModel model = TestModel.opset(18)
                .input("x", -1, 2, -1, -1)
                .weight("w", 3, 2, 1, 1)
                .node("Conv", "c", "x", "w")
                .node("Tanh", "p0", "c");
        private int pools;

        Builder average(long counted, long padRows, long padColumns, int times) {
            for (int i = 0; i < times; i++) {
                pool("AveragePool", 2, 2, padRows, padColumns);
                model.with("count_include_pad", counted);
            }
            return this;
        }

        Builder pool(String op, long kernel, long stride, long padRows, long padColumns) {
            model.node(op, "p" + (pools + 1), "p" + pools)
                    .with("kernel_shape", new long[] {kernel, kernel})
                    .with("strides", new long[] {stride, stride})
                    .with("pads", new long[] {padRows, padColumns, padRows, padColumns})
                    .with("ceil_mode", 1L);
            pools++;
            return this;
        }

        TestModel last() {
            return model.weight("v", 2, 3, 1, 1)
                    .weight("b", 2)
                    .node("Conv", "y", "p" + pools, "v", "b")
                    .output("y");
        }
    }
}
