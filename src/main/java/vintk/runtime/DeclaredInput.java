package vintk.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.proto.Declared;

/**
 * An input as the model declares it.
 *
 * @param dims extents, -1 where free
 */
record DeclaredInput(String name, DataType dataType, List<Long> dims) {
    /** The inputs of a model that are no initializers. */
    static List<DeclaredInput> all(ModelProto model) {
        return Declared.inputs(model.getGraph()).stream().map(DeclaredInput::of).toList();
    }

    private static DeclaredInput of(ValueInfoProto info) {
        if (!info.getType().hasTensorType()) {
            throw new IllegalArgumentException(
                    "input '" + info.getName() + "' is no tensor: sequences, maps and optionals are not handled");
        }
        TypeProto.Tensor tensor = info.getType().getTensorType();
        List<Long> dims = new ArrayList<>();
        for (TensorShapeProto.Dimension d : tensor.getShape().getDimList()) {
            dims.add(d.hasDimValue() ? extent(info.getName(), d.getDimValue(), dims.size()) : -1L);
        }
        try {
            return new DeclaredInput(info.getName(), DataType.of(tensor.getElemType()), dims);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("input '" + info.getName() + "': " + e.getMessage(), e);
        }
    }

    /** Some writers mean a free extent by -1, as ONNX Runtime does, and some by 0. */
    private static long extent(String input, long value, int axis) {
        if (value < -1) {
            throw new IllegalArgumentException("input '" + input
                    + "': expected extents of 1 or more, or free ones, got " + value + " on axis " + axis);
        }
        return value == 0 ? -1 : value;
    }

    int rank() {
        return dims.size();
    }

    boolean isFree(int axis) {
        return dims.get(axis) < 0;
    }

    /** Whether a tensor of this shape may be given, any extent being good at {@code freeAxis}. */
    boolean accepts(Shape shape, int freeAxis) {
        if (dims.size() != shape.rank()) {
            return false;
        }
        for (int i = 0; i < dims.size(); i++) {
            if (i != freeAxis && dims.get(i) >= 0 && dims.get(i) != shape.dim(i)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return "'" + name + "' "
                + dims.stream().map(d -> d < 0 ? "?" : d.toString()).toList();
    }
}
