package vintk.opset;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import vintk.autodiff.Sampling;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;

/** A model of one node as exporters write it, in the opset of their time. */
final class OneNode {
    private final String domain;
    private final String opType;
    private final long opset;
    private final NodeProto.Builder node;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("one");
    private final Map<String, TensorType> inputs = new LinkedHashMap<>();
    private final Map<String, Tensor> given = new LinkedHashMap<>();
    private Sampling sampling = Sampling.UNIFORM;
    private String note = "";
    private boolean flat;
    private int operands;

    private OneNode(String domain, String opType, long opset) {
        this.domain = domain;
        this.opType = opType;
        this.opset = opset;
        this.node = NodeProto.newBuilder().setDomain(domain).setOpType(opType).setName("node");
    }

    static OneNode of(String opType, long opset) {
        return new OneNode("", opType, opset);
    }

    static OneNode microsoft(String opType) {
        return new OneNode("com.microsoft", opType, 17);
    }

    // ---- operands

    /** A float input of the model. */
    OneNode x(long... dims) {
        String name = "x" + operands++;
        inputs.put(name, TensorType.of(DataType.FLOAT, dims));
        node.addInput(name);
        return this;
    }

    /** An input of the model with these numbers: indices, that are not constant. */
    OneNode given(Tensor tensor) {
        String name = "x" + operands++;
        inputs.put(name, tensor.type());
        given.put(name, tensor);
        node.addInput(name);
        return this;
    }

    /** A one-dimensional constant of integers. */
    OneNode longs(long... values) {
        return constant(Tensor.longs(values));
    }

    /** A constant integer of rank 0. */
    OneNode integer(long value) {
        return constant(Tensor.longs(Shape.SCALAR, value));
    }

    OneNode constant(Tensor tensor) {
        String name = "c" + operands++;
        graph.addInitializer(TensorProto.newBuilder()
                .setName(name)
                .setDataType(tensor.type().dataType().code())
                .addAllDims(LongStream.of(tensor.shape().dims()).boxed().toList())
                .setRawData(ByteString.copyFrom(tensor.data())));
        node.addInput(name);
        return this;
    }

    OneNode number(float value) {
        return constant(Tensor.floats(Shape.SCALAR, value));
    }

    OneNode absent() {
        operands++;
        node.addInput("");
        return this;
    }

    // ---- attributes

    OneNode with(String name, long value) {
        node.addAttribute(attribute(name, AttributeType.INT).setI(value));
        return this;
    }

    OneNode with(String name, long[] values) {
        node.addAttribute(attribute(name, AttributeType.INTS)
                .addAllInts(LongStream.of(values).boxed().toList()));
        return this;
    }

    OneNode with(String name, float[] values) {
        AttributeProto.Builder attribute = attribute(name, AttributeType.FLOATS);
        for (float value : values) {
            attribute.addFloats(value);
        }
        node.addAttribute(attribute);
        return this;
    }

    OneNode with(String name, float value) {
        node.addAttribute(attribute(name, AttributeType.FLOAT).setF(value));
        return this;
    }

    OneNode with(String name, String value) {
        node.addAttribute(attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)));
        return this;
    }

    OneNode withAll(String name, String... values) {
        AttributeProto.Builder attribute = attribute(name, AttributeType.STRINGS);
        for (String value : values) {
            attribute.addStrings(ByteString.copyFromUtf8(value));
        }
        node.addAttribute(attribute);
        return this;
    }

    OneNode withAll(String name, float... values) {
        AttributeProto.Builder attribute = attribute(name, AttributeType.FLOATS);
        for (float value : values) {
            attribute.addFloats(value);
        }
        node.addAttribute(attribute);
        return this;
    }

    private static AttributeProto.Builder attribute(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    // ---- the rest

    OneNode outputs(int count) {
        for (int i = 0; i < count; i++) {
            node.addOutput("y" + i);
        }
        return this;
    }

    /** An output that the node does not give. */
    OneNode absentOutput() {
        node.addOutput("");
        return this;
    }

    /** One more output; its name tells which. */
    OneNode output() {
        node.addOutput("y" + node.getOutputCount());
        return this;
    }

    /** Outputs by name, "" for one that is absent. */
    OneNode outputs(String... names) {
        node.addAllOutput(List.of(names));
        return this;
    }

    /** Constant almost everywhere: no input has a gradient. */
    OneNode flat() {
        flat = true;
        return this;
    }

    boolean isFlat() {
        return flat;
    }

    OneNode sampled(Sampling other) {
        sampling = other;
        return this;
    }

    OneNode noted(String what) {
        note = what;
        return this;
    }

    String opType() {
        return opType;
    }

    /** As the table of adapters names it. */
    String operator() {
        return domain.isEmpty() ? opType : domain + "." + opType;
    }

    Map<String, TensorType> inputs() {
        return inputs;
    }

    /** The inputs whose numbers are not drawn. */
    Map<String, Tensor> given() {
        return given;
    }

    Sampling sampling() {
        return sampling;
    }

    ModelProto model() {
        if (node.getOutputCount() == 0) {
            outputs(1);
        }
        GraphProto.Builder whole = graph.clone().addNode(node);
        inputs.forEach((name, type) -> whole.addInput(TensorWriter.info(name, type)));
        node.getOutputList().stream()
                .filter(name -> !name.isEmpty())
                .forEach(name -> whole.addOutput(ValueInfoProto.newBuilder().setName(name)));
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
                .setGraph(whole);
        if (!domain.isEmpty()) {
            model.addOpsetImport(
                    OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(1));
        }
        return model.build();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(operator() + "-" + opset);
        inputs.values().forEach(type -> text.append(' ').append(type.shape()));
        return note.isEmpty() ? text.toString() : text + " " + note;
    }
}
