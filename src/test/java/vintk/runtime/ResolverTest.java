package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import org.junit.jupiter.api.Test;
import vintk.onnx.DataType;
import vintk.onnx.ModelWriter;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;
import vintk.opset.Resolved;

/** What is known of a model before it runs. */
class ResolverTest {
    private static NodeProto.Builder node(String opType, String output, String... inputs) {
        return NodeProto.newBuilder().setOpType(opType).addOutput(output).addAllInput(List.of(inputs));
    }

    /** Of a graph of the images x first. */
    private static ModelProto model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph.setName("g")
                        .addInput(0, TensorWriter.info("x", TensorType.of(DataType.FLOAT, 2, 3, 4, 4)))
                        .addOutput(ValueInfoProto.newBuilder().setName("y")))
                .build();
    }

    /** As some exporters write a resize to another image's size: scales are quotients of shapes, which are floats. */
    @Test
    void scalesThatAreComputedFromShapesAreKnown() {
        AttributeProto toFloat = AttributeProto.newBuilder()
                .setName("to")
                .setType(AttributeType.INT)
                .setI(DataType.FLOAT.code())
                .build();
        ModelProto model = model(GraphProto.newBuilder()
                .addInput(TensorWriter.info("like", TensorType.of(DataType.FLOAT, 2, 3, 6, 10)))
                .addInitializer(TensorProto.newBuilder()
                        .setName("weight")
                        .setDataType(DataType.FLOAT.code())
                        .addFloatData(2))
                .addNode(node("Mul", "scaled", "x", "weight"))
                .addNode(node("Neg", "negative", "weight"))
                .addNode(node("Shape", "from", "x"))
                .addNode(node("Shape", "to", "like"))
                .addNode(node("Cast", "a", "from").addAttribute(toFloat))
                .addNode(node("Cast", "b", "to").addAttribute(toFloat))
                .addNode(node("Div", "scales", "b", "a"))
                .addNode(node("Resize", "resized", "scaled", "", "scales"))
                .addNode(node("Mul", "y", "resized", "negative")));
        Resolved resolved = Resolver.resolve(model, Signature.of(model, ModelInputs.DEFAULT), 2, Shape.of(3, 4, 4));
        assertArrayEquals(
                new double[] {1, 1, 1.5, 2.5}, resolved.known().get("scales").numbers());
        assertEquals(
                TensorType.of(DataType.FLOAT, 2, 3, 6, 10), resolved.types().get("y"));
        assertFalse(resolved.known().containsKey("negative"), "what is computed from weights has a gradient");
    }

    /** Types are inferred without the numbers of large weights; what numbers decide is known, be it a shape. */
    @Test
    void whatWeightsDecideIsTheirs() {
        float[] numbers = new float[400];
        numbers[123] = 2;
        numbers[124] = 1;
        Tensor table = Tensor.floats(Shape.of(400), numbers);
        ModelProto model = model(GraphProto.newBuilder()
                .addInitializer(TensorWriter.write("table", table))
                .addNode(ModelWriter.constantNode(TensorWriter.write("constant", table)))
                .addNode(node("Identity", "same", "constant"))
                .addNode(node("ArgMax", "place", "table")
                        .addAttribute(AttributeProto.newBuilder()
                                .setName("axis")
                                .setType(AttributeType.INT)
                                .setI(0)))
                .addNode(node("Unique", "different", "table"))
                .addNode(node("Shape", "count", "different"))
                .addNode(node("Gather", "largest", "same", "place"))
                .addNode(node("Mul", "y", "x", "largest")));
        Resolved resolved = Resolver.resolve(model, Signature.of(model, ModelInputs.DEFAULT), 2, Shape.of(3, 4, 4));
        assertArrayEquals(new double[] {123}, resolved.known().get("place").numbers());
        assertArrayEquals(new double[] {3}, resolved.known().get("count").numbers());
        assertEquals(TensorType.of(DataType.FLOAT, 400), resolved.types().get("constant"));
        assertEquals(TensorType.of(DataType.FLOAT, 400), resolved.types().get("same"));
    }

    /** As PyTorch's exporter casts numbers. A run would fail: there is no fifth column. */
    @Test
    void typesOfNumbersTakeNoRun() {
        AttributeProto third = AttributeProto.newBuilder()
                .setName("value")
                .setType(AttributeType.TENSOR)
                .setT(TensorProto.newBuilder()
                        .setDataType(DataType.DOUBLE.code())
                        .addDoubleData(1 / 3.0))
                .build();
        ModelProto model = model(GraphProto.newBuilder()
                .addInitializer(TensorProto.newBuilder()
                        .setName("nowhere")
                        .setDataType(DataType.INT64.code())
                        .addInt64Data(4))
                .addInitializer(TensorProto.newBuilder()
                        .setName("power")
                        .setDataType(DataType.FLOAT.code())
                        .addFloatData(2))
                .addNode(node("Gather", "refused", "x", "nowhere").addAttribute(axis()))
                .addNode(node("Constant", "third").addAttribute(third))
                .addNode(node("CastLike", "number", "third", "refused"))
                .addNode(node("Sqrt", "root", "number"))
                .addNode(node("Pow", "factor", "root", "power"))
                .addNode(node("Mul", "y", "refused", "factor")));
        Resolved resolved = Resolver.resolve(model, Signature.of(model, ModelInputs.DEFAULT), 2, Shape.of(3, 4, 4));
        for (String number : List.of("number", "root", "factor")) {
            assertEquals(TensorType.of(DataType.FLOAT), resolved.types().get(number), number);
        }
        assertEquals(TensorType.of(DataType.DOUBLE), resolved.types().get("third"));
        assertEquals(TensorType.of(DataType.FLOAT, 2, 3, 4), resolved.types().get("y"));
    }

    private static AttributeProto axis() {
        return AttributeProto.newBuilder()
                .setName("axis")
                .setType(AttributeType.INT)
                .setI(3)
                .build();
    }
}
