package vintk.opset;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.Map;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/**
 * A model and what is known of it for one batch size.
 *
 * @param model as read, in its own opset
 * @param types type and static shape of every value by name
 * @param known the integer and boolean tensors that do not depend on the model's float inputs: shapes, indices, masks; and
 *     the scales of resized images
 */
public record Resolved(ModelProto model, Map<String, TensorType> types, Map<String, Tensor> known) {}
