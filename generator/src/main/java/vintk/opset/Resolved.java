package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.Map;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.Value;

/**
 * A model and what is known of it for one batch size.
 *
 * @param model as read, in its own opset
 * @param types type and static shape of every value by name
 * @param known the integer and boolean tensors that do not depend on the model's float inputs: shapes, indices, masks; and
 *     the scales of resized images
 * @param given what stands for inputs that are not the graph's: constants, or one row for all samples
 * @param block channels in a block of {@link BlockedLayout} on this processor, 0 where it does not matter
 */
public record Resolved(
        ModelProto model,
        Map<String, TensorType> types,
        Map<String, Tensor> known,
        Map<String, Value> given,
        long block) {
    /** A model all of whose inputs are the graph's. */
    public Resolved(ModelProto model, Map<String, TensorType> types, Map<String, Tensor> known) {
        this(model, types, known, Map.of(), 0);
    }
}
