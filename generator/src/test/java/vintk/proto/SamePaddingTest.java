package vintk.proto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;
import org.junit.jupiter.api.Test;
import vintk.onnx.Attributes;

class SamePaddingTest {
    private static NodeProto padded(Attributes attributes) {
        return padded("Conv", attributes);
    }

    private static NodeProto padded(String opType, Attributes attributes) {
        GraphProto graph = GraphProto.newBuilder()
                .addInitializer(TensorProto.newBuilder().setName("w").addAllDims(List.of(8L, 4L, 2L, 5L)))
                .addNode(NodeProto.newBuilder()
                        .setOpType(opType)
                        .addInput("x")
                        .addInput("w")
                        .addAllAttribute(attributes.all()))
                .build();
        return SamePadding.of(graph).getNode(0);
    }

    private static Attributes same(long... strides) {
        return Attributes.NONE
                .with("auto_pad", "SAME_UPPER")
                .with("kernel_shape", new long[] {2, 5})
                .with("dilations", new long[] {3, 2})
                .with("strides", strides);
    }

    @Test
    void whatTheKernelReachesOver() {
        Attributes found = Attributes.of(padded(same(1, 1)).getAttributeList());
        assertArrayEquals(new long[] {1, 4, 2, 4}, found.integers("pads"));
        assertEquals("none", found.text("auto_pad", "none"));
        // The kernel's shape need not be said twice.
        Attributes ofWeight =
                Attributes.of(padded(same(1, 1).without("kernel_shape")).getAttributeList());
        assertEquals(found.without("kernel_shape"), ofWeight);
    }

    /** Windows reach over what the strides ask for by 1 and 6 places; larger strides leave 3 and 4 behind the windows. */
    @Test
    void transposedConvolutionsDependOnNoImage() {
        Attributes attributes =
                Attributes.of(padded("ConvTranspose", same(3, 4).with("output_padding", new long[] {0, 1}))
                        .getAttributeList());
        assertArrayEquals(new long[] {0, 3, 1, 3}, attributes.integers("pads"));
        assertArrayEquals(new long[] {0, 1}, attributes.integers("output_padding"));
        Attributes shorter = Attributes.of(
                padded("ConvTranspose", same(5, 9).without("dilations")).getAttributeList());
        assertArrayEquals(new long[4], shorter.integers("pads"));
        assertArrayEquals(new long[] {3, 4}, shorter.integers("output_padding"));
    }

    /** Padding by a stride depends on the image: nobody knows it here, and ONNX Runtime refuses the node. */
    @Test
    void stridesAreLeft() {
        Attributes strided = same(1, 2);
        assertEquals(strided, Attributes.of(padded(strided).getAttributeList()));
    }
}
