package vintk.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.Set;
import java.util.stream.Stream;
import vintk.onnx.DataType;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;

/**
 * Models of half or double precision, or of a mixture, as float32: the kernel is a property of the function, float32 is
 * the precision that all kernels of the runtime have, and the Gram sums are in float64 anyway. A model of float32 with some
 * doubles among its shape computations stays as it is; one that casts to half, as mixed precision does, does not.
 */
final class SinglePrecision {
    private static final Set<Integer> HALF = Set.of(DataType.FLOAT16.code(), DataType.BFLOAT16.code());
    private static final int DOUBLE = DataType.DOUBLE.code();
    private static final int FLOAT = DataType.FLOAT.code();

    private SinglePrecision() {}

    static ModelProto of(ModelProto model) {
        boolean wide = declares(model.getGraph(), DOUBLE);
        boolean narrow =
                HALF.stream().anyMatch(type -> declares(model.getGraph(), type) || casts(model.getGraph(), type));
        return wide || narrow ? SubGraphs.map(model, SinglePrecision::convert) : model;
    }

    private static boolean casts(GraphProto graph, int type) {
        return graph.getNodeList().stream()
                .filter(node -> node.getOpType().equals("Cast"))
                .flatMap(node -> node.getAttributeList().stream())
                .anyMatch(attribute -> attribute.getI() == type);
    }

    /** Whether inputs, outputs or weights are of a type. */
    private static boolean declares(GraphProto graph, int type) {
        Stream<Integer> ports = Stream.concat(graph.getInputList().stream(), graph.getOutputList().stream())
                .map(i -> i.getType().getTensorType().getElemType());
        Stream<Integer> weights = graph.getInitializerList().stream()
                .filter(t -> t.getDimsCount() > 0)
                .map(TensorProto::getDataType);
        return Stream.concat(ports, weights).anyMatch(t -> t == type);
    }

    private static boolean isOther(int type) {
        return type == DOUBLE || HALF.contains(type);
    }

    private static GraphProto convert(GraphProto graph) {
        GraphProto.Builder converted =
                graph.toBuilder().clearInput().clearOutput().clearValueInfo().clearInitializer();
        graph.getInputList().forEach(value -> converted.addInput(convert(value)));
        graph.getOutputList().forEach(value -> converted.addOutput(convert(value)));
        graph.getInitializerList().forEach(tensor -> converted.addInitializer(convert(tensor)));
        for (int i = 0; i < graph.getNodeCount(); i++) {
            converted.setNode(i, convert(graph.getNode(i)));
        }
        return converted.build();
    }

    private static ValueInfoProto convert(ValueInfoProto value) {
        TypeProto.Tensor tensor = value.getType().getTensorType();
        if (!isOther(tensor.getElemType())) {
            return value;
        }
        return value.toBuilder()
                .setType(value.getType().toBuilder()
                        .setTensorType(tensor.toBuilder().setElemType(FLOAT)))
                .build();
    }

    private static NodeProto convert(NodeProto node) {
        NodeProto.Builder converted = node.toBuilder().clearAttribute();
        for (AttributeProto attribute : node.getAttributeList()) {
            AttributeProto.Builder builder = attribute.toBuilder();
            boolean type = attribute.getName().equals("to")
                    || attribute.getName().equals("dtype")
                    || attribute.getName().equals("output_dtype");
            if (type && attribute.getI() == (int) attribute.getI() && isOther((int) attribute.getI())) {
                builder.setI(FLOAT);
            }
            if (attribute.hasT()) {
                builder.setT(convert(attribute.getT()));
            }
            converted.addAttribute(builder);
        }
        return converted.build();
    }

    private static TensorProto convert(TensorProto proto) {
        if (!isOther(proto.getDataType())) {
            return proto;
        }
        Tensor tensor = TensorReader.read(proto);
        TensorType floats = new TensorType(DataType.FLOAT, tensor.shape());
        int elements = Math.toIntExact(tensor.shape().elements());
        return TensorWriter.write(proto.getName(), Tensor.of(floats, elements, tensor::number));
    }
}
