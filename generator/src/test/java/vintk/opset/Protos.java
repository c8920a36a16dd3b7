package vintk.opset;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.LongStream;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;

/** Pieces of models of several nodes. */
final class Protos {
    private Protos() {}

    static TensorProto proto(String name, Tensor tensor) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(tensor.type().dataType().code())
                .addAllDims(LongStream.of(tensor.shape().dims()).boxed().toList())
                .setRawData(ByteString.copyFrom(tensor.data()))
                .build();
    }

    static NodeProto.Builder node(String domain, String opType, String output, String... inputs) {
        return NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(opType)
                .addOutput(output)
                .addAllInput(List.of(inputs));
    }

    /** A model of one input, {@code x}, and one output. */
    static ModelProto model(GraphProto.Builder graph, TensorType x, long opset, String output) {
        ValueInfoProto.Builder input = ValueInfoProto.newBuilder().setName("x");
        TypeProto.Tensor.Builder type = input.getTypeBuilder().getTensorTypeBuilder();
        type.setElemType(x.dataType().code()).getShapeBuilder();
        for (long dim : x.shape().dims()) {
            type.getShapeBuilder().addDimBuilder().setDimValue(dim);
        }
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .setGraph(graph.setName("g")
                        .addInput(input)
                        .addOutput(ValueInfoProto.newBuilder().setName(output)))
                .build();
    }
}
