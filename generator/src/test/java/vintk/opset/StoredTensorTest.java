package vintk.opset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** Which tensors of a file become parameters (values with a name), by where they stand and who wrote the file. */
class StoredTensorTest {
    private static final ModelProto MODEL = new Sketch()
            .floats("weight", 4, 6)
            .floats("bias", 1)
            .floats("number", 1)
            .floats("gain", 6)
            .constant("stored_weight", 2, 6, 1)
            .constant("mean", 0.5f, 1, 4)
            .longs("shape", 6)
            .node("filled_scale", "ConstantOfShape", "shape")
            .node("rows", "Shape", "x")
            .node("filled_rows", "ConstantOfShape", "rows")
            .node("centred", "Sub", "x", "mean")
            .node("y", "MatMul", "centred", "weight")
            .node("scaled", "Mul", "y", "number")
            .node("gained", "Mul", "scaled", "gain")
            .node("normalised", "BatchNormalization", "gained", "filled_scale", "gain", "gain", "gain")
            .node("z", "MatMul", "normalised", "stored_weight")
            .node("out", "Add", "z", "bias")
            .model();

    private static StoredTensor of(ModelProto model) {
        return new StoredTensor(model, new Roles(model));
    }

    private static StoredTensor of(String producer) {
        return of(MODEL.toBuilder().setProducerName(producer).build());
    }

    private static Value initializer(String producer, String name) {
        TensorProto tensor = MODEL.getGraph().getInitializerList().stream()
                .filter(t -> t.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return of(producer).initializer(name, TensorReader.read(tensor));
    }

    private static NodeProto node(String output) {
        return MODEL.getGraph().getNodeList().stream()
                .filter(n -> n.getOutput(0).equals(output))
                .findFirst()
                .orElseThrow();
    }

    /** A number in arithmetic is the exporter's, unless PyTorch wrote it; a bias of one element is none. */
    @ParameterizedTest
    @CsvSource({
        "weight, tf2onnx, true",
        "gain, tf2onnx, true",
        "bias, tf2onnx, true",
        "number, tf2onnx, false",
        "number, pytorch, true",
    })
    void initializers(String name, String producer, boolean parameter) {
        assertEquals(parameter ? name : null, initializer(producer, name).name());
    }

    @ParameterizedTest
    @CsvSource({
        "stored_weight, paddle2onnx, true",
        "stored_weight, vintk, false",
        "mean, paddle2onnx, false",
    })
    void constants(String name, String producer, boolean parameter) {
        TensorProto tensor = node(name).getAttribute(0).getT();
        Value value = of(producer).constant(name, TensorReader.read(tensor));
        assertEquals(parameter ? name : null, value.name());
    }

    /** As PyTorch names them, beside an initializer and alone: a state at the beginning, and the weights of a frozen module. */
    @ParameterizedTest
    @CsvSource({"true, pytorch, false", "false, pytorch, true", "true, tf2onnx, true"})
    void constantsOfCode(boolean beside, String producer, boolean parameter) {
        String name = "/cell/Constant_1_output_0";
        Sketch sketch = new Sketch().constant(name, 2, 6, 1).node("y", "MatMul", "x", name);
        ModelProto model = (beside ? sketch.floats("v", 1, 4).node("z", "MatMul", "y", "v") : sketch).model();
        TensorProto tensor = model.getGraph().getNode(0).getAttribute(0).getT();
        StoredTensor stored = of(model.toBuilder().setProducerName(producer).build());
        Value value = stored.constant(name, TensorReader.read(tensor));
        assertEquals(parameter ? name : null, value.name());
    }

    @ParameterizedTest
    @CsvSource({"filled_scale, true", "filled_rows, false"})
    void ofStoredShapesOnly(String name, boolean stored) {
        Value value = of("onnx-caffe2").filled(node(name), TensorType.of(DataType.FLOAT, 6));
        if (stored) {
            assertEquals(name, value.name());
        } else {
            assertNull(value);
        }
    }

    /** Exporters write equal tensors once: a variance of ones may be the gain of a layer, too. */
    @Test
    void whatIsAlsoAStatisticCounts() {
        ModelProto shared = new Sketch()
                .floats("ones", 4)
                .floats("mean", 4)
                .node("normalised", "BatchNormalization", "x", "ones2", "ones2", "mean", "ones")
                .floats("ones2", 4)
                .node("y", "Mul", "normalised", "ones")
                .model();
        Tensor numbers = Tensor.floats(Shape.of(4), 1, 1, 1, 1);
        assertEquals("ones", of(shared).initializer("ones", numbers).name());
        assertNull(of(shared).initializer("ones", numbers).fixed());
        assertNull(of(shared).initializer("mean", numbers).name());
    }
}
