package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.ArrayList;
import java.util.HashMap;
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
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Ops;
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
                        LayoutNodes.all(),
                        MathNodes.all(),
                        NetworkNodes.all(),
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
            List<TensorType> types = List.copyOf(node.inputs().values());
            List<Tensor> drawn = node.sampling()
                    .draw(
                            types.get(0).dataType(),
                            types.stream().map(TensorType::shape).toList(),
                            random);
            node.inputs().keySet().forEach(name -> inputs.put(name, drawn.get(inputs.size())));
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
            Map<Value, Accumulator> gradients =
                    Gradients.of(output, Ops.constant(cotangent), graph.inputs(), BatchFlow.none());
            Map<String, Value> outputs = new LinkedHashMap<>();
            gradients.forEach((input, gradient) -> outputs.put("d" + input.name(), gradient.full()));
            List<String> expectedNames = new ArrayList<>();
            node.inputs().keySet().forEach(input -> expectedNames.add("d" + input));
            assertEquals(expectedNames, List.copyOf(outputs.keySet()), "inputs with a gradient");
            Map<String, Tensor> found = Runner.run(new Graph("gradient", graph.inputs(), outputs), inputs);
            try (Runner runner = Runner.of(model)) {
                for (String input : node.inputs().keySet()) {
                    double[] expected = FiniteDifferences.pulledBack(
                            FiniteDifferences.jacobian(runner, name, inputs, input), cotangent.numbers());
                    String worst =
                            FiniteDifferences.worst(found.get("d" + input).numbers(), expected, GRADIENT_TOLERANCE);
                    if (worst != null) {
                        fail(node + ", output " + name + ", cotangent of " + input + ": " + worst);
                    }
                }
            }
        }
    }
}
