package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vintk.autodiff.BatchFlow;
import vintk.autodiff.Gradients;
import vintk.autodiff.Runner;
import vintk.autodiff.Sampling;

class ModelWriterTest {
    private static final TensorType TYPE = TensorType.of(DataType.FLOAT, 3);
    private static final Tensor NUMBERS = Tensor.floats(Shape.of(3), 1, 2, 3);

    private static Value weight(String name) {
        return Value.initializer(name, NUMBERS);
    }

    /** A network and its gradients, built anew. */
    private static Graph network() {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 4, 40));
        Value w = Value.initializer("w", Sampling.uniform(TensorType.of(DataType.FLOAT, 40, 50), new Random(1)));
        Value b = Value.initializer("b", Sampling.uniform(TensorType.of(DataType.FLOAT, 50), new Random(2)));
        Value y = Ops.softmax(Ops.add(Ops.unary("Tanh", Ops.matMul(x, w)), b), -1);
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("y", y);
        Value seed = Ops.reshape(Ops.scalar(DataType.FLOAT, 1), 1, 1);
        Gradients.of(y, seed, List.of(w, b), BatchFlow.none())
                .forEach((p, g) -> outputs.put("grad/" + p.name(), g.full()));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("seed", "1");
        metadata.put("about", "test");
        return new Graph("network", List.of(x), outputs, metadata);
    }

    @Test
    void theSameGraphGivesTheSameBytes() {
        ModelProto model = ModelWriter.model(network());
        assertArrayEquals(model.toByteArray(), ModelWriter.model(network()).toByteArray());
        assertEquals("seed", model.getMetadataProps(0).getKey(), "metadata in the order given");
    }

    @Test
    void equalConstantsAreWrittenOnceAndNamedWeightsKept() {
        Value x = Value.input("x", TYPE);
        Value sum = Ops.add(Ops.add(x, weight("a")), weight("b"));
        Value y = Ops.mul(Ops.mul(sum, Ops.constant(NUMBERS)), Ops.constant(Tensor.floats(Shape.of(3), 1, 2, 3)));
        Value z = Ops.mul(Ops.reshape(y, 1, 3), Ops.constant(Tensor.floats(Shape.of(1, 3), 1, 2, 3)));
        Graph graph = new Graph("g", List.of(x), Map.of("z", z));
        List<String> names = initializers(graph);
        // Two weights, and the shape of the Reshape.
        assertEquals(3, names.size(), names::toString);
        assertTrue(names.containsAll(List.of("a", "b")), names::toString);
        // Float constants are no weights, so not among the initializers: one shared, one of the same numbers in another
        // shape.
        long constants = ModelWriter.model(graph).getGraph().getNodeList().stream()
                .filter(node -> node.getOpType().equals("Constant"))
                .count();
        assertEquals(2, constants);
    }

    private static List<String> initializers(Graph graph) {
        return ModelWriter.model(graph).getGraph().getInitializerList().stream()
                .map(TensorProto::getName)
                .toList();
    }

    @Test
    void outputsMayBeInputsConstantsOrTheSameValueTwice() {
        Value x = Value.input("x", TYPE);
        Value w = weight("w");
        Value y = Ops.add(x, w);
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("input", x);
        outputs.put("weight", w);
        outputs.put("constant", Ops.constant(Tensor.floats(Shape.of(3), 7, 7, 7)));
        outputs.put("sum", y);
        outputs.put("again", y);
        Map<String, Tensor> found =
                Runner.run(new Graph("g", List.of(x), outputs), Map.of("x", Tensor.floats(Shape.of(3), 10, 20, 30)));
        assertEquals(List.copyOf(outputs.keySet()), List.copyOf(found.keySet()));
        assertArrayEquals(new double[] {10, 20, 30}, found.get("input").numbers());
        assertArrayEquals(new double[] {1, 2, 3}, found.get("weight").numbers());
        assertArrayEquals(new double[] {7, 7, 7}, found.get("constant").numbers());
        assertArrayEquals(new double[] {11, 22, 33}, found.get("sum").numbers());
        assertArrayEquals(new double[] {11, 22, 33}, found.get("again").numbers());
    }

    @Test
    void namesNeverCollide() {
        // Names that the writer would count itself, taken by inputs, weights, outputs and nodes of an import.
        Value x = Value.input("Add_1", TYPE);
        Value first = Ops.add(x, weight("const_1"));
        Value second = Ops.add(first, Ops.constant(Tensor.floats(Shape.of(3), 5, 5, 5)));
        Value third = Ops.add(second, weight("same"));
        Value fourth = Ops.add(third, Value.initializer("same", Tensor.floats(Shape.of(3), 1, 1, 1)));
        Value named =
                new Node("", "Neg", "n", List.of(fourth), Attributes.NONE, List.of(TYPE), List.of("same")).output();
        Map<String, Value> outputs = new LinkedHashMap<>();
        outputs.put("Add_2", Ops.exp(first));
        outputs.put("last", Ops.neg(named));
        Graph graph = new Graph("g", List.of(x), outputs);
        List<String> names = defined(ModelWriter.model(graph).getGraph());
        assertEquals(names.size(), new HashSet<>(names).size(), names::toString);
        Map<String, Tensor> found = Runner.run(graph, Map.of("Add_1", Tensor.floats(Shape.of(3), 1, 2, 3)));
        // ((x + w) + 5) + w + 1, negated twice, with x = w = (1, 2, 3).
        assertArrayEquals(new double[] {9, 12, 15}, found.get("last").numbers());
    }

    private static List<String> defined(GraphProto graph) {
        List<String> names = new ArrayList<>();
        graph.getInputList().forEach(v -> names.add(v.getName()));
        graph.getInitializerList().forEach(v -> names.add(v.getName()));
        graph.getNodeList().stream().map(NodeProto::getOutputList).forEach(names::addAll);
        return names;
    }

    @Test
    void externalDataRoundTrip(@TempDir Path folder) throws IOException {
        Graph graph = network();
        ModelProto model = ModelWriter.model(graph);
        Path inside = folder.resolve("inside.onnx");
        Path outside = folder.resolve("outside.onnx");
        ModelWriter.write(model, inside, Long.MAX_VALUE);
        ModelWriter.write(model, outside, 1000);
        assertEquals(model, ModelProto.parseFrom(Files.readAllBytes(inside)));
        // Only w, of 8,000 bytes: small tensors stay inside.
        assertEquals(4 * 40 * 50, Files.size(folder.resolve("outside.onnx.data")));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of("inside.onnx", "outside.onnx", "outside.onnx.data"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        Map<String, Tensor> inputs = Map.of("x", Sampling.uniform(TensorType.of(DataType.FLOAT, 4, 40), new Random(3)));
        try (Runner whole = Runner.of(inside);
                Runner parts = Runner.of(outside)) {
            Map<String, Tensor> expected = whole.run(inputs);
            Map<String, Tensor> found = parts.run(inputs);
            expected.forEach((name, tensor) ->
                    assertArrayEquals(tensor.numbers(), found.get(name).numbers(), name));
        }
        // Written again over a longer file, nothing of the old data stays.
        ModelWriter.write(model, outside, 1000);
        assertEquals(4 * 40 * 50, Files.size(folder.resolve("outside.onnx.data")));
        assertFalse(Files.exists(folder.resolve("outside.onnx.part")));
    }

    /** Readers map external data: a model may be written over the file that its own weights lie in. */
    @Test
    void weightsOverThemselves(@TempDir Path folder) throws IOException {
        ModelProto model = ModelWriter.model(network());
        Path file = folder.resolve("model.onnx");
        Path data = folder.resolve("model.onnx.data");
        ModelWriter.write(model, file, 1000);
        byte[] before = Files.readAllBytes(data);
        ModelProto.Builder mapped = model.toBuilder();
        try (FileChannel channel = FileChannel.open(data)) {
            mapped.getGraphBuilder().getInitializerBuilderList().stream()
                    .filter(tensor -> tensor.getRawData().size() == before.length)
                    .forEach(tensor -> tensor.setRawData(map(channel)));
        }
        ModelWriter.write(mapped.build(), file, 1000);
        assertArrayEquals(before, Files.readAllBytes(data));
        // Where the model cannot be written, nothing is left beside it, and its weights stay.
        Files.delete(file);
        Files.createDirectory(file);
        Files.write(data, new byte[] {1});
        assertThrows(IOException.class, () -> ModelWriter.write(model, file, 1000));
        assertArrayEquals(new byte[] {1}, Files.readAllBytes(data));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(2, files.count());
        }
    }

    private static ByteString map(FileChannel channel) {
        try {
            return UnsafeByteOperations.unsafeWrap(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
