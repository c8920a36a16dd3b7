package vintk.proto;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import vintk.onnx.Tensor;

/** Tensors as a file holds them. */
final class Tensors {
    private Tensors() {}

    static TensorProto of(String name, Tensor tensor) {
        TensorProto.Builder proto = TensorProto.newBuilder()
                .setName(name)
                .setDataType(tensor.type().dataType().code())
                .setRawData(ByteString.copyFrom(tensor.data()));
        for (long dim : tensor.shape().dims()) {
            proto.addDims(dim);
        }
        return proto.build();
    }
}
