package vintk.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;

/** A node of a file as errors name it. */
public final class NodeLabel {
    private NodeLabel() {}

    /** Operator, and name; that of its outputs where the node has none. */
    public static String of(NodeProto node) {
        String name = node.getName().isEmpty() ? String.join(",", node.getOutputList()) : node.getName();
        return node.getOpType() + " '" + name + "'";
    }
}
