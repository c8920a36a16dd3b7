package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.autodiff.Accumulator;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.FiniteDifferences;
import vintk.autodiff.Gradients;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * Every adapter against the original node, as ONNX Runtime computes it: the same numbers (float32, sums of a few terms)
 * and, by differences of the original, the same gradient.
 */
class AdapterTest {
    private static final double TOLERANCE = 1e-5;

    /** Differences with a step of 1/64 in float32: the truncation h²/6 f''' is the larger part. */
    private static final double GRADIENT_TOLERANCE = 5e-3;

    static Stream<OneNode> nodes() {
        return Stream.of(
                        ActivationNodes.all(),
                        LayoutNodes.all(),
                        BlockNodes.all(),
                        IndexNodes.all(),
                        ResizeNodes.all(),
                        EinsumNodes.all(),
                        MathNodes.all(),
                        NetworkNodes.all(),
                        NormalizationNodes.all(),
                        ReductionNodes.all(),
                        RecurrentNodes.all(),
                        AttentionNodes.all(),
                        ImageNodes.all(),
                        PoolNodes.all(),
                        SamplingNodes.all(),
                        FusedNodes.all())
                .flatMap(List::stream);
    }

    @Test
    void everyAdapterHasACase() {
        TreeSet<String> covered = new TreeSet<>();
        nodes().forEach(n -> covered.add(n.operator()));
        covered.addAll(ClosedFormTest.OPERATORS);
        covered.addAll(QuantizationTest.OPERATORS);
        assertEquals(Adapters.operators(), covered, "operators with an adapter, and those with a case");
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void importedIsOriginal(OneNode node) {
        Subject subject = new Subject(node);
        assertEquals(subject.original.keySet(), subject.graph.outputs().keySet());
        Map<String, Tensor> imported = Runner.run(subject.graph, subject.inputs);
        subject.original.forEach((name, expected) -> {
            Tensor found = imported.get(name);
            assertEquals(expected.type(), found.type(), name);
            String worst = FiniteDifferences.worst(found.numbers(), expected.numbers(), TOLERANCE);
            if (worst != null) {
                fail(node + ", output " + name + ": " + worst);
            }
        });
        assertTrue(
                ModelWriter.model(subject.graph).getOpsetImportCount() == 1,
                () -> node + " is imported to standard operators only");
    }

    @ParameterizedTest
    @MethodSource("nodes")
    void gradientIsThatOfTheOriginal(OneNode node) {
        Subject subject = new Subject(node);
        subject.graph.outputs().forEach((name, output) -> {
            if (output.dataType().isFloating()) {
                subject.compareGradients(name, output);
            }
        });
    }

    private static final class Subject {
        final OneNode node;
        final ModelProto model;
        final Map<String, Tensor> inputs = new LinkedHashMap<>();
        final Map<String, Tensor> original;
        final Graph graph;
        private final Random random;

        Subject(OneNode node) {
            this.node = node;
            model = node.model();
            random = new Random(node.toString().hashCode());
            List<Shape> shapes = node.inputs().entrySet().stream()
                    .filter(input -> !node.given().containsKey(input.getKey()))
                    .map(input -> input.getValue().shape())
                    .toList();
            Iterator<Tensor> drawn =
                    node.sampling().draw(DataType.FLOAT, shapes, random).iterator();
            node.inputs().keySet().forEach(name -> {
                Tensor given = node.given().get(name);
                inputs.put(name, given == null ? drawn.next() : given);
            });
            try (Runner runner = Runner.of(model)) {
                original = runner.run(inputs);
            }
            Map<String, TensorType> known = new HashMap<>(node.inputs());
            model.getGraph()
                    .getInitializerList()
                    .forEach(t -> known.put(t.getName(), TensorReader.read(t).type()));
            original.forEach((name, tensor) -> known.put(name, tensor.type()));
            graph = Importer.graph(new Resolved(model, known, Map.of()));
        }

        void compareGradients(String name, Value output) {
            Tensor cotangent = Sampling.uniform(output.type(), random);
            List<Value> targets = graph.inputs().stream()
                    .filter(input -> !node.given().containsKey(input.name()))
                    .toList();
            Map<Value, Accumulator> gradients =
                    Gradients.of(output, Ops.constant(cotangent), targets, BatchFlow.none());
            Map<String, Value> outputs = new LinkedHashMap<>();
            gradients.forEach((input, gradient) -> outputs.put("d" + input.name(), gradient.full()));
            List<String> drawn = targets.stream().map(Value::name).toList();
            if (node.isFlat() || drawn.isEmpty()) {
                assertTrue(outputs.isEmpty(), node + " has a gradient");
                return;
            }
            if (graph.outputs().size() == 1) {
                List<String> expectedNames =
                        drawn.stream().map(input -> "d" + input).toList();
                assertEquals(expectedNames, List.copyOf(outputs.keySet()), "inputs with a gradient");
            }
            Map<String, Tensor> found =
                    outputs.isEmpty() ? Map.of() : Runner.run(new Graph("gradient", graph.inputs(), outputs), inputs);
            try (Runner runner = Runner.of(model)) {
                for (String input : drawn) {
                    double[] expected = FiniteDifferences.pulledBack(
                            FiniteDifferences.jacobian(runner, name, inputs, input), cotangent.numbers());
                    // An input without a gradient is one that this output, of several, does not depend on.
                    double[] numbers = found.containsKey("d" + input)
                            ? found.get("d" + input).numbers()
                            : new double[expected.length];
                    String worst = FiniteDifferences.worst(numbers, expected, GRADIENT_TOLERANCE);
                    if (worst != null) {
                        fail(node + ", output " + name + ", cotangent of " + input + ": " + worst);
                    }
                }
            }
        }
    }
}
