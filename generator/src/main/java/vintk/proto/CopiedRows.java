package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorWriter;

/**
 * Parameters of which an exporter has written a copy for each sample of a fixed batch, as PyTorch's does of a class token that is
 * expanded before a Concat: one row, which all samples share, and the Expand.
 */
public final class CopiedRows {
    private CopiedRows() {}

    /**
     * The model with an Expand of one row for each initializer of equal rows, one a sample, that a Concat puts beside what is computed of
     * samples. Sub-graphs must not read it.
     *
     * @param batch samples of the model, on axis 0
     */
    public static ModelProto of(ModelProto model, long batch) {
        GraphProto graph = model.getGraph();
        Set<String> samples = new HashSet<>();
        Declared.inputs(graph).forEach(input -> samples.add(input.getName()));
        Set<String> joined = new HashSet<>();
        Set<String> kept = Declared.outputs(graph);
        for (NodeProto node : graph.getNodeList()) {
            if (SubGraphs.reads(node).anyMatch(samples::contains)) {
                samples.addAll(node.getOutputList());
                joined.addAll(node.getOpType().equals("Concat") ? node.getInputList() : List.of());
            }
            if (SubGraphs.any(node)) {
                SubGraphs.reads(node).forEach(kept::add);
            }
        }
        joined.removeAll(kept);
        Map<String, Tensor> rows = new HashMap<>();
        Declared.initializers(graph).forEach((name, tensor) -> {
            boolean copied = joined.contains(name) && tensor.getDimsCount() > 1 && tensor.getDims(0) == batch;
            Tensor row = copied ? TensorReader.read(tensor).commonRow() : null;
            if (row != null) {
                rows.put(name, row);
            }
        });
        return rows.isEmpty()
                ? model
                : model.toBuilder().setGraph(expanded(graph, rows)).build();
    }

    private static GraphProto expanded(GraphProto graph, Map<String, Tensor> rows) {
        GraphProto.Builder changed = graph.toBuilder().clearInitializer().clearNode();
        Names names = new Names(graph);
        Renaming copies = new Renaming();
        for (TensorProto tensor : graph.getInitializerList()) {
            Tensor row = rows.get(tensor.getName());
            if (row == null) {
                changed.addInitializer(tensor);
                continue;
            }
            String whole = names.fresh(tensor.getName() + "/rows");
            String shape = names.fresh(whole + "/shape");
            copies.put(tensor.getName(), whole);
            changed.addInitializer(TensorWriter.write(tensor.getName(), row));
            long[] extents = TensorReader.type(tensor).shape().dims();
            changed.addInitializer(TensorWriter.write(shape, Tensor.longs(extents)));
            changed.addNode(Body.node("Expand", whole, tensor.getName(), shape));
        }
        for (NodeProto node : graph.getNodeList()) {
            changed.addNode(copies.apply(node, ""));
        }
        return changed.build();
    }
}
