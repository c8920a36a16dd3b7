package vintk.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;

/** Tensors as ONNX files hold them. */
public final class TensorWriter {
    private TensorWriter() {}

    /** A named tensor with the elements as {@code raw_data}, which are not copied. */
    public static TensorProto write(String name, Tensor tensor) {
        TensorProto.Builder proto = TensorProto.newBuilder()
                .setName(name)
                .setDataType(tensor.type().dataType().code())
                .setRawData(UnsafeByteOperations.unsafeWrap(tensor.data()));
        for (long dim : tensor.shape().dims()) {
            proto.addDims(dim);
        }
        return proto.build();
    }
}
