package vintk.proto;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashSet;
import java.util.Set;
import vintk.onnx.NodeLabel;
import vintk.onnx.TensorReader;

/** Looks at every tensor that a model holds, before the runtime does: no lies about sizes, no files to be read. */
public final class StoredTensors {
    private StoredTensors() {}

    /**
     * Checks all initializers and attributes, in sub-graphs and functions too, once external data is loaded.
     *
     * @throws IllegalArgumentException naming a tensor whose data does not fit its shape, or lies in another file
     */
    public static void check(ModelProto model) {
        check(model.getGraph());
        for (FunctionProto function : model.getFunctionsList()) {
            function.getNodeList().forEach(StoredTensors::check);
            // Defaults of a function's attributes: a call that does not give them takes these.
            function.getAttributeProtoList().forEach(a -> check(a, "function '" + function.getName() + "'"));
        }
    }

    private static void check(GraphProto graph) {
        if (graph.getSparseInitializerCount() > 0) {
            throw new IllegalArgumentException("sparse initializers are not read: store them dense");
        }
        graph.getInitializerList().forEach(TensorReader::check);
        Set<String> names = new HashSet<>();
        for (TensorProto tensor : graph.getInitializerList()) {
            if (!names.add(tensor.getName())) {
                throw new IllegalArgumentException("two initializers have the name '" + tensor.getName() + "'");
            }
        }
        graph.getNodeList().forEach(StoredTensors::check);
    }

    private static void check(NodeProto node) {
        node.getAttributeList().forEach(a -> check(a, NodeLabel.of(node)));
    }

    private static void check(AttributeProto attribute, String owner) {
        if (attribute.hasSparseTensor() || attribute.getSparseTensorsCount() > 0) {
            throw new IllegalArgumentException(owner + " holds a sparse tensor, which is not read: store it dense");
        }
        if (attribute.hasT()) {
            check(attribute.getT());
        }
        attribute.getTensorsList().forEach(StoredTensors::check);
        if (attribute.hasG()) {
            check(attribute.getG());
        }
        attribute.getGraphsList().forEach(StoredTensors::check);
    }

    /** Attributes may hold types that weights do not (strings); files they must not name. */
    private static void check(TensorProto tensor) {
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL || tensor.getExternalDataCount() > 0) {
            throw new IllegalArgumentException("the tensor of a node's attribute lies in another file, which only"
                    + " initializers of the main graph may do");
        }
        if (tensor.getDataType() != TensorProto.DataType.STRING_VALUE) {
            TensorReader.check(tensor);
        }
    }
}
