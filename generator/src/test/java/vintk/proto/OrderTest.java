package vintk.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderTest {
    private static NodeProto node(String output, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType("Sum")
                .addOutput(output)
                .addAllInput(List.of(inputs))
                .build();
    }

    private static GraphProto graph(NodeProto... nodes) {
        return GraphProto.newBuilder()
                .addInitializer(TensorProto.newBuilder().setName("mean"))
                .addAllNode(List.of(nodes))
                .build();
    }

    @Test
    void nodesComeAfterWhatTheyRead() {
        List<String> sorted =
                Order.topological(graph(node("c", "b"), node("b", "a", "mean"), node("a", "x"))).getNodeList().stream()
                        .map(n -> n.getOutput(0))
                        .toList();
        assertEquals(List.of("a", "b", "c"), sorted);
    }

    private static void assertRefused(String words, NodeProto... nodes) {
        String message = assertThrows(IllegalArgumentException.class, () -> Order.topological(graph(nodes)))
                .getMessage();
        assertTrue(message.contains(words), message);
    }

    @Test
    void cyclesAndNamesGivenTwiceAreRefused() {
        assertRefused("cycle", node("b", "a"), node("a", "b"));
        assertRefused("computed by two nodes", node("a", "x"), node("a", "x"));
        // As PyTorch's exporter calls the mean of x where a parameter of the module has that name.
        assertRefused("'mean' is stored, and computed by Sum", node("y", "x", "mean"), node("mean", "y"));
    }
}
