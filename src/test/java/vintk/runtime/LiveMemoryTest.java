package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.TensorType;

class LiveMemoryTest {
    /** Of two fifths of the memory each. */
    private static final TensorType LARGE =
            new TensorType(DataType.FLOAT, Shape.of(Machine.memory() / Float.BYTES / 5 * 2));

    private final List<NodeProto> nodes = new ArrayList<>();
    private final Map<String, TensorType> types = new HashMap<>();

    private void node(List<String> outputs, String... inputs) {
        nodes.add(NodeProto.newBuilder()
                .addAllInput(List.of(inputs))
                .addAllOutput(outputs)
                .build());
        outputs.forEach(name -> types.put(name, LARGE));
    }

    /** Each value dies with the node that reads it last. */
    @Test
    void aChainTakesTwoOfItsValues() {
        node(List.of("v0"));
        for (int i = 1; i < 20; i++) {
            node(List.of("v" + i), "v" + (i - 1), "v" + (i - 1));
        }
        assertDoesNotThrow(() -> LiveMemory.require(nodes, types));
        // One that is read at the end, too, is one more.
        node(List.of("y"), "v0", "v19");
        ModelException refused = assertThrows(ModelException.class, () -> LiveMemory.require(nodes, types));
        assertEquals(ModelException.Kind.OUT_OF_MEMORY, refused.kind());
    }

    /** The places that a MaxPool or TopK gives out beside its values. */
    @Test
    void whatNobodyReadsDiesAtOnce() {
        node(List.of("v0", "places0"));
        types.put("other", LARGE);
        for (int i = 1; i < 20; i++) {
            node(List.of("v" + i, "places" + i), "other");
        }
        assertDoesNotThrow(() -> LiveMemory.require(nodes, types));
    }
}
