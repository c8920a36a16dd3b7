package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxTensor;
import com.sun.jna.Memory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.TensorReader;
import vintk.proto.SubGraphs;

/**
 * A model with inputs in place of its large weights, and these beside it, given at every run: ONNX Runtime takes them as they are, where
 * it would copy those inside the model three times before a session is open, and those of {@code addExternalInitializers} once. Close
 * it after the session.
 */
final class WeightsApart implements AutoCloseable {
    /** Smaller ones cost less inside. */
    private static final long LEAST_BYTES = 1024;

    private final ModelProto model;
    private final Map<String, OnnxTensor> weights = new LinkedHashMap<>();
    private final List<Memory> memory = new ArrayList<>();

    WeightsApart(ModelProto whole) {
        GraphProto.Builder graph =
                whole.getGraph().toBuilder().clearInitializer().clearNode();
        // Those that nothing reads are not there any more when ONNX Runtime looks for them.
        Set<String> read = new HashSet<>();
        whole.getGraph().getNodeList().forEach(node -> SubGraphs.reads(node).forEach(read::add));
        try {
            for (TensorProto tensor : whole.getGraph().getInitializerList()) {
                if (isLarge(tensor) && read.contains(tensor.getName())) {
                    graph.addInput(apart(tensor.getName(), tensor));
                } else {
                    graph.addInitializer(tensor);
                }
            }
            for (NodeProto node : whole.getGraph().getNodeList()) {
                boolean constant = node.getOpType().equals("Constant")
                        && node.getAttributeCount() == 1
                        && node.getAttribute(0).hasT();
                if (constant && isLarge(node.getAttribute(0).getT()) && read.contains(node.getOutput(0))) {
                    graph.addInput(apart(node.getOutput(0), node.getAttribute(0).getT()));
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
        boolean floating = tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE
                || tensor.getDataType() == TensorProto.DataType.DOUBLE_VALUE;
        return floating && tensor.getRawData().size() >= LEAST_BYTES;
    }

    /** What stands for a tensor in the model. Without a shape: inference then asks ten times as long as with the weights inside. */
    private ValueInfoProto apart(String name, TensorProto tensor) {
        // Not a direct buffer: Java would fill it with zeros first, and free it when it likes.
        int bytes = tensor.getRawData().size();
        Memory taken = new Memory(bytes + Tensors.CACHE_LINE);
        memory.add(taken);
        weights.put(
                name, Tensors.in(taken.align(Tensors.CACHE_LINE).getByteBuffer(0, bytes), TensorReader.read(tensor)));
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(tensor.getDataType())))
                .build();
    }

    byte[] model() {
        return model.toByteArray();
    }

    /** By the names of the inputs that they are. */
    Map<String, OnnxTensor> tensors() {
        return weights;
    }

    @Override
    public void close() {
        weights.values().forEach(OnnxTensor::close);
        memory.forEach(Memory::close);
    }
}
