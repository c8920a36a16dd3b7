package vintk.cli;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import vintk.proto.Declared;

/** What a file declares: who made it, its inputs and its outputs. Nothing is checked. */
final class ModelPorts {
    private ModelPorts() {}

    /**
     * An input or output.
     *
     * @param dims extents, names of free ones, {@code ?} where there is none; null where no shape is declared
     */
    record Port(String name, String type, List<String> dims) {
        String shape() {
            return dims == null ? "of any shape" : "[" + String.join(", ", dims) + "]";
        }
    }

    /** Inputs that are no initializers. */
    static List<Port> inputs(ModelProto model) {
        return Declared.inputs(model.getGraph()).stream().map(ModelPorts::port).toList();
    }

    static List<Port> outputs(ModelProto model) {
        return model.getGraph().getOutputList().stream().map(ModelPorts::port).toList();
    }

    private static Port port(ValueInfoProto info) {
        TypeProto type = info.getType();
        if (!type.hasTensorType()) {
            String kind = type.getValueCase().name().replace("_TYPE", "").toLowerCase(Locale.ROOT);
            return new Port(info.getName(), kind.equals("value_not_set") ? "untyped" : kind, null);
        }
        TypeProto.Tensor tensor = type.getTensorType();
        TensorProto.DataType element = TensorProto.DataType.forNumber(tensor.getElemType());
        String name = element == null
                ? "type " + tensor.getElemType()
                : element.name().toLowerCase(Locale.ROOT);
        if (!tensor.hasShape()) {
            return new Port(info.getName(), name, null);
        }
        List<String> dims = new ArrayList<>();
        tensor.getShape().getDimList().forEach(d -> {
            // Some writers mean a free extent by 0 or -1.
            if (d.hasDimValue() && d.getDimValue() > 0) {
                dims.add(Long.toString(d.getDimValue()));
            } else {
                dims.add(d.getDimParam().isEmpty() ? "?" : d.getDimParam());
            }
        });
        return new Port(info.getName(), name, dims);
    }

    /** Name and version of the program that wrote the file. */
    static String producer(ModelProto model) {
        String producer = (model.getProducerName() + " " + model.getProducerVersion()).strip();
        return producer.isEmpty() ? "not named" : producer;
    }

    /** Operator sets with their versions. */
    static List<String> opsets(ModelProto model) {
        return model.getOpsetImportList().stream().map(ModelPorts::opset).toList();
    }

    private static String opset(OperatorSetIdProto opset) {
        return (opset.getDomain().isEmpty() ? "ai.onnx" : opset.getDomain()) + " " + opset.getVersion();
    }
}
