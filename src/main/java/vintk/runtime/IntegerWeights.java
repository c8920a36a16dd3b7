package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import vintk.onnx.DataType;
import vintk.proto.Declared;
import vintk.proto.SubGraphs;

/** Weights that stay integers: what a Cast reads, or a DequantizeLinear that could not be computed beforehand. They do not count. */
final class IntegerWeights {
    private static final Set<Integer> BYTES = Set.of(DataType.INT8.code(), DataType.UINT8.code());

    private IntegerWeights() {}

    /** How many there are. */
    static long of(ModelProto model) {
        Set<TensorProto> found = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(model.getGraph(), name -> null, found);
        return found.size();
    }

    /** @param around what the graphs around this one store */
    private static void collect(GraphProto graph, Function<String, TensorProto> around, Set<TensorProto> found) {
        Map<String, TensorProto> own = Declared.constants(graph);
        Function<String, TensorProto> stored = name -> own.containsKey(name) ? own.get(name) : around.apply(name);
        // What nodes make of the integers before a DequantizeLinear reads them.
        Map<String, TensorProto> moved = new HashMap<>();
        for (NodeProto node : graph.getNodeList()) {
            String input = node.getInputCount() > 0 ? node.getInput(0) : "";
            TensorProto tensor = stored.apply(input);
            TensorProto source = tensor == null ? moved.get(input) : tensor;
            boolean reads = node.getOpType().equals("DequantizeLinear") ? source != null : tensor != null;
            if (reads && isWeight(node.getOpType(), source)) {
                found.add(source);
            } else if (source != null
                    && source.getDataType() != DataType.FLOAT.code()
                    && !node.getOpType().matches("Cast|Shape|Size")) {
                node.getOutputList().forEach(output -> moved.put(output, source));
            }
            SubGraphs.of(node).forEach(inner -> collect(inner, stored, found));
        }
    }

    private static boolean isWeight(String reader, TensorProto tensor) {
        long extents = tensor.getDimsList().stream().filter(dim -> dim > 1).count();
        return reader.equals("DequantizeLinear") && extents > 0
                || reader.equals("Cast") && extents > 1 && BYTES.contains(tensor.getDataType());
    }
}
