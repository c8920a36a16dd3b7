package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.TensorInfo;
import java.util.Set;
import vintk.onnx.BlockedConvolution;
import vintk.onnx.DataType;
import vintk.onnx.TensorType;

/** ONNX Runtime's own layout of images, in blocks of channels, on this processor. */
final class ImageBlocks {
    private static final long FEW = 4;

    private ImageBlocks() {}

    /** Asked for once, and only by those who want to know. */
    private static final class Found {
        private static final long CHANNELS = padded();
    }

    /** The channels in a block. */
    static long channels() {
        return Found.CHANNELS;
    }

    /** Whether this processor has blocks: without, ONNX Runtime pads nothing. */
    static boolean exist() {
        return channels() > FEW;
    }

    /** To how many channels ONNX Runtime would pad four of them. */
    private static long padded() {
        NodeProto node = NodeProto.newBuilder()
                .setDomain(BlockedConvolution.DOMAIN)
                .setOpType("ReorderInput")
                .addInput("x")
                .addOutput("y")
                .build();
        GraphProto graph = GraphProto.newBuilder()
                .setName("block")
                .addInput(Resolver.valueInfo("x", TensorType.of(DataType.FLOAT, 1, FEW, 1, 1)))
                .addNode(node)
                .build();
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain(BlockedConvolution.DOMAIN)
                        .setVersion(1))
                .setGraph(graph)
                .build();
        NodeInfo info = Resolver.types(model, Set.of("y")).get("y");
        return Tensors.type((TensorInfo) info.getInfo()).shape().dim(1);
    }
}
