package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.Map;
import vintk.onnx.Attributes;

/**
 * Convolutions that keep the size of an image by {@code auto_pad}, with their padding written out where strides are one, as it does not
 * depend on the image then. PyTorch's older exporter makes them of {@code padding='same'}, and ONNX Runtime runs no dilated ones.
 */
final class SamePadding {
    private SamePadding() {}

    static GraphProto of(GraphProto whole) {
        Map<String, TensorProto> stored = Declared.initializers(whole);
        GraphProto.Builder graph = whole.toBuilder();
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            if (node.getDomain().isEmpty() && node.getOpType().equals("Conv") && node.getInputCount() > 1) {
                graph.setNode(i, explicit(node, stored.get(node.getInput(1))));
            }
        }
        return graph.build();
    }

    /** The node itself where it says its padding, or where nobody can tell it. */
    private static NodeProto explicit(NodeProto node, TensorProto weight) {
        Attributes attributes = Attributes.of(node.getAttributeList());
        String mode = attributes.text("auto_pad", "NOTSET");
        long[] dilations = attributes.integers("dilations");
        long[] ofWeight = weight == null
                ? new long[0]
                : weight.getDimsList().stream()
                        .skip(2)
                        .mapToLong(Long::longValue)
                        .toArray();
        long[] kernel = attributes.integers("kernel_shape", ofWeight);
        boolean strided = Arrays.stream(attributes.integers("strides")).anyMatch(stride -> stride != 1);
        if (!mode.startsWith("SAME") || strided || kernel.length != dilations.length) {
            return node;
        }
        int rank = kernel.length;
        long[] pads = new long[2 * rank];
        for (int i = 0; i < rank; i++) {
            long total = dilations[i] * (kernel[i] - 1);
            pads[i] = mode.equals("SAME_LOWER") ? total - total / 2 : total / 2;
            pads[rank + i] = total - pads[i];
        }
        return node.toBuilder()
                .clearAttribute()
                .addAllAttribute(
                        attributes.without("auto_pad").with("pads", pads).all())
                .build();
    }
}
