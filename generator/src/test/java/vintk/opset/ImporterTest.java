package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;

/** Importing as such: constants, known tensors, and what is refused. */
class ImporterTest {
    private static final TensorType PAIR = TensorType.of(DataType.FLOAT, 2);

    private static Graph imported(GraphProto.Builder graph, Map<String, TensorType> types, Map<String, Tensor> known) {
        ModelProto model = ModelProto.newBuilder()
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(13))
                .setGraph(graph.setName("g"))
                .build();
        return Importer.graph(new Resolved(model, types, known));
    }

    private static NodeProto.Builder node(String opType, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(opType)
                .setName(output)
                .addOutput(output)
                .addAllInput(List.of(inputs));
    }

    private static ValueInfoProto named(String name) {
        return ValueInfoProto.newBuilder().setName(name).build();
    }

    private static TensorProto floats(String name, float... values) {
        TensorProto.Builder proto =
                TensorProto.newBuilder().setName(name).setDataType(1).addDims(values.length);
        for (float value : values) {
            proto.addFloatData(value);
        }
        return proto.build();
    }

    static Stream<Arguments> constants() {
        return Stream.of(
                Arguments.of(
                        AttributeProto.newBuilder().setName("value").setT(floats("", 1, 2)),
                        Tensor.floats(Shape.of(2), 1, 2)),
                Arguments.of(
                        AttributeProto.newBuilder().setName("value_float").setF(3), Tensor.floats(Shape.SCALAR, 3)),
                Arguments.of(
                        AttributeProto.newBuilder()
                                .setName("value_floats")
                                .addFloats(3)
                                .addFloats(4),
                        Tensor.floats(Shape.of(2), 3, 4)),
                Arguments.of(AttributeProto.newBuilder().setName("value_int").setI(5), Tensor.longs(Shape.SCALAR, 5)),
                Arguments.of(
                        AttributeProto.newBuilder()
                                .setName("value_ints")
                                .addInts(5)
                                .addInts(6),
                        Tensor.longs(5, 6)));
    }

    @ParameterizedTest
    @MethodSource("constants")
    void constantsOfAllForms(AttributeProto.Builder attribute, Tensor expected) {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addNode(node("Constant", "c").addAttribute(attribute))
                .addOutput(named("c"));
        Tensor found = imported(graph, Map.of("c", expected.type()), Map.of())
                .outputs()
                .get("c")
                .constant();
        assertEquals(expected.type(), found.type());
        assertEquals(expected.data(), found.data());
    }

    @Test
    void weightsRepeatedAsInputsAreNoInputs() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(named("x"))
                .addInput(named("w"))
                .addInitializer(floats("w", 1, 2))
                .addNode(node("Add", "y", "x", "w"))
                .addOutput(named("y"));
        Graph found = imported(graph, Map.of("x", PAIR, "w", PAIR, "y", PAIR), Map.of());
        assertEquals(List.of("x"), found.inputs().stream().map(v -> v.name()).toList());
        assertEquals(List.of("w"), found.constants().stream().map(v -> v.name()).toList());
    }

    @Test
    void knownTensorsReplaceTheNodesThatComputeThem() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(named("x"))
                .addNode(node("Shape", "s", "x"))
                .addNode(node("Expand", "y", "x", "s"))
                .addOutput(named("y"));
        Map<String, TensorType> types = new HashMap<>(Map.of("x", PAIR, "y", PAIR));
        Graph found = imported(graph, types, Map.of("s", Tensor.longs(2)));
        assertTrue(found.nodes().isEmpty());
    }

    @Test
    void anOperatorWithoutAdapterGoesThroughWithItsName() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(named("x"))
                .addNode(node("Tanh", "y", "x"))
                .addOutput(named("y"));
        Node tanh =
                imported(graph, Map.of("x", PAIR, "y", PAIR), Map.of()).nodes().get(0);
        assertEquals("Tanh 'y'", tanh.toString());
        assertEquals("y", tanh.output().name());
    }

    private static AttributeProto.Builder text(String name, String value) {
        return AttributeProto.newBuilder().setName(name).setS(ByteString.copyFromUtf8(value));
    }

    @Test
    void outputsThatAreNotAskedForMayHaveNoName() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(named("x"))
                .addNode(node("Split", "", "x").addOutput("y"))
                .addOutput(named("y"));
        TensorType one = TensorType.of(DataType.FLOAT, 1);
        Graph found = imported(graph, Map.of("x", PAIR, "y", one), Map.of());
        assertEquals(one, found.outputs().get("y").type());
    }

    private static Arguments refusal(String message, Class<? extends Exception> type, NodeProto.Builder node) {
        return Arguments.of(message, type, node);
    }

    static Stream<Arguments> refusals() {
        AttributeProto.Builder body =
                AttributeProto.newBuilder().setName("body").setG(GraphProto.newBuilder());
        return Stream.of(
                refusal(
                        "If 'y': control flow (a sub-graph inside a node) is not handled",
                        UnsupportedOperatorException.class,
                        node("If", "y", "x").addAttribute(body)),
                refusal(
                        "value 'z' is used before it is computed, or is computed by no node",
                        IllegalArgumentException.class,
                        node("Add", "y", "x", "z")),
                refusal(
                        "Pad 'y': input 2 'x' must be a constant, it is an input of the model",
                        UnsupportedOperatorException.class,
                        node("Pad", "y", "x", "x")),
                refusal(
                        "RandomNormalLike 'y': a model that draws random numbers gives another kernel at every run (is it"
                                + " stochastic depth? Export with stochastic_depth_prob=0, or drop_path_rate=0)",
                        UnsupportedOperatorException.class,
                        node("RandomNormalLike", "y", "x").clearName()),
                refusal(
                        "SplitToSequence 'y': sequences of tensors, and tensors that may be absent, are not handled",
                        UnsupportedOperatorException.class,
                        node("SplitToSequence", "y", "x")),
                refusal(
                        "Compress 'y': input 2 'x' must be a constant, it is an input of the model",
                        UnsupportedOperatorException.class,
                        node("Compress", "y", "x", "x")),
                refusal(
                        "Slice 'y': input 2 'x' must be a constant, it is an input of the model",
                        UnsupportedOperatorException.class,
                        node("Slice", "y", "x", "x", "i")),
                refusal(
                        "Einsum 'y': a result with a letter twice, in 'i->ii'",
                        UnsupportedOperatorException.class,
                        node("Einsum", "y", "x").addAttribute(text("equation", "i->ii"))),
                refusal(
                        "Einsum 'y': equation 'ij->i' does not fit to x:FLOAT[2]",
                        IllegalArgumentException.class,
                        node("Einsum", "y", "x").addAttribute(text("equation", "ij->i"))),
                refusal("MatMul 'y': input 2 is missing", IllegalArgumentException.class, node("MatMul", "y", "x")),
                refusal(
                        "Gather 'y': index 2 is outside of axis 0 of [2]",
                        IllegalArgumentException.class,
                        node("Gather", "y", "x", "i")),
                refusal(
                        "ReduceSum 'y': output 1 should be FLOAT[2] but was imported as FLOAT[1]",
                        IllegalStateException.class,
                        node("ReduceSum", "y", "x")));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void whatIsNotHandledIsNamed(String message, Class<? extends Exception> type, NodeProto.Builder node) {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .addInput(named("x"))
                .addInitializer(TensorProto.newBuilder()
                        .setName("i")
                        .setDataType(7)
                        .addDims(2)
                        .addInt64Data(0)
                        .addInt64Data(2))
                .addNode(node)
                .addOutput(named("y"));
        Exception refused = assertThrows(type, () -> imported(graph, Map.of("x", PAIR, "y", PAIR), Map.of()));
        assertEquals(message, refused.getMessage());
    }
}
