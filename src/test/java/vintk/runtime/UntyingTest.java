package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import vintk.onnx.DataType;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.proto.Untying;
import vintk.runtime.ParameterModels.Sharing;

/** The tensors of files whose equal ones were written once. That they are the network's kernels then: ExportedModelsTest. */
class UntyingTest {
    private static List<String> names(ModelProto model) {
        return model.getGraph().getInitializerList().stream()
                .map(TensorProto::getName)
                .toList();
    }

    @Test
    void namesAreThoseOfIdentity() {
        ModelProto model = ParameterModels.shared(Sharing.IDENTITY, 0).build();
        assertEquals(Set.of("b"), Untying.shared(model));
        assertEquals(List.of("b", "w", "v", "u", "c", "d", "e"), names(Untying.of(model)));
    }

    @Test
    void namesAreNewWhereThereAreNone() {
        ModelProto model = ParameterModels.shared(Sharing.ONCE, 0).build();
        assertEquals(List.of("b", "w", "v", "u", "b/2", "b/3", "b/4"), names(Untying.of(model)));
    }

    @Test
    void whatIsApartOrDiffersStays() {
        for (ModelProto model : List.of(
                ParameterModels.shared(Sharing.APART, 0).build(),
                ParameterModels.shared(Sharing.ONCE, 0.5f).build())) {
            assertEquals(Set.of(), Untying.shared(model));
            assertSame(model, Untying.of(model));
        }
    }

    /** A small file must not become a large network. */
    @Test
    void tooManyNumbersAreRefused() {
        long width = 1 << 20;
        TestModel model = TestModel.opset(13)
                .input("x", -1, width)
                .initializer("b", Tensor.filled(TensorType.of(DataType.FLOAT, width), 0));
        for (int i = 0; i <= 257; i++) {
            model.node("Add", "y" + i, i == 0 ? "x" : "y" + (i - 1), "b");
        }
        ModelProto large = model.output("y257").build();
        IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, () -> Untying.of(large));
        assertTrue(thrown.getMessage().startsWith("--untie: what the file shares"), thrown::getMessage);
    }
}
