package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.List;
import vintk.onnx.Attributes;
import vintk.onnx.CanonicalOpset;
import vintk.onnx.Node;
import vintk.onnx.NodeLabel;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorType;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/**
 * A node being imported: its protobuf, its operands as values, and the opset of its domain.
 *
 * @param proto the node
 * @param opset version of the node's operator set
 * @param inputs null where an optional one is absent
 * @param types of the outputs
 */
record Site(NodeProto proto, long opset, List<Value> inputs, List<TensorType> types) {
    String opType() {
        return proto.getOpType();
    }

    Attributes attributes() {
        return Attributes.of(proto.getAttributeList());
    }

    /** Input {@code i}; an error names one that must be there and is not. */
    Value x(int i) {
        Value value = optional(i);
        if (value == null) {
            throw new IllegalArgumentException(this + ": input " + (i + 1) + " is missing");
        }
        return value;
    }

    Value x() {
        return x(0);
    }

    Value optional(int i) {
        return i < inputs.size() ? inputs.get(i) : null;
    }

    Shape shape() {
        return x().shape();
    }

    /** Shape of output 0. */
    Shape outputShape() {
        return types.get(0).shape();
    }

    /** The integers of input {@code i}, or of an attribute (older opsets), or {@code missing}. */
    long[] integers(int i, String attribute, long... missing) {
        if (optional(i) != null) {
            return constant(i).integers();
        }
        return attributes().integers(attribute, missing);
    }

    /** The elements of input {@code i}, which must be known before the model runs. */
    Tensor constant(int i) {
        Value value = x(i);
        if (!value.isConstant()) {
            String name = value.name() == null ? "" : " '" + value.name() + "'";
            throw unsupported("input " + (i + 1) + name + " must be a constant, "
                    + (value.isInput() ? "it is an input of the model" : "it is computed from the model's inputs"));
        }
        return value.constant();
    }

    /** Axes from the left, of a tensor of this rank. */
    int[] axes(long[] axes, int rank) {
        return Arrays.stream(axes).mapToInt(a -> (int) (a < 0 ? a + rank : a)).toArray();
    }

    int axis(String attribute, int missing) {
        return shape().axis((int) attributes().integer(attribute, missing));
    }

    /** The node as it is, with other inputs and attributes, in canonical form. */
    List<Value> same(Attributes attributes, List<Value> operands) {
        List<String> names = proto.getOutputList();
        return new Node(domain(), opType(), proto.getName(), operands, attributes, types, names).outputs();
    }

    /** The node of an operator without adapter, in the form of the model's opset. */
    List<Value> untouched() {
        List<String> names = proto.getOutputList();
        long from = domain().isEmpty() ? Math.max(opset, CanonicalOpset.BASE) : CanonicalOpset.BASE;
        return new Node(domain(), opType(), proto.getName(), inputs, attributes(), types, names, from).outputs();
    }

    /** The operator set: "" for ONNX' own. */
    String domain() {
        return proto.getDomain();
    }

    UnsupportedOperatorException unsupported(String what) {
        return new UnsupportedOperatorException(this + ": " + what);
    }

    @Override
    public String toString() {
        return NodeLabel.of(proto);
    }
}
