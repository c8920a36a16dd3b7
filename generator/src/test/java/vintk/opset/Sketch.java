package vintk.opset;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** A model drawn in a few lines: one input {@code x}, initializers, nodes. It need not run. */
final class Sketch {
    private final GraphProto.Builder graph =
            GraphProto.newBuilder().addInput(ValueInfoProto.newBuilder().setName("x"));

    /** A float initializer of numbers that are not 0. */
    Sketch floats(String name, long... dims) {
        graph.addInitializer(tensor(name, dims));
        return this;
    }

    Sketch numbers(String name, IntToDoubleFunction numbers, long... dims) {
        TensorProto.Builder tensor = tensor(name, dims).clearFloatData();
        IntStream.range(0, (int) elements(dims)).forEach(i -> tensor.addFloatData((float) numbers.applyAsDouble(i)));
        graph.addInitializer(tensor);
        return this;
    }

    Sketch longs(String name, long... values) {
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64_VALUE)
                .addDims(values.length)
                .addAllInt64Data(LongStream.of(values).boxed().toList()));
        return this;
    }

    /** A Constant node of one number everywhere. */
    Sketch constant(String name, float value, long... dims) {
        TensorProto.Builder tensor = tensor(name, dims).clearFloatData();
        LongStream.range(0, elements(dims)).forEach(i -> tensor.addFloatData(value));
        NodeProto.Builder node = NodeProto.newBuilder().setOpType("Constant").addOutput(name);
        node.addAttributeBuilder().setName("value").setT(tensor);
        graph.addNode(node);
        return this;
    }

    private static TensorProto.Builder tensor(String name, long... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .addAllDims(LongStream.of(dims).boxed().toList());
        LongStream.range(0, elements(dims)).forEach(i -> tensor.addFloatData(0.5f + i));
        return tensor;
    }

    private static long elements(long... dims) {
        return LongStream.of(dims).reduce(1, (a, b) -> a * b);
    }

    /** A node {@code output = opType(inputs)}; an operator may have its domain in front. */
    Sketch node(String output, String opType, String... inputs) {
        int dot = opType.lastIndexOf('.');
        graph.addNode(NodeProto.newBuilder()
                .setDomain(dot < 0 ? "" : opType.substring(0, dot))
                .setOpType(opType.substring(dot + 1))
                .addOutput(output)
                .addAllInput(List.of(inputs)));
        return this;
    }

    /** An attribute of the last node. */
    Sketch with(String attribute, long... values) {
        NodeProto.Builder node = graph.getNodeBuilder(graph.getNodeCount() - 1);
        if (values.length == 1) {
            node.addAttributeBuilder().setName(attribute).setI(values[0]);
        } else {
            node.addAttributeBuilder()
                    .setName(attribute)
                    .addAllInts(LongStream.of(values).boxed().toList());
        }
        return this;
    }

    Sketch with(String attribute, String value) {
        graph.getNodeBuilder(graph.getNodeCount() - 1)
                .addAttributeBuilder()
                .setName(attribute)
                .setS(ByteString.copyFromUtf8(value));
        return this;
    }

    ModelProto model() {
        return ModelProto.newBuilder()
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
    }
}
