package vintk.runtime;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import vintk.onnx.DataType;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.UnsupportedOperatorException;

/**
 * A test of ONNX' own suite: a model, inputs, and the outputs that the standard says.
 *
 * @param name of its folder
 * @param model as it is in the file
 * @param inputs of the first data set, by name
 * @param outputs expected, by name; those that are no tensors are left out
 */
record BackendModel(String name, ModelProto model, Map<String, Tensor> inputs, Map<String, Tensor> outputs) {
    /** What operators before opset 7 say in attributes that later ones do not have. */
    private static final Set<String> OLD_ATTRIBUTES = Set.of("broadcast", "is_test");

    private static final long FIRST_OPSET = 7;

    /** Reads a test; null where it has no float tensor among its inputs, or none among its outputs. */
    static BackendModel read(Path folder) throws IOException {
        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(folder.resolve("model.onnx")));
        Set<String> initializers = new TreeSet<>();
        model.getGraph().getInitializerList().forEach(t -> initializers.add(t.getName()));
        List<ValueInfoProto> given = model.getGraph().getInputList().stream()
                .filter(i -> !initializers.contains(i.getName()))
                .toList();
        if (given.stream().noneMatch(BackendModel::isFloat)
                || model.getGraph().getOutputList().stream().noneMatch(BackendModel::isFloat)) {
            return null;
        }
        Path data = folder.resolve("test_data_set_0");
        return new BackendModel(
                folder.getFileName().toString(),
                model,
                tensors(given, data, "input_"),
                tensors(model.getGraph().getOutputList(), data, "output_"));
    }

    static boolean isFloat(ValueInfoProto info) {
        int code = info.getType().getTensorType().getElemType();
        return Stream.of(DataType.FLOAT, DataType.DOUBLE, DataType.FLOAT16, DataType.BFLOAT16)
                .anyMatch(type -> type.code() == code);
    }

    private static Map<String, Tensor> tensors(List<ValueInfoProto> infos, Path data, String prefix)
            throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < infos.size(); i++) {
            Path file = data.resolve(prefix + i + ".pb");
            if (infos.get(i).getType().hasTensorType() && Files.exists(file)) {
                TensorProto proto = TensorProto.parseFrom(Files.readAllBytes(file));
                if (proto.getDataType() != TensorProto.DataType.STRING.getNumber()) {
                    tensors.put(infos.get(i).getName(), TensorReader.read(typed(proto, infos.get(i))));
                }
            }
        }
        return tensors;
    }

    /** The suite stores bfloat16 as the 16 bits that it is. */
    private static TensorProto typed(TensorProto proto, ValueInfoProto info) {
        boolean bits = info.getType().getTensorType().getElemType() == DataType.BFLOAT16.code()
                && proto.getDataType() == DataType.UINT16.code();
        return bits ? proto.toBuilder().setDataType(DataType.BFLOAT16.code()).build() : proto;
    }

    long opset() {
        return model.getOpsetImportList().stream()
                .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
                .mapToLong(o -> o.getVersion())
                .findFirst()
                .orElse(FIRST_OPSET);
    }

    /** The operators of the model, with their domain where it is not ONNX' own. */
    String operators() {
        Set<String> names = new TreeSet<>();
        model.getGraph().getNodeList().forEach(n -> names.add(operator(n)));
        return String.join("+", names);
    }

    private static String operator(NodeProto node) {
        return (node.getDomain().isEmpty() ? "" : node.getDomain() + ".") + node.getOpType();
    }

    /**
     * The model as one of opset 7, where it is older and its nodes mean the same there: the program reads opset 7 and
     * later, and the suite's models from PyTorch are of opset 6. Attributes are dropped that say what is always so later:
     * inference, broadcasting from the right, and hints for buffers.
     */
    ModelProto lifted() {
        if (opset() >= FIRST_OPSET) {
            return model;
        }
        ModelProto.Builder builder = model.toBuilder();
        builder.getOpsetImportBuilderList().stream()
                .filter(o -> o.getDomain().isEmpty() || o.getDomain().equals("ai.onnx"))
                .forEach(o -> o.setVersion(FIRST_OPSET));
        for (NodeProto.Builder node : builder.getGraphBuilder().getNodeBuilderList()) {
            if (node.getOpType().equals("PRelu")) {
                throw new UnsupportedOperatorException("PRelu: opset " + opset() + " with its slopes by channel");
            }
            List<AttributeProto> kept = node.getAttributeList().stream()
                    .filter(a -> !isOld(node, a))
                    .toList();
            node.clearAttribute().addAllAttribute(kept);
        }
        return builder.build();
    }

    private boolean isOld(NodeProto.Builder node, AttributeProto attribute) {
        boolean aligned = attribute.getName().equals("broadcast")
                && node.getAttributeList().stream().noneMatch(a -> a.getName().equals("axis"));
        boolean inference = attribute.getName().equals("is_test") && attribute.getI() != 0;
        if (OLD_ATTRIBUTES.contains(attribute.getName()) && !aligned && !inference) {
            throw new UnsupportedOperatorException(
                    operator(node.build()) + ": opset " + opset() + " with attribute " + attribute.getName());
        }
        return aligned || inference || attribute.getName().equals("consumed_inputs");
    }
}
