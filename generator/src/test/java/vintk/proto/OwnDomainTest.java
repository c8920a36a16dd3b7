package vintk.proto;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import org.junit.jupiter.api.Test;

/** Wherever a node may stand. */
class OwnDomainTest {
    private static NodeProto.Builder node(String domain, String opType) {
        return NodeProto.newBuilder().setDomain(domain).setOpType(opType);
    }

    private static ModelProto model(String domain) {
        GraphProto.Builder inner = GraphProto.newBuilder().addNode(node(domain, "Relu"));
        NodeProto.Builder branches = node(domain, "If")
                .addAttribute(AttributeProto.newBuilder().setName("then_branch").setG(inner))
                .addAttribute(AttributeProto.newBuilder().setName("several").addGraphs(inner));
        OperatorSetIdProto.Builder opset =
                OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(17);
        return ModelProto.newBuilder()
                .addOpsetImport(opset)
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .addFunctions(FunctionProto.newBuilder()
                        .setDomain(domain)
                        .setName("F")
                        .addOpsetImport(opset)
                        .addNode(branches))
                .setGraph(GraphProto.newBuilder().addNode(branches).addNode(node("com.microsoft", "Gelu")))
                .build();
    }

    /** An empty name is written or left out. */
    private static String text(ModelProto model) {
        return model.toString().replaceAll("domain: \"\"\\s*", "").replaceAll("\\s+", " ");
    }

    @Test
    void bothNamesAreOne() {
        assertEquals(text(model("")), text(OwnDomain.of(model("ai.onnx"))));
        assertEquals(text(model("com.microsoft")), text(OwnDomain.of(model("com.microsoft"))));
    }
}
