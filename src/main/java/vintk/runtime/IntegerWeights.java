package vintk.runtime;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Map;
import java.util.Set;
import vintk.onnx.DataType;
import vintk.proto.Declared;

/** Weights that stay integers: what a Cast reads, or a DequantizeLinear that could not be computed beforehand. They do not count. */
final class IntegerWeights {
    private static final Set<Integer> BYTES = Set.of(DataType.INT8.code(), DataType.UINT8.code());

    private IntegerWeights() {}

    /** How many there are. */
    static long of(ModelProto model) {
        GraphProto graph = model.getGraph();
        Map<String, TensorProto> stored = Declared.constants(graph);
        return graph.getNodeList().stream()
                .filter(node -> node.getInputCount() > 0 && stored.containsKey(node.getInput(0)))
                .filter(node -> isWeight(node.getOpType(), stored.get(node.getInput(0))))
                .map(node -> node.getInput(0))
                .distinct()
                .count();
    }

    private static boolean isWeight(String reader, TensorProto tensor) {
        long extents = tensor.getDimsList().stream().filter(dim -> dim > 1).count();
        return reader.equals("DequantizeLinear") && extents > 0
                || reader.equals("Cast") && extents > 1 && BYTES.contains(tensor.getDataType());
    }
}
