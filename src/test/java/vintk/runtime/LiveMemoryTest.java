package vintk.runtime;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LiveMemoryTest {
    /** Two fifths of what there is. */
    private static final double LARGE = 40;

    private final List<NodeProto> nodes = new ArrayList<>();
    private final Set<String> large = new HashSet<>();

    private void node(List<String> outputs, String... inputs) {
        nodes.add(NodeProto.newBuilder()
                .addAllInput(List.of(inputs))
                .addAllOutput(outputs)
                .build());
        large.addAll(outputs);
    }

    private void require(Set<String> kept) {
        LiveMemory.require(nodes, name -> large.contains(name) ? LARGE : 0, kept, 100);
    }

    /** Each value dies with the node that reads it last. */
    @Test
    void aChainTakesTwoOfItsValues() {
        node(List.of("v0"));
        for (int i = 1; i < 20; i++) {
            node(List.of("v" + i), "v" + (i - 1), "v" + (i - 1));
        }
        assertDoesNotThrow(() -> require(Set.of()));
        // One that is read at the end, too, is one more.
        node(List.of("y"), "v0", "v19");
        ModelException refused = assertThrows(ModelException.class, () -> require(Set.of()));
        assertEquals(ModelException.Kind.OUT_OF_MEMORY, refused.kind());
    }

    /** The places that a MaxPool or TopK gives out beside its values. */
    @Test
    void whatNobodyReadsDiesAtOnce() {
        node(List.of("v0", "places0"));
        large.add("other");
        for (int i = 1; i < 20; i++) {
            node(List.of("v" + i, "places" + i), "other");
        }
        assertDoesNotThrow(() -> require(Set.of()));
        assertThrows(ModelException.class, () -> require(Set.of("v3", "places7")));
    }
}
