package vintk.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.NodeProto;
import org.junit.jupiter.api.Test;

class NodeLabelTest {
    private static final NodeProto NODE = NodeProto.newBuilder()
            .setOpType("Split")
            .addOutput("a")
            .addOutput("b")
            .build();

    @Test
    void aNodeIsNamedByItsName() {
        assertEquals("Split 'n'", NodeLabel.of(NODE.toBuilder().setName("n").build()));
    }

    @Test
    void aNodeWithoutNameIsNamedByItsOutputs() {
        assertEquals("Split 'a,b'", NodeLabel.of(NODE));
    }
}
