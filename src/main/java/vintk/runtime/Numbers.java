package vintk.runtime;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import vintk.onnx.TensorType;

/**
 * Values without axes, as far as a node tells by itself. PyTorch's exporter casts numbers to the type of an activation ({@code
 * CastLike}): to find the shapes of these by a run would take all that computes the activation.
 */
final class Numbers {
    private static final Set<String> OF_FIRST =
            Set.of("Identity", "Cast", "CastLike", "Sqrt", "Reciprocal", "Neg", "Abs", "Exp", "Log");

    private static final Set<String> OF_ALL = Set.of("Add", "Sub", "Mul", "Div", "Pow", "Min", "Max");

    private Numbers() {}

    /**
     * @param node whose result has no axes, or is of unknown rank
     * @param types of values before, as far as they are known
     */
    static boolean isNumber(NodeProto node, Map<String, TensorType> types) {
        if (node.getOpType().equals("Constant")) {
            return true;
        }
        int operands = OF_ALL.contains(node.getOpType()) ? node.getInputCount() : 1;
        return (operands > 1 || OF_FIRST.contains(node.getOpType()))
                && IntStream.range(0, operands)
                        .mapToObj(i -> types.get(node.getInput(i)))
                        .allMatch(type -> type != null && type.shape().rank() == 0);
    }
}
