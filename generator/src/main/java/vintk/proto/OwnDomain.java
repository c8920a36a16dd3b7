package vintk.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import java.util.List;

/** ONNX' own operators have two names for their domain, "" and "ai.onnx": here they have the first, so that nobody has to ask for both. */
final class OwnDomain {
    private static final String NAME = "ai.onnx";

    private OwnDomain() {}

    static ModelProto of(ModelProto model) {
        ModelProto.Builder changed = model.toBuilder();
        imports(changed.getOpsetImportBuilderList());
        graph(changed.getGraphBuilder());
        for (FunctionProto.Builder function : changed.getFunctionsBuilderList()) {
            if (function.getDomain().equals(NAME)) {
                function.clearDomain();
            }
            imports(function.getOpsetImportBuilderList());
            function.getNodeBuilderList().forEach(OwnDomain::node);
        }
        return changed.build();
    }

    private static void imports(List<OperatorSetIdProto.Builder> imports) {
        for (OperatorSetIdProto.Builder opset : imports) {
            if (opset.getDomain().equals(NAME)) {
                opset.clearDomain();
            }
        }
    }

    private static void graph(GraphProto.Builder graph) {
        graph.getNodeBuilderList().forEach(OwnDomain::node);
    }

    private static void node(NodeProto.Builder node) {
        if (node.getDomain().equals(NAME)) {
            node.clearDomain();
        }
        for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
            if (attribute.hasG()) {
                graph(attribute.getGBuilder());
            }
            attribute.getGraphsBuilderList().forEach(OwnDomain::graph);
        }
    }
}
