package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import vintk.onnx.TensorReader;
import vintk.proto.SubGraphs;

/**
 * A model without its large weights, and these beside it: ONNX Runtime takes them as they are, where it would copy those inside the
 * model three times before a session is open. Close it after the session.
 */
final class WeightsApart implements AutoCloseable {
    /** Smaller ones cost less inside. */
    private static final long LEAST_BYTES = 1024;

    private final ModelProto model;
    private final Map<String, OnnxTensor> weights = new LinkedHashMap<>();

    WeightsApart(ModelProto whole) {
        GraphProto.Builder graph =
                whole.getGraph().toBuilder().clearInitializer().clearNode();
        // Those that nothing reads are not there any more when ONNX Runtime looks for them.
        Set<String> read = new HashSet<>();
        whole.getGraph().getNodeList().forEach(node -> SubGraphs.reads(node).forEach(read::add));
        try {
            for (TensorProto tensor : whole.getGraph().getInitializerList()) {
                boolean apart = isLarge(tensor) && read.contains(tensor.getName());
                graph.addInitializer(apart ? apart(tensor.getName(), tensor) : tensor);
            }
            for (NodeProto node : whole.getGraph().getNodeList()) {
                boolean constant = node.getOpType().equals("Constant")
                        && node.getAttributeCount() == 1
                        && node.getAttribute(0).hasT();
                if (constant && isLarge(node.getAttribute(0).getT()) && read.contains(node.getOutput(0))) {
                    graph.addInitializer(
                            apart(node.getOutput(0), node.getAttribute(0).getT()));
                } else {
                    graph.addNode(node);
                }
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
        model = whole.toBuilder().setGraph(graph).build();
    }

    private static boolean isLarge(TensorProto tensor) {
        return tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE
                && tensor.getRawData().size() >= LEAST_BYTES;
    }

    /** What stands for a tensor in the model: a file that is never opened. */
    private TensorProto apart(String name, TensorProto tensor) {
        weights.put(name, Tensors.of(TensorReader.read(tensor)));
        return tensor.toBuilder()
                .setName(name)
                .clearRawData()
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue("beside"))
                .build();
    }

    byte[] model() {
        return model.toByteArray();
    }

    void addTo(OrtSession.SessionOptions options) throws OrtException {
        Map<String, OnnxTensorLike> all = new LinkedHashMap<>(weights);
        options.addExternalInitializers(all);
    }

    @Override
    public void close() {
        weights.values().forEach(OnnxTensor::close);
    }
}
