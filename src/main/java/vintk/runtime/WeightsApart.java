package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxTensor;
import com.sun.jna.Memory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorWriter;

/**
 * A model with inputs in place of its large weights, and these beside it, given at every run: ONNX Runtime takes them as they are, where
 * it would copy those inside the model three times before a session is open, and those of {@code addExternalInitializers} once. Close
 * it after the session.
 */
final class WeightsApart implements AutoCloseable {
    /** Smaller ones cost less inside; and inference reads some, scales of images. */
    private static final long LEAST_BYTES = 1024;

    private final ModelProto model;
    private final Map<String, OnnxTensor> weights = new LinkedHashMap<>();
    private final List<Memory> memory = new ArrayList<>();

    WeightsApart(ModelProto whole) {
        try {
            model = without(whole, this::take);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** The model for a session that is asked for types alone: its weights are inputs, and nowhere. */
    static ModelProto typed(ModelProto whole) {
        return without(whole, weight -> {});
    }

    /** @param taken is given what inputs stand for, initializers and values of Constant nodes, by the names of these inputs */
    private static ModelProto without(ModelProto whole, Consumer<TensorProto> taken) {
        GraphProto.Builder graph =
                whole.getGraph().toBuilder().clearInitializer().clearNode();
        Consumer<TensorProto> asInput = weight -> {
            graph.addInput(TensorWriter.info(weight.getName(), TensorReader.type(weight)));
            taken.accept(weight);
        };
        for (TensorProto tensor : whole.getGraph().getInitializerList()) {
            if (isLarge(tensor)) {
                asInput.accept(tensor);
            } else {
                graph.addInitializer(tensor);
            }
        }
        for (NodeProto node : whole.getGraph().getNodeList()) {
            boolean constant = node.getOpType().equals("Constant")
                    && node.getAttributeCount() == 1
                    && node.getAttribute(0).hasT();
            if (constant && isLarge(node.getAttribute(0).getT())) {
                asInput.accept(node.getAttribute(0).getT().toBuilder()
                        .setName(node.getOutput(0))
                        .build());
            } else {
                graph.addNode(node);
            }
        }
        return whole.toBuilder().setGraph(graph).build();
    }

    private static boolean isLarge(TensorProto tensor) {
        boolean floating = tensor.getDataType() == TensorProto.DataType.FLOAT_VALUE
                || tensor.getDataType() == TensorProto.DataType.DOUBLE_VALUE;
        return floating && tensor.getRawData().size() >= LEAST_BYTES;
    }

    private void take(TensorProto weight) {
        // Not a direct buffer: Java would fill it with zeros first, and free it when it likes.
        int bytes = weight.getRawData().size();
        Memory taken = new Memory((long) bytes + Tensors.CACHE_LINE);
        memory.add(taken);
        weights.put(
                weight.getName(),
                Tensors.in(taken.align(Tensors.CACHE_LINE).getByteBuffer(0, bytes), TensorReader.read(weight)));
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
