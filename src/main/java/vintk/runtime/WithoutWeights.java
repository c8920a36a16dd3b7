package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;

/**
 * A model without the numbers of its large weights, for sessions that only find out shapes. They took half a second each for a network
 * of 86 million parameters, to copy its weights and to prepare them.
 */
final class WithoutWeights {
    /** Inference reads some numbers, scales of images: these are few. */
    private static final int LEAST_ELEMENTS = 256;

    private WithoutWeights() {}

    /** For a session that is asked for types and never runs: inputs in their place. */
    static ModelProto typed(ModelProto model) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearInitializer();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (isLarge(tensor)) {
                graph.addInput(TensorWriter.info(tensor.getName(), TensorReader.type(tensor)));
            } else {
                graph.addInitializer(tensor);
            }
        }
        return model.toBuilder().setGraph(graph).build();
    }

    /**
     * For a session that runs what depends on shapes: numbers in their place that would be drawn if anything read them. ONNX Runtime
     * does not draw them ahead, and leaves out what shapes alone were asked of.
     *
     * @param counting names of weights whose numbers count
     */
    static ModelProto drawn(ModelProto model, Set<String> counting) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearInitializer();
        List<NodeProto> nodes = new ArrayList<>();
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            if (isLarge(tensor) && !counting.contains(tensor.getName())) {
                nodes.add(NodeProto.newBuilder()
                        .setOpType("RandomUniform")
                        .addOutput(tensor.getName())
                        .addAllAttribute(Attributes.NONE
                                .with(
                                        "shape",
                                        tensor.getDimsList().stream()
                                                .mapToLong(Long::longValue)
                                                .toArray())
                                .with("dtype", tensor.getDataType())
                                .all())
                        .build());
            } else {
                graph.addInitializer(tensor);
            }
        }
        nodes.addAll(graph.getNodeList());
        return model.toBuilder().setGraph(graph.clearNode().addAllNode(nodes)).build();
    }

    private static boolean isLarge(TensorProto tensor) {
        TensorType type = TensorReader.type(tensor);
        boolean drawable = type.dataType() == DataType.FLOAT || type.dataType() == DataType.DOUBLE;
        return drawable && type.shape().elements() >= LEAST_ELEMENTS;
    }
}
