package vintk.opset;

import java.util.List;
import vintk.onnx.TensorType;

/**
 * A float tensor that a model holds, and who uses it.
 *
 * @param name of the value
 * @param type of its elements, and its extents
 * @param source where the file has it
 * @param uses by its readers, of each role two at most, the one that decides the role first; never empty
 */
public record Parameter(String name, TensorType type, Source source, List<ParameterUse> uses) {
    /** Where a file has a tensor. */
    public enum Source {
        INITIALIZER,
        /** The value of a Constant node. */
        CONSTANT,
        /** What a ConstantOfShape node of known shape makes: one number everywhere. */
        CONSTANT_OF_SHAPE
    }

    public Parameter {
        uses = List.copyOf(uses);
    }

    /** That of the use that decides. */
    public Role role() {
        return use().role();
    }

    /** The use that decides the role. */
    public ParameterUse use() {
        return uses.get(0);
    }
}
