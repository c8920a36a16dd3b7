package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import vintk.onnx.Attributes;

/**
 * Dilated convolutions that keep the size of an image by {@code auto_pad}, with their padding written out: PyTorch's older exporter
 * makes them of {@code padding='same'}, and ONNX Runtime does not run them. With strides of one the padding does not depend on the image.
 */
final class SamePadding {
    private SamePadding() {}

    static GraphProto of(GraphProto whole) {
        GraphProto.Builder graph = whole.toBuilder();
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            if (node.getDomain().isEmpty() && node.getOpType().equals("Conv")) {
                graph.setNode(i, explicit(node));
            }
        }
        return graph.build();
    }

    /** The node itself where ONNX Runtime takes it, or where the padding cannot be told. */
    private static NodeProto explicit(NodeProto node) {
        Attributes attributes = Attributes.of(node.getAttributeList());
        String mode = attributes.text("auto_pad", "NOTSET");
        long[] dilations = attributes.integers("dilations");
        long[] kernel = attributes.integers("kernel_shape");
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
