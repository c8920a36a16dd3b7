package vintk.runtime;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.platform.Fp16Conversions;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorWriter;
import vintk.space.RandomStream;

/**
 * A small ONNX file as some exporter might write it, node by node; or the body of a sub-graph or function of one. Names of
 * weights and constants are unique in the whole file, so that a test can find and change each.
 */
final class TestModel {
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("test");
    private final List<FunctionProto> functions = new ArrayList<>();
    private final List<OperatorSetIdProto> opsets = new ArrayList<>();
    private final long opset;
    private DataType type = DataType.FLOAT;
    private long ir = 8;
    private String producer = "";
    private String own = "";
    private NodeProto.Builder last;

    private TestModel(long opset) {
        this.opset = opset;
        imports("", opset);
    }

    static TestModel opset(long opset) {
        return new TestModel(opset);
    }

    /** Says of an initializer what it is in the exported program, as PyTorch does: PARAMETER or BUFFER. */
    TestModel kind(String initializer, String kind) {
        graph.addValueInfoBuilder()
                .setName(initializer)
                .addMetadataPropsBuilder()
                .setKey("pkg.torch.export.graph_signature.InputSpec.kind")
                .setValue(kind);
        return this;
    }

    /** The name of ONNX' own domain in nodes from here on, and in what is imported. */
    TestModel ownDomain(String name) {
        own = name;
        return withoutImports().imports(name, opset);
    }

    /** A sub-graph or the body of a function. */
    TestModel body() {
        return new TestModel(opset).floats(type).ownDomain(own);
    }

    /** The type of inputs and weights from here on. */
    TestModel floats(DataType floating) {
        type = floating;
        return this;
    }

    TestModel producer(String name) {
        producer = name;
        return this;
    }

    TestModel ir(long version) {
        ir = version;
        return this;
    }

    TestModel imports(String domain, long version) {
        opsets.add(OperatorSetIdProto.newBuilder()
                .setDomain(domain)
                .setVersion(version)
                .build());
        return this;
    }

    TestModel withoutImports() {
        opsets.clear();
        return this;
    }

    // ---- inputs and outputs

    /** -1 is a free extent. */
    TestModel input(String name, long... dims) {
        return input(type, name, dims);
    }

    TestModel input(DataType elements, String name, long... dims) {
        graph.addInput(info(elements, name, shape(dims)));
        return this;
    }

    private static TensorShapeProto.Builder shape(long... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (long dim : dims) {
            shape.addDim(
                    dim < 0
                            ? TensorShapeProto.Dimension.newBuilder().setDimParam("N" + shape.getDimCount())
                            : TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        return shape;
    }

    private static ValueInfoProto.Builder info(DataType elements, String name, TensorShapeProto.Builder shape) {
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(elements.code())
                                .setShape(shape)));
    }

    /** Inputs of a body: of types that its caller knows. */
    TestModel arguments(String... names) {
        Arrays.stream(names).forEach(name -> graph.addInputBuilder().setName(name));
        return this;
    }

    TestModel output(String... names) {
        Arrays.stream(names).forEach(name -> graph.addOutputBuilder().setName(name));
        return this;
    }

    /** An output whose shape the file says. */
    TestModel shaped(String name, long... dims) {
        graph.addOutput(info(type, name, shape(dims)));
        return this;
    }

    /** Its outputs' shapes are not said. */
    TestModel unsaid() {
        graph.getOutputBuilderList().forEach(ValueInfoProto.Builder::clearType);
        return this;
    }

    // ---- numbers

    /** An initializer of noise drawn for its name. */
    TestModel weight(String name, long... dims) {
        graph.addInitializer(proto(name, type, dims, noise(name, dims)));
        return this;
    }

    /** The same in a Constant node. */
    TestModel weightNode(String name, long... dims) {
        return constant(name, proto(name, type, dims, noise(name, dims)));
    }

    TestModel initializer(String name, Tensor tensor) {
        graph.addInitializer(TensorWriter.write(name, tensor));
        return this;
    }

    TestModel constant(String name, Tensor tensor) {
        return constant(name, TensorWriter.write(name, tensor));
    }

    /** A vector of integers. */
    TestModel longs(String name, long... values) {
        return constant(name, Tensor.longs(values));
    }

    TestModel scalarLong(String name, long value) {
        return constant(name, Tensor.longs(Shape.SCALAR, value));
    }

    /** A vector of the model's floating type. */
    TestModel numbers(String name, float... values) {
        return constant(name, proto(name, type, new long[] {values.length}, values));
    }

    TestModel scalar(String name, float value) {
        return constant(name, proto(name, type, new long[0], new float[] {value}));
    }

    TestModel truth(String name, boolean value) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(DataType.BOOL.code());
        return constant(name, tensor.addInt32Data(value ? 1 : 0).build());
    }

    private TestModel constant(String name, TensorProto tensor) {
        node("Constant", name);
        last.addAttribute(
                attribute("value", AttributeType.TENSOR).setT(tensor.toBuilder().setName(name)));
        return this;
    }

    static float[] noise(String name, long... dims) {
        float[] values = new float[Math.toIntExact(Shape.of(dims).elements())];
        RandomStream.of(7, name).uniform(values, 0.9);
        return values;
    }

    static TensorProto proto(String name, DataType type, long[] dims, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (type) {
                case DOUBLE -> bytes.putDouble(value);
                case FLOAT16 -> bytes.putShort(Fp16Conversions.floatToFp16(value));
                default -> bytes.putFloat(value);
            }
        }
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.code())
                .addAllDims(LongStream.of(dims).boxed().toList())
                .setRawData(ByteString.copyFrom(bytes.flip()))
                .build();
    }

    // ---- nodes

    /** {@code op} may have a domain before a dot; {@code outputs} may be several, with commas. */
    TestModel node(String op, String outputs, String... inputs) {
        int dot = op.lastIndexOf('.');
        last = graph.addNodeBuilder()
                .setDomain(dot < 0 ? own : op.substring(0, dot))
                .setOpType(op.substring(dot + 1))
                .addAllOutput(List.of(outputs.split(",")))
                .addAllInput(List.of(inputs));
        return this;
    }

    /** y = tanh(x w). */
    TestModel layer(String output, String input, String weight) {
        return node("MatMul", output + "/product", input, weight).node("Tanh", output, output + "/product");
    }

    private static AttributeProto.Builder attribute(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }

    /** An attribute of the node before. */
    TestModel with(String name, long value) {
        last.addAttribute(attribute(name, AttributeType.INT).setI(value));
        return this;
    }

    TestModel with(String name, long[] values) {
        last.addAttribute(attribute(name, AttributeType.INTS)
                .addAllInts(LongStream.of(values).boxed().toList()));
        return this;
    }

    TestModel with(String name, float value) {
        last.addAttribute(attribute(name, AttributeType.FLOAT).setF(value));
        return this;
    }

    TestModel with(String name, String value) {
        last.addAttribute(attribute(name, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)));
        return this;
    }

    TestModel with(String name, TestModel body) {
        last.addAttribute(attribute(name, AttributeType.GRAPH).setG(body.graph.build()));
        return this;
    }

    TestModel with(String name, TensorProto tensor) {
        last.addAttribute(attribute(name, AttributeType.TENSOR).setT(tensor));
        return this;
    }

    /** An attribute that is one of the function around. */
    TestModel refers(String name, String attribute, AttributeType attributeType) {
        last.addAttribute(attribute(name, attributeType).setRefAttrName(attribute));
        return this;
    }

    /** What every node says of itself. */
    TestModel note(String text) {
        graph.getNodeBuilderList().forEach(node -> node.setDocString(text));
        return this;
    }

    // ---- the whole

    /** A function of the domain {@code local}; of its attributes those that are "name=number" have a default. */
    TestModel function(String name, TestModel body, String... attributes) {
        FunctionProto.Builder function =
                FunctionProto.newBuilder().setDomain("local").setName(name).addAllOpsetImport(body.opsets);
        function.addOpsetImportBuilder().setDomain("local").setVersion(1);
        body.graph.getInputList().forEach(i -> function.addInput(i.getName()));
        body.graph.getOutputList().forEach(o -> function.addOutput(o.getName()));
        function.addAllNode(body.graph.getNodeList());
        for (String text : attributes) {
            String[] parts = text.split("=");
            if (parts.length == 1) {
                function.addAttribute(text);
            } else {
                function.addAttributeProto(
                        attribute(parts[0], AttributeType.FLOAT).setF(Float.parseFloat(parts[1])));
            }
        }
        if (functions.isEmpty()) {
            imports("local", 1);
        }
        functions.add(function.build());
        return this;
    }

    /** With the nodes in the opposite order, and the initializers among the inputs. */
    TestModel reversed() {
        List<NodeProto> nodes = new ArrayList<>(graph.getNodeList());
        java.util.Collections.reverse(nodes);
        graph.clearNode().addAllNode(nodes);
        return this;
    }

    TestModel initializersAmongInputs() {
        List<TensorProto> tensors = graph.getInitializerList();
        tensors.forEach(t -> input(
                DataType.of(t.getDataType()),
                t.getName(),
                t.getDimsList().stream().mapToLong(Long::longValue).toArray()));
        return this;
    }

    ModelProto build() {
        return ModelProto.newBuilder()
                .setIrVersion(ir)
                .setProducerName(producer)
                .addAllOpsetImport(opsets)
                .addAllFunctions(functions)
                .setGraph(graph)
                .build();
    }
}
