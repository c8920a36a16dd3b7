package vintk.onnx;

import java.util.List;

/** Elements taken and written at indices that are tensors of their own: GatherElements and ScatterElements. */
public final class Indexing {
    private Indexing() {}

    /** The elements of {@code x} at indices along an axis; the other axes of both are the same. */
    public static Value gatherElements(Value x, Value indices, int axis) {
        long at = x.shape().axis(axis);
        TensorType type = x.type().withShape(indices.shape());
        return Ops.node("GatherElements", type, Attributes.NONE.with("axis", at), x, indices);
    }

    /**
     * {@code data} with {@code updates} at indices along an axis.
     *
     * @param reduction of what lands in one place: none, add, mul, max or min
     */
    public static Value scatterElements(String reduction, Value data, Value indices, Value updates, int axis) {
        Attributes attributes = Attributes.NONE.with("axis", (long) data.shape().axis(axis));
        if (!reduction.equals("none")) {
            attributes = attributes.with("reduction", reduction);
        }
        // Maximum and minimum came with opset 18; the rest needs no newer form.
        boolean later = reduction.equals("max") || reduction.equals("min");
        return new Node(
                        "",
                        "ScatterElements",
                        null,
                        List.of(data, indices, updates),
                        attributes,
                        List.of(data.type()),
                        null,
                        later ? 18 : CanonicalOpset.BASE)
                .output();
    }
}
