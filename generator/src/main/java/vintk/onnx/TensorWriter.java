package vintk.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
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

    /** A value of a graph with its type and all its extents. */
    public static ValueInfoProto info(String name, TensorType type) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long dim : type.shape().dims()) {
            shape.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.dataType().code())
                                .setShape(shape)))
                .build();
    }
}
