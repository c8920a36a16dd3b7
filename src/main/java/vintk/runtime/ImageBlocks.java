package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.Attributes;
import vintk.onnx.BlockedConvolution;
import vintk.onnx.DataType;
import vintk.onnx.Graph;
import vintk.onnx.ModelWriter;
import vintk.onnx.Node;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/** ONNX Runtime's own layout of images, in blocks of channels, on this processor. */
final class ImageBlocks {
    private static final long FEW = 4;

    private static Long channels;

    private ImageBlocks() {}

    /**
     * The channels in a block; 0 where there are none. Asked for once, by those who want to know; not in a class initialiser, where a
     * failure would be an Error without a message.
     */
    static synchronized long channels() {
        if (channels == null) {
            channels = padded();
        }
        return channels;
    }

    /** Whether this processor has blocks: without, ONNX Runtime pads nothing, or has no such operators, as on ARM. */
    static boolean exist() {
        return channels() > FEW;
    }

    /** To how many channels ONNX Runtime would pad four of them. */
    private static long padded() {
        Value x = Value.input("x", TensorType.of(DataType.FLOAT, 1, FEW, 1, 1));
        Node reorder = new Node(
                BlockedConvolution.DOMAIN, "ReorderInput", null, List.of(x), Attributes.NONE, List.of(x.type()), null);
        ModelProto model = ModelWriter.model(new Graph("block", List.of(x), Map.of("y", reorder.output())));
        try {
            NodeInfo info = Resolver.types(model, Set.of("y")).get("y");
            return Tensors.type((TensorInfo) info.getInfo()).shape().dim(1);
        } catch (ModelException e) {
            if (e.kind() == ModelException.Kind.UNSUPPORTED_OPERATOR) {
                return 0;
            }
            throw e;
        }
    }
}
