package vintk.ntk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.Gradients;
import vintk.autodiff.UntrackedBatchException;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/** Where samples meet or are lost, the batched engine says so and names the node, instead of giving a wrong kernel. */
class UntrackedBatchTest {
    private static final long SAMPLES = 3;

    /** A network and the operator at which it stops being per sample. */
    private record Crossing(String operator, SampleNetwork network) {
        @Override
        public String toString() {
            return operator + ": " + network;
        }
    }

    private static Crossing at(String operator, String what, SampleNetwork.Body body) {
        return new Crossing(operator, SampleNetwork.of(what, Shape.of(5, 6), body));
    }

    private static Crossing images(String operator, String what, SampleNetwork.Body body) {
        return new Crossing(
                operator, SampleNetwork.of(what, Shape.of(2, 4, 4), body).inFloat());
    }

    static Stream<Crossing> crossings() {
        return Stream.of(
                at("Softmax", "over the batch", (x, w, n) -> Ops.softmax(scaled(x, w), 0)),
                at("ReduceSum", "over the batch", (x, w, n) -> Ops.reduceSum(scaled(x, w), true, 0)),
                at("ReduceSum", "over everything", (x, w, n) -> Ops.reduceSum(scaled(x, w), false, 0, 1, 2)),
                at(
                        "MatMul",
                        "over the batch",
                        (x, w, n) -> Ops.matMul(w.get("v", 2, n), Ops.reshape(scaled(x, w), n, 30))),
                at("MatMul", "of samples with samples", (x, w, n) -> {
                    Value rows = Ops.reshape(scaled(x, w), n, 30);
                    return Ops.matMul(rows, Ops.transposeLast(rows));
                }),
                at(
                        "Concat",
                        "with more rows along the batch",
                        (x, w, n) -> Ops.concat(0, scaled(x, w), w.get("rows", 1, 5, 6))),
                at(
                        "Concat",
                        "along the batch, of samples on different axes",
                        (x, w, n) -> Ops.concat(
                                0,
                                Ops.reshape(scaled(x, w), 5 * n, 6),
                                Ops.reshape(Ops.transpose(x, 1, 0, 2), 5 * n, 6))),
                at(
                        "Slice",
                        "of a part of two groups",
                        (x, w, n) -> Indexing.slice(Ops.concat(0, scaled(x, w), x), 0, 1, 1 + n)),
                at(
                        "Concat",
                        "with rows that are the same for other samples",
                        (x, w, n) -> Ops.concat(1, scaled(x, w), w.get("rows", n, 1, 6))),
                at("Slice", "of the batch", (x, w, n) -> Indexing.slice(scaled(x, w), 0, 0, 1)),
                at("Gather", "along the batch", (x, w, n) -> Indexing.gather(scaled(x, w), 0, Tensor.longs(2, 1, 0))),
                at(
                        "Gather",
                        "at indices of the samples, from all samples",
                        (x, w, n) -> IndexNetworks.looked(scaled(x, w), 1, IndexNetworks.indices(x, 5, false))),
                at(
                        "GatherElements",
                        "along the batch",
                        (x, w, n) -> taken(scaled(x, w), 0, Tensor.longs(Shape.of(n, 5, 6), new long[(int) n * 30]))),
                at(
                        "GatherElements",
                        "of a part of the samples",
                        (x, w, n) ->
                                taken(scaled(x, w), 1, Tensor.longs(Shape.of(n - 1, 1, 6), new long[6 * (int) n - 6]))),
                at("GatherElements", "at other indices for other samples", (x, w, n) -> {
                    long[] indices = new long[6 * (int) n];
                    indices[7] = 1;
                    return taken(scaled(x, w), 1, Tensor.longs(Shape.of(n, 1, 6), indices));
                }),
                at(
                        "GatherElements",
                        "of a table with a row a sample",
                        (x, w, n) -> Ops.node(
                                "GatherElements",
                                x.type(),
                                Attributes.NONE.with("axis", 1L),
                                w.get("rows", n, 5, 6),
                                IndexNetworks.indices(x, 5, false))),
                at(
                        "ScatterElements",
                        "along the batch",
                        (x, w, n) -> scattered(x, 0, IndexNetworks.indices(x, 3, false), scaled(x, w))),
                at(
                        "ScatterElements",
                        "with a row a sample",
                        (x, w, n) ->
                                scattered(w.get("rows", n, 5, 6), 1, IndexNetworks.indices(x, 5, false), scaled(x, w))),
                at("TopK", "over the batch", (x, w, n) -> new Node(
                                "",
                                "TopK",
                                null,
                                List.of(scaled(x, w), Ops.longs(2)),
                                Attributes.NONE.with("axis", 0L),
                                List.of(x.type().withShape(Shape.of(2, 5, 6)), TensorType.of(DataType.INT64, 2, 5, 6)),
                                null)
                        .output()),
                at("Pad", "along the batch", (x, w, n) -> Indexing.pad(scaled(x, w), 0, 1, 0)),
                at(
                        "Reshape",
                        "that cuts the batch",
                        (x, w, n) -> Ops.reshape(Ops.transpose(scaled(x, w), 1, 0, 2), 3, 5 * n * 2)),
                at(
                        "Add",
                        "a parameter for each row of the batch",
                        (x, w, n) -> Ops.add(scaled(x, w), w.get("rows", n, 1, 1))),
                at(
                        "Add",
                        "samples on different axes",
                        (x, w, n) -> Ops.add(Ops.reshape(scaled(x, w), n, 1, 30), Ops.reshape(scaled(x, w), 1, n, 30))),
                at(
                        "Einsum",
                        "over the batch",
                        (x, w, n) -> Ops.node(
                                "Einsum",
                                x.type().withShape(Shape.of(5, 6)),
                                Attributes.NONE.with("equation", "ntd->td"),
                                scaled(x, w))),
                at(
                        "MatMul",
                        "a matrix from the left, samples on the columns",
                        (x, w, n) -> Ops.matMul(w.get("v", 4, 6), Ops.transpose(x, 1, 2, 0))),
                at(
                        "MatMul",
                        "a column from the left, samples on the columns",
                        (x, w, n) -> Ops.matMul(
                                w.get("v", 4, 1),
                                Ops.reshape(Indexing.slice(Indexing.slice(x, 1, 0, 1), 2, 0, 1), 1, n))),
                at(
                        "MatMul",
                        "batched matrices, samples on the rows",
                        (x, w, n) -> Ops.matMul(Ops.transpose(x, 1, 0, 2), w.get("v", 5, 6, 2))),
                images(
                        "Conv",
                        "samples on the channels",
                        (x, w, n) -> Ops.node(
                                "Conv",
                                x.type().withShape(Shape.of(2, 1, 4, 4)),
                                Attributes.NONE,
                                Ops.transpose(x, 1, 0, 2, 3),
                                w.get("k", 1, n, 1, 1))),
                images(
                        "ConvTranspose",
                        "samples on the channels",
                        (x, w, n) -> Ops.node(
                                "ConvTranspose",
                                x.type().withShape(Shape.of(2, 1, 4, 4)),
                                Attributes.NONE,
                                Ops.transpose(x, 1, 0, 2, 3),
                                w.get("k", n, 1, 1, 1))),
                images(
                        "Conv",
                        "kernels that depend on the samples",
                        (x, w, n) -> Ops.node(
                                "Conv",
                                x.type().withShape(Shape.of(1, n, 3, 3)),
                                Attributes.NONE,
                                w.get("p", 1, 2, 6, 6),
                                x)),
                images(
                        "GridSample",
                        "places that are the same for other samples",
                        (x, w, n) -> Ops.node(
                                "GridSample",
                                x.type().withShape(Shape.of(n, 2, 3, 1)),
                                Attributes.NONE,
                                x,
                                w.get("grid", n, 3, 1, 2))),
                images(
                        "MaxUnpool",
                        "indices that are the same for other samples",
                        (x, w, n) -> Ops.node(
                                "MaxUnpool",
                                x.type().withShape(Shape.of(n, 2, 8, 8)),
                                Attributes.NONE
                                        .with("kernel_shape", new long[] {2, 2})
                                        .with("strides", new long[] {2, 2}),
                                Ops.mul(x, w.get("s", 1)),
                                Ops.constant(Tensor.longs(
                                        x.shape(), new long[(int) x.shape().elements()])))),
                images(
                        "MaxPool",
                        "samples on an axis of the window",
                        (x, w, n) -> Ops.node(
                                "MaxPool",
                                x.type().withShape(Shape.of(2, 4, n / 2, 2)),
                                Attributes.NONE
                                        .with("kernel_shape", new long[] {2, 2})
                                        .with("strides", new long[] {2, 2}),
                                Ops.transpose(Ops.mul(x, w.get("s", 1)), 1, 2, 0, 3))));
    }

    private static Value taken(Value x, long axis, Tensor indices) {
        return Ops.node(
                "GatherElements",
                x.type().withShape(indices.shape()),
                Attributes.NONE.with("axis", axis),
                x,
                Ops.constant(indices));
    }

    private static Value scattered(Value data, long axis, Value indices, Value updates) {
        return Ops.node("ScatterElements", data.type(), Attributes.NONE.with("axis", axis), data, indices, updates);
    }

    private static Value scaled(Value x, SampleNetwork.Weights w) {
        return Ops.mul(x, w.get("s", 6));
    }

    @ParameterizedTest
    @MethodSource("crossings")
    void nodeIsNamed(Crossing crossing) {
        SampleNetwork.Built built = crossing.network().build(SAMPLES);
        UntrackedBatchException refused = assertThrows(UntrackedBatchException.class, () -> {
            KernelGraph kernel = built.batched(0, SAMPLES);
            kernel.differentiate(kernel.seed().sum(), built.weights(), List.of(KernelGraph.Output.KERNEL));
        });
        assertTrue(refused.getMessage().startsWith("at " + crossing.operator() + ": "), refused.getMessage());
    }

    @Test
    void aFormThatIsNotHandledMattersOnlyWhereItsGradientIsAskedFor() {
        SampleNetwork.Built built = SampleNetwork.of(
                        "frozen matrix from the left",
                        Shape.of(5, 6),
                        (x, w, n) -> Ops.matMul(w.get("frozen", 4, 6), Ops.transpose(scaled(x, w), 1, 2, 0)))
                .build(SAMPLES);
        KernelGraph kernel = built.batched(0, SAMPLES);
        List<Value> scale =
                built.weights().stream().filter(v -> v.name().equals("s")).toList();
        List<Value> counted = kernel.differentiate(kernel.seed().sum(), scale, List.of(KernelGraph.Output.KERNEL))
                .parameters();
        assertEquals(scale, counted);
    }

    @Test
    void anOperatorWithoutRuleIsNamedWithItsNode() {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 2));
        Value y = new Node("", "Det", "layer/det", List.of(x), Attributes.NONE, List.of(x.type()), null).output();
        String message = assertThrows(
                        UnsupportedOperatorException.class,
                        () -> Gradients.of(y, Ops.scalar(DataType.FLOAT, 1), List.of(x), BatchFlow.none()))
                .getMessage();
        assertEquals("no gradient rule for operator Det (Det 'layer/det')", message);
    }

    @Test
    void anOutputThatIgnoresTheInputIsRefused() {
        SampleNetwork.Built built = SampleNetwork.of("constant", Shape.of(2), (x, w, n) -> Ops.neg(w.get("w", 2)))
                .build(SAMPLES);
        String message = assertThrows(IllegalArgumentException.class, () -> built.batched(0, SAMPLES))
                .getMessage();
        assertEquals(
                "output 'y' does not depend on the samples, input 'x': choose another output (--output), or input (--samples-input)",
                message);
    }

    @Test
    void aKernelWithoutParametersIsZero() {
        SampleNetwork.Built built = SampleNetwork.of("no weights", Shape.of(2), (x, w, n) -> Ops.neg(x))
                .build(SAMPLES);
        KernelGraph kernel = built.batched(0, SAMPLES);
        var zero = kernel.differentiate(kernel.seed().sum(), List.of(), List.of(KernelGraph.Output.KERNEL));
        Tensor found = vintk.autodiff.Runner.run(
                        zero.graph(),
                        java.util.Map.of("x", Tensor.doubles(built.x().shape(), new double[6])))
                .get(KernelGraph.KERNEL);
        assertEquals(TensorType.of(DataType.DOUBLE, SAMPLES, SAMPLES), found.type());
        assertTrue(java.util.Arrays.stream(found.numbers()).allMatch(v -> v == 0));
    }
}
