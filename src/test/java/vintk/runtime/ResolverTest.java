package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import org.junit.jupiter.api.Test;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.opset.Resolved;

/** What is known of a model before it runs. */
class ResolverTest {
    private static TestModel model() {
        return TestModel.opset(17).input("x", 2, 3, 4, 4).output("y");
    }

    private static Resolved resolved(TestModel sketch) {
        ModelProto model = sketch.build();
        return Resolver.resolve(model, Signature.of(model, ModelInputs.DEFAULT), 2, Shape.of(3, 4, 4));
    }

    /** As some exporters write a resize to another image's size: scales are quotients of shapes, which are floats. */
    @Test
    void scalesThatAreComputedFromShapesAreKnown() {
        Resolved resolved = resolved(model().input("like", 2, 3, 6, 10)
                .initializer("weight", Tensor.floats(Shape.SCALAR, 2))
                .node("Mul", "scaled", "x", "weight")
                .node("Neg", "negative", "weight")
                .node("Shape", "from", "x")
                .node("Shape", "to", "like")
                .node("Cast", "a", "from")
                .with("to", DataType.FLOAT.code())
                .node("Cast", "b", "to")
                .with("to", DataType.FLOAT.code())
                .node("Div", "scales", "b", "a")
                .node("Resize", "resized", "scaled", "", "scales")
                .node("Mul", "y", "resized", "negative"));
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
        Resolved resolved = resolved(model().initializer("table", table)
                .constant("constant", table)
                .node("Identity", "same", "constant")
                .node("ArgMax", "place", "table")
                .with("axis", 0)
                .node("Unique", "different", "table")
                .node("Shape", "count", "different")
                .node("Gather", "largest", "same", "place")
                .node("Mul", "y", "x", "largest"));
        assertArrayEquals(new double[] {123}, resolved.known().get("place").numbers());
        assertArrayEquals(new double[] {3}, resolved.known().get("count").numbers());
        assertEquals(TensorType.of(DataType.FLOAT, 400), resolved.types().get("constant"));
        assertEquals(TensorType.of(DataType.FLOAT, 400), resolved.types().get("same"));
    }

    /** As PyTorch's exporter casts numbers. A run would fail: there is no fifth column. */
    @Test
    void typesOfNumbersTakeNoRun() {
        Resolved resolved = resolved(model().initializer("nowhere", Tensor.longs(Shape.SCALAR, 4))
                .initializer("power", Tensor.floats(Shape.SCALAR, 2))
                .node("Gather", "refused", "x", "nowhere")
                .with("axis", 3)
                .constant("third", Tensor.doubles(Shape.SCALAR, 1 / 3.0))
                .node("CastLike", "number", "third", "refused")
                .node("Sqrt", "root", "number")
                .node("Pow", "factor", "root", "power")
                .node("Mul", "y", "refused", "factor"));
        for (String number : List.of("number", "root", "factor")) {
            assertEquals(TensorType.of(DataType.FLOAT), resolved.types().get(number), number);
        }
        assertEquals(TensorType.of(DataType.DOUBLE), resolved.types().get("third"));
        assertEquals(TensorType.of(DataType.FLOAT, 2, 3, 4), resolved.types().get("y"));
    }
}
