package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import vintk.onnx.Attributes;
import vintk.onnx.Window;

/**
 * Convolutions that keep the size of an image by {@code auto_pad}, with their padding written out where it does not depend on the image:
 * where strides are one, and in transposed ones. PyTorch's older exporter makes them of {@code padding='same'}, and ONNX Runtime runs no
 * dilated ones; transposed ones give an image as large as their strides times theirs, but shape inference adds output_padding to it.
 */
final class SamePadding {
    private SamePadding() {}

    static GraphProto of(GraphProto whole) {
        Map<String, TensorProto> stored = Declared.initializers(whole);
        GraphProto.Builder graph = whole.toBuilder();
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            boolean convolution = Set.of("Conv", "ConvTranspose").contains(node.getOpType());
            if (node.getDomain().isEmpty() && convolution && node.getInputCount() > 1) {
                graph.setNode(i, explicit(node, stored.get(node.getInput(1))));
            }
        }
        return graph.build();
    }

    /** The node itself where it says its padding, or where nobody can tell it. */
    private static NodeProto explicit(NodeProto node, TensorProto weight) {
        Attributes attributes = Attributes.of(node.getAttributeList());
        String mode = attributes.text("auto_pad", "NOTSET");
        long[] ofWeight = weight == null
                ? new long[0]
                : weight.getDimsList().stream()
                        .skip(2)
                        .mapToLong(Long::longValue)
                        .toArray();
        Window window = Window.of(attributes, attributes.integers("kernel_shape", ofWeight));
        int rank = window.rank();
        if (!mode.startsWith("SAME") || rank == 0 || attributes.has("output_shape")) {
            return node;
        }
        long[] further = attributes.integers("output_padding", new long[rank]).clone();
        boolean fits = Stream.of(window.dilations(), window.strides(), further).allMatch(of -> of.length == rank);
        boolean transposed = node.getOpType().equals("ConvTranspose");
        boolean known = transposed
                || attributes.has("dilations")
                        && LongStream.of(window.strides()).allMatch(stride -> stride == 1);
        if (!fits || !known) {
            return node;
        }
        long[] totals = new long[rank];
        for (int i = 0; i < rank; i++) {
            // Of a convolution the strides are one, and nothing is put behind.
            totals[i] = window.reach(i, 1) - window.strides()[i] + further[i];
            further[i] += Math.max(0, -totals[i]);
        }
        Attributes padded =
                attributes.without("auto_pad").with("pads", Window.samePads(totals, mode.equals("SAME_LOWER")));
        return node.toBuilder()
                .clearAttribute()
                .addAllAttribute((transposed ? padded.with("output_padding", further) : padded).all())
                .build();
    }
}
