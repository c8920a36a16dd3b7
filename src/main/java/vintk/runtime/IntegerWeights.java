package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Set;
import java.util.stream.Collectors;

/** Weights and biases of quantised files, which have no gradient: integers do not count as parameters. */
final class IntegerWeights {
    private IntegerWeights() {}

    /** How many there are. */
    static long of(ModelProto model) {
        Set<String> dequantised = model.getGraph().getNodeList().stream()
                .filter(node -> node.getOpType().equals("DequantizeLinear") && node.getInputCount() > 0)
                .map(node -> node.getInput(0))
                .collect(Collectors.toSet());
        return model.getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getDimsList().stream().anyMatch(dim -> dim > 1))
                .map(TensorProto::getName)
                .filter(dequantised::contains)
                .count();
    }
}
