package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorWriter;

/**
 * A model whose batch was fixed at one when it was exported, for another number of samples. Besides the input, what holds
 * the one is Reshape: a constant shape that begins with it is given the number. Whether that was the batch, the caller finds
 * out: the model must infer, and give each sample the output that it has alone.
 */
public final class FreedBatch {
    private FreedBatch() {}

    /** The model with the shapes of its Reshapes changed; its inputs are the caller's. */
    public static ModelProto of(ModelProto model, Set<String> inputs, long samples) {
        Map<String, TensorProto> stored = Declared.initializers(model.getGraph());
        Set<String> carrying = new HashSet<>(inputs);
        GraphProto.Builder graph = model.getGraph().toBuilder().clearNode();
        for (NodeProto node : model.getGraph().getNodeList()) {
            TensorProto held = node.getOpType().equals("Constant") ? TensorReader.constant(node) : null;
            if (held != null) {
                stored.put(node.getOutput(0), held);
            }
            boolean carries = SubGraphs.reads(node).anyMatch(carrying::contains);
            if (carries) {
                carrying.addAll(node.getOutputList());
            }
            TensorProto shape = carries && node.getOpType().equals("Reshape") && node.getInputCount() > 1
                    ? stored.get(node.getInput(1))
                    : null;
            long[] dims = shape == null ? new long[0] : TensorReader.read(shape).integers();
            if (dims.length > 0 && dims[0] == 1) {
                String name = node.getOutput(0) + "/shape/" + samples;
                dims[0] = samples;
                graph.addInitializer(TensorWriter.write(name, Tensor.longs(dims)));
                graph.addNode(node.toBuilder().setInput(1, name));
            } else {
                graph.addNode(node);
            }
        }
        return model.toBuilder().setGraph(graph).build();
    }
}
