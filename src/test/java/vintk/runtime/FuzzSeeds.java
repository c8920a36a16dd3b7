package vintk.runtime;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/** Small models of everything that is taken apart before ONNX Runtime looks at a model, and the words to make others. */
final class FuzzSeeds {
    private FuzzSeeds() {}

    static List<ModelProto> all() {
        List<ModelProto> seeds = new ArrayList<>();
        seeds.add(model(graph(node("MatMul", "y", "x", "w"))).build());
        seeds.add(calling(
                        function(
                                "Twice",
                                node("Constant", "two", tensor("value", floats("", 1))),
                                node("Mul", "b", "a", "two")),
                        function("Outer", custom("Twice", "t", "a"), custom("Twice", "b", "t")))
                .build());
        seeds.add(model(graph(
                        node("ReduceSum", "s", "x"),
                        node("Cast", "c", "s").toBuilder()
                                .addAttribute(integer("to", 9))
                                .build(),
                        node("If", "y", "c").toBuilder()
                                .addAttribute(body("then_branch", inner(node("Relu", "p", "x"), "p")))
                                .addAttribute(body("else_branch", inner(node("MatMul", "q", "x", "w"), "q")))
                                .build()))
                .build());
        seeds.add(model(loop(3)).build());
        seeds.add(model(graph(node("Scan", List.of("h", "y"), "w0", "x").toBuilder()
                                .addAttribute(integer("num_scan_inputs", 1))
                                .addAttribute(body(
                                        "body",
                                        graph().toBuilder()
                                                .clearInput()
                                                .clearInitializer()
                                                .clearOutput()
                                                .addInput(typed("state", 1))
                                                .addInput(typed("row", 1))
                                                .addNode(node("Add", "next", "state", "row"))
                                                .addNode(node("Identity", "seen", "next"))
                                                .addOutput(info("next"))
                                                .addOutput(info("seen"))
                                                .build()))
                                .build())
                        .toBuilder()
                        .addInitializer(floats("w0", 4))
                        .build())
                .build());
        seeds.add(model(graph(
                        node("Reshape", "r", "x", "shape"),
                        node("ConstantOfShape", "z", "shape"),
                        node("BatchNormalization", List.of("b", "m", "v"), "r", "w", "w", "w", "w"),
                        node("Dropout", "d", "b", "w", "w"),
                        node("Transpose", "t", "w").toBuilder()
                                .addAttribute(AttributeProto.newBuilder()
                                        .setName("perm")
                                        .setType(AttributeType.INTS)
                                        .addInts(1)
                                        .addInts(0))
                                .build(),
                        node("Gemm", "g", "d", "t", "z"),
                        node("Conv", "y", "g", "k")))
                .build());
        seeds.add(model(graph(
                                node("QuantizeLinear", "q", "x", "s"),
                                node("QLinearMatMul", "m", "q", "s", "z", "b", "s", "z", "s", "z"),
                                node("MaxPool", "p", "m"),
                                node("DequantizeLinear", "f", "p", "s"),
                                node("Transpose", "t", "b"),
                                node("DequantizeLinear", "v", "t", "s", "z"),
                                node("DequantizeLinear", "u", "b", "w"),
                                node("MatMul", "h", "f", "v"),
                                node("MatMul", "y", "h", "u"))
                        .toBuilder()
                        .addInitializer(bytes("b", 4, 4))
                        .addInitializer(floats("s"))
                        .addInitializer(bytes("z"))
                        .build())
                .build());
        return seeds;
    }

    // ---- words

    static ModelProto.Builder model(GraphProto graph) {
        ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(8).setGraph(graph);
        model.addOpsetImportBuilder().setVersion(17);
        return model;
    }

    /** {@code y = Outer(x)}, of functions that have input a and output b, in domain "my". */
    static ModelProto.Builder calling(FunctionProto... functions) {
        ModelProto.Builder model = model(graph(custom("Outer", "y", "x")));
        model.addOpsetImportBuilder().setDomain("my").setVersion(1);
        return model.addAllFunctions(List.of(functions));
    }

    static FunctionProto function(String name, NodeProto... nodes) {
        FunctionProto.Builder function = FunctionProto.newBuilder()
                .setDomain("my")
                .setName(name)
                .addInput("a")
                .addOutput("b")
                .addAllNode(List.of(nodes));
        function.addOpsetImportBuilder().setVersion(17);
        function.addOpsetImportBuilder().setDomain("my").setVersion(1);
        return function.build();
    }

    /** Input x [N, 4], weights w [4, 4], k, an INT64 shape, and output y. */
    static GraphProto graph(NodeProto... nodes) {
        return GraphProto.newBuilder()
                .setName("g")
                .addInput(input("x", 0, 4))
                .addInitializer(floats("w", 4, 4))
                .addInitializer(floats("k", 2, 1, 1, 1))
                .addInitializer(longs("shape", 1, 4))
                .addAllNode(List.of(nodes))
                .addOutput(info("y"))
                .build();
    }

    static GraphProto inner(NodeProto node, String output) {
        return GraphProto.newBuilder()
                .setName("inner")
                .addNode(node)
                .addOutput(info(output))
                .build();
    }

    /** {@code for (trips) v = v * w}, of x, with all values stacked. */
    static GraphProto loop(long trips) {
        return graph(node("Loop", List.of("y", "all"), "trips", "", "x").toBuilder()
                        .addAttribute(body(
                                "body",
                                GraphProto.newBuilder()
                                        .setName("b")
                                        .addInput(typed("i", 7))
                                        .addInput(typed("c", 9))
                                        .addInput(typed("v", 1))
                                        .addNode(node("Identity", "go", "c"))
                                        .addNode(node("MatMul", "n", "v", "w"))
                                        .addNode(node("Identity", "s", "n"))
                                        .addOutput(info("go"))
                                        .addOutput(info("n"))
                                        .addOutput(info("s"))
                                        .build()))
                        .build())
                .toBuilder()
                .addInitializer(longs("trips", trips).toBuilder().clearDims())
                .build();
    }

    static NodeProto node(String opType, String output, String... inputs) {
        return node(opType, List.of(output), inputs);
    }

    static NodeProto node(String opType, List<String> outputs, String... inputs) {
        return NodeProto.newBuilder()
                .setOpType(opType)
                .addAllOutput(outputs)
                .addAllInput(List.of(inputs))
                .build();
    }

    static NodeProto node(String opType, String output, AttributeProto attribute) {
        return node(opType, output).toBuilder().addAttribute(attribute).build();
    }

    static NodeProto custom(String opType, String output, String... inputs) {
        return node(opType, output, inputs).toBuilder().setDomain("my").build();
    }

    static AttributeProto integer(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.INT)
                .setI(value)
                .build();
    }

    static AttributeProto tensor(String name, TensorProto value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.TENSOR)
                .setT(value)
                .build();
    }

    static AttributeProto body(String name, GraphProto graph) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeType.GRAPH)
                .setG(graph)
                .build();
    }

    static TensorProto floats(String name, long... dims) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
        int elements = 1;
        for (long dim : dims) {
            tensor.addDims(dim);
            elements *= (int) dim;
        }
        for (int i = 0; i < elements; i++) {
            tensor.addFloatData(0.1f * (i % 7 - 3));
        }
        return tensor.build();
    }

    static TensorProto bytes(String name, long... dims) {
        TensorProto floats = floats(name, dims);
        TensorProto.Builder tensor = floats.toBuilder().clearFloatData().setDataType(TensorProto.DataType.UINT8_VALUE);
        floats.getFloatDataList().forEach(number -> tensor.addInt32Data(Math.round(40 + 100 * number)));
        return tensor.build();
    }

    /** A tensor that says it has these extents, and has 16 bytes. */
    static TensorProto lying(String name, long... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .setRawData(ByteString.copyFrom(new byte[16]));
        for (long dim : dims) {
            tensor.addDims(dim);
        }
        return tensor.build();
    }

    static TensorProto longs(String name, long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64_VALUE)
                .addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return tensor.build();
    }

    /** A float input; extents of 0 are free. */
    static ValueInfoProto input(String name, long... dims) {
        ValueInfoProto.Builder info = info(name).toBuilder();
        for (long dim : dims) {
            var extent = info.getTypeBuilder()
                    .getTensorTypeBuilder()
                    .setElemType(1)
                    .getShapeBuilder()
                    .addDimBuilder();
            if (dim == 0) {
                extent.setDimParam("N");
            } else {
                extent.setDimValue(dim);
            }
        }
        return info.build();
    }

    /** A value of an element type, of any shape. */
    static ValueInfoProto typed(String name, int type) {
        ValueInfoProto.Builder info = info(name).toBuilder();
        info.getTypeBuilder().getTensorTypeBuilder().setElemType(type);
        return info.build();
    }

    static ValueInfoProto info(String name) {
        return ValueInfoProto.newBuilder().setName(name).build();
    }
}
