package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.ntk.KernelGraph;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Indexing;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Rewrite;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** The check finds gradients that were made wrong on purpose, names the operator, and finds nothing in good ones. */
class GradientCheckTest {
    private static final Shape IMAGE = Shape.of(2, 8, 8);

    @TempDir
    private Path folder;

    /** Convolution, ReLU, pooling with ties, erf, a tied weight: f(x) = tanh(pool(relu(conv x)) W) W + erf(...). */
    private OnnxNetwork network() throws IOException {
        Value x = Value.input("x", new TensorType(DataType.FLOAT, IMAGE.prepend(2)));
        Value kernel = weight("kernel", 3, 2, 3, 3);
        Value bias = weight("bias", 3);
        Value matrix = weight("matrix", 48, 48);
        Value conv = Ops.node(
                "Conv",
                TensorType.of(DataType.FLOAT, 2, 3, 8, 8),
                Attributes.NONE.with("pads", new long[] {1, 1, 1, 1}).with("kernel_shape", new long[] {3, 3}),
                x,
                kernel,
                bias);
        Value pooled = Ops.node(
                "MaxPool",
                TensorType.of(DataType.FLOAT, 2, 3, 4, 4),
                Attributes.NONE.with("kernel_shape", new long[] {2, 2}).with("strides", new long[] {2, 2}),
                Ops.unary("Relu", conv));
        Value rows = Ops.reshape(pooled, 2, 48);
        Value hidden = Ops.unary("Tanh", Ops.matMul(rows, matrix));
        Value y = Ops.add(Ops.matMul(hidden, matrix), Ops.unary("Erf", hidden));
        Path file = folder.resolve("net.onnx");
        ModelWriter.write(new Graph("net", List.of(x), Map.of("y", y)), file);
        return OnnxNetwork.read(file);
    }

    private static Value weight(String name, long... dims) {
        Shape shape = Shape.of(dims);
        float[] values = new float[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.3f * (float) Math.sin(1 + 7 * i);
        }
        return Value.initializer(name, Tensor.floats(shape, values));
    }

    private GradientReport run(UnaryOperator<Graph> tampered) throws IOException {
        float[] data = new float[(int) IMAGE.prepend(2).elements()];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) Math.cos(3 * i);
        }
        return new GradientCheck(network(), KernelOptions.defaults(), tampered)
                .run(data, 2, IMAGE, 2, (count, all) -> {});
    }

    @Test
    void goodGradientPasses() throws IOException {
        GradientReport report = run(UnaryOperator.identity());
        assertEquals("", report.fault().orElse(""));
        assertEquals("batched", report.whole().engine());
        assertTrue(
                report.whole().error() < 1e-6, () -> "error " + report.whole().error());
        assertTrue(
                report.whole().single().isEmpty(),
                () -> "in float32: " + report.whole().single());
        List<String> operators = report.operators().stream()
                .map(GradientReport.Operator::operator)
                .toList();
        assertTrue(
                operators.containsAll(List.of("Conv", "Relu", "MaxPool", "MatMul", "Tanh", "Erf", "Add")),
                operators::toString);
        report.operators().forEach(o -> assertEquals("float64", o.precision(), o.operator()));
    }

    /** 1/2 + 1e-9: differences are of rounding alone, and a right gradient would be called wrong by them. */
    @Test
    void whatRoundingHidesIsNotMeasured() throws IOException {
        Value x = Value.input("x", new TensorType(DataType.FLOAT, IMAGE.prepend(2)));
        Value kernel = Value.initializer("kernel", Tensor.filled(TensorType.of(DataType.FLOAT, 3, 2, 3, 3), 1e-9));
        Value conv = Ops.node(
                "Conv",
                TensorType.of(DataType.FLOAT, 2, 3, 6, 6),
                Attributes.NONE.with("kernel_shape", new long[] {3, 3}),
                x,
                kernel);
        Path file = folder.resolve("small.onnx");
        ModelWriter.write(new Graph("small", List.of(x), Map.of("y", Ops.unary("Sigmoid", conv))), file);
        float[] data = new float[(int) IMAGE.prepend(2).elements()];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) Math.cos(3 * i);
        }
        GradientReport report = new GradientCheck(
                        OnnxNetwork.read(file), KernelOptions.defaults(), UnaryOperator.identity())
                .run(data, 2, IMAGE, 2, (count, all) -> {});
        GradientReport.Operator sigmoid = report.operators().stream()
                .filter(o -> o.operator().equals("Sigmoid"))
                .findFirst()
                .orElseThrow();
        assertEquals(GradientReport.Status.UNMEASURED, sigmoid.status());
    }

    /** 1 + y² in the place of 1 - y². */
    @Test
    void aWrongRuleIsNamed() throws IOException {
        GradientReport report = run(graph -> Rewrite.apply(
                graph,
                (node, inputs) -> node.opType().equals("Sub") && Ops.scalarOf(inputs.get(0)) == 1
                        ? Rewrite.with(node, "", "Add", inputs, node.attributes())
                                .outputs()
                        : Rewrite.with(node, inputs).outputs()));
        assertFalse(report.passed());
        assertEquals("Tanh", report.worst().orElseThrow().operator());
        assertTrue(report.fault().orElseThrow().startsWith("the gradient of Tanh"), report.fault()::toString);
        assertEquals(GradientReport.Status.WRONG, report.whole().status());
    }

    /** One parameter's gradient off by a part in a thousand: no operator is at fault, the sum is. */
    @Test
    void aWrongSumIsFound() throws IOException {
        GradientReport report = run(graph -> {
            Map<String, Value> outputs = new LinkedHashMap<>(graph.outputs());
            outputs.computeIfPresent(KernelGraph.GRADIENT_OF + "matrix", (n, g) -> Ops.mul(g, 1.001));
            return new Graph(graph.name(), graph.inputs(), outputs);
        });
        assertEquals(GradientReport.Status.WRONG, report.whole().status());
        assertTrue(report.fault().orElseThrow().startsWith("the whole gradient"), report.fault()::toString);
        assertTrue(report.operators().stream().allMatch(o -> o.status() == GradientReport.Status.OK));
    }

    /** Each sample gets the gradient of the other. */
    @Test
    void exchangedSamplesAreFound() throws IOException {
        GradientReport report = run(graph -> {
            Map<String, Value> outputs = new LinkedHashMap<>(graph.outputs());
            outputs.replaceAll((name, g) -> name.startsWith(KernelGraph.GRADIENT_OF)
                    ? Ops.concat(0, Indexing.slice(g, 0, 1, 2), Indexing.slice(g, 0, 0, 1))
                    : g);
            return new Graph(graph.name(), graph.inputs(), outputs);
        });
        assertEquals(GradientReport.Status.WRONG, report.whole().status());
    }

    private GradientReport check(TestModel model) throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.write(file, model.build().toByteArray());
        float[] data = {0.3f, -0.8f, 0.5f, 1.1f, 0.9f, -0.2f, 0.7f, -0.4f};
        return new GradientCheck(OnnxNetwork.read(file), KernelOptions.defaults(), UnaryOperator.identity())
                .run(data, 2, Shape.of(4), 2, (count, all) -> {});
    }

    /** Its kernel for float64 computes in float32: differences of that are of rounding. */
    @Test
    void thresholdsAreMeasuredInFloat64() throws IOException {
        GradientReport report = check(TestModel.opset(18)
                .input("x", -1, 4)
                .weight("w", 4, 3)
                .node("MatMul", "h", "x", "w")
                .node("Shrink", "y", "h")
                .with("lambd", 0.1f)
                .with("bias", 0.05f)
                .output("y"));
        assertEquals("", report.fault().orElse(""));
        assertTrue(report.whole().single().isEmpty());
    }

    /** Steps have no differences: they are unmeasured, not wrong. */
    @Test
    void integersInBetweenAreNotMeasured() throws IOException {
        GradientReport report = check(TestModel.opset(13)
                .input("x", -1, 4)
                .weight("w", 4, 3)
                .scalar("s", 0.05f)
                .node("MatMul", "h", "x", "w")
                .node("QuantizeLinear", "q", "h", "s")
                .node("DequantizeLinear", "y", "q", "s")
                .output("y"));
        for (GradientReport.Operator operator : report.operators()) {
            boolean steps = operator.operator().endsWith("quantizeLinear")
                    || operator.operator().equals("QuantizeLinear");
            assertEquals(
                    steps ? GradientReport.Status.UNMEASURED : GradientReport.Status.OK,
                    operator.status(),
                    operator.operator());
        }
        assertEquals(GradientReport.Status.UNMEASURED, report.whole().status());
        // Nor is it tried.
        assertFalse(report.whole().moved());
        assertEquals(0, report.whole().kinks());
    }

    /** A bias of each row of a product whose rows are units, not samples: its gradient has no axis of samples. */
    @Test
    void aBatchThatIsLostOnTheWayBackIsCheckedAsAWhole() throws IOException {
        GradientReport report = check(TestModel.opset(18)
                .input("x", -1, 4)
                .weight("w", 4, 3)
                .weight("c", 3, 1)
                .node("Gemm", "h", "w", "x", "c")
                .with("transA", 1L)
                .with("transB", 1L)
                .with("beta", 1.3f)
                .node("Tanh", "t", "h")
                .node("Transpose", "y", "t")
                .with("perm", new long[] {1, 0})
                .output("y"));
        assertEquals("", report.fault().orElse(""));
        assertEquals("single", report.whole().engine());
    }

    /** Every form in float64 that stands for a kernel in float32 has that kernel's numbers. */
    @Test
    void doubleFormsAreTheKernels() {
        List<Value> cases = new ArrayList<>();
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 2, 4, 7, 6));
        cases.add(Ops.unary("Erf", x));
        cases.add(Ops.unary("Softplus", x));
        cases.add(Ops.unary("HardSigmoid", x));
        cases.add(
                Ops.node("Shrink", x.type(), Attributes.NONE.with("lambd", 1.5f).with("bias", 0.25f), x));
        cases.add(Ops.node(
                "HardSigmoid", x.type(), Attributes.NONE.with("alpha", 0.4f).with("beta", 0.1f), x));
        Attributes window = Attributes.NONE
                .with("kernel_shape", new long[] {3, 2})
                .with("strides", new long[] {2, 1})
                .with("pads", new long[] {1, 0, 0, 1});
        for (long padded = 0; padded < 2; padded++) {
            cases.add(Ops.node(
                    "AveragePool",
                    TensorType.of(DataType.FLOAT, 2, 4, 3, 6),
                    window.with("count_include_pad", padded),
                    x));
        }
        cases.add(Ops.node(
                "Conv",
                TensorType.of(DataType.FLOAT, 2, 6, 3, 4),
                Attributes.NONE
                        .with("group", 2)
                        .with("strides", new long[] {2, 1})
                        .with("dilations", new long[] {1, 2})
                        .with("pads", new long[] {0, 2, 1, 0}),
                x,
                weight("w", 6, 2, 3, 3),
                weight("b", 6)));
        Map<String, Value> outputs = new LinkedHashMap<>();
        cases.forEach(y -> outputs.put("y" + outputs.size(), y));
        double[] numbers = new double[(int) x.shape().elements()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = 4 * Math.sin(i) + 3 * Math.sin(0.1 * i);
        }
        Map<String, Tensor> at = Map.of("x", Tensor.of(x.type(), numbers));
        Graph graph = new Graph("forms", List.of(x), outputs);
        DoubleGraph wide = new DoubleGraph(graph, List.of());
        assertTrue(wide.single().isEmpty(), () -> "in float32: " + wide.single());
        Map<String, Tensor> expected = GraphRun.run(graph, at, SessionSettings.of(1));
        Map<String, Tensor> found =
                GraphRun.run(wide.graph(), Map.of("x", DoubleGraph.wide(at.get("x"))), SessionSettings.of(1));
        expected.forEach((name, y) -> {
            assertEquals(DataType.DOUBLE, found.get(name).type().dataType());
            double error = OperatorCheck.difference(found.get(name).numbers(), y.numbers());
            assertTrue(error < 1e-6, () -> outputs.get(name).node() + ": error " + error);
        });
    }
}
