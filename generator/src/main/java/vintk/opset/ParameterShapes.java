package vintk.opset;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import vintk.onnx.Attributes;
import vintk.onnx.Shape;

/**
 * Shapes of the values that are computed from parameters alone, as far as a few operators tell: enough to know which way
 * round a weight is read. Operators that repeat or pad (Expand, Tile, Pad) count as if they kept the shape.
 */
final class ParameterShapes {
    private final ProtoGraph graph;
    private final Map<String, Shape> shapes = new HashMap<>();

    ParameterShapes(ProtoGraph graph) {
        this.graph = graph;
        graph.constants().forEach((name, tensor) -> put(name, tensor.getDimsList()));
        graph.filled()
                .forEach((name, filled) ->
                        put(name, Arrays.stream(filled.dims()).boxed().toList()));
        for (NodeProto node : graph.nodes()) {
            if (node.getOutputCount() > 0
                    && node.getInputCount() > 0
                    && !graph.isDependent(node.getOutput(0))
                    && !shapes.containsKey(node.getOutput(0))) {
                infer(node);
            }
        }
    }

    /** The shape of a value, or null where it is not known. */
    Shape of(String value) {
        return shapes.get(value);
    }

    private void put(String name, List<Long> dims) {
        if (dims.stream().allMatch(d -> d >= 0)) {
            shapes.put(name, Shape.of(dims.stream().mapToLong(Long::longValue).toArray()));
        }
    }

    private void infer(NodeProto node) {
        try {
            Shape x = of(node.getInput(0));
            Shape y = x == null ? null : shape(node, x);
            if (y != null) {
                node.getOutputList().forEach(o -> shapes.put(o, y));
            }
        } catch (IllegalArgumentException | ArithmeticException | IndexOutOfBoundsException e) {
            // Malformed: whoever runs the model says so; here the shape is just not known.
            shapes.remove(node.getOutput(0));
        }
    }

    private Shape shape(NodeProto node, Shape x) {
        Attributes attributes = Attributes.of(node.getAttributeList());
        return switch (node.getOpType()) {
            case "Transpose" -> transposed(attributes, x);
            case "Reshape" -> reshaped(integers(node, 1, attributes, "shape"), x);
            case "Unsqueeze" -> unsqueezed(integers(node, 1, attributes, "axes"), x);
            case "Squeeze" -> squeezed(integers(node, 1, attributes, "axes"), x);
            case "Flatten" -> {
                int axis = x.rank() == 0 ? 0 : Math.floorMod((int) attributes.integer("axis", 1), x.rank() + 1);
                yield Shape.of(x.product(0, axis), x.product(axis, x.rank()));
            }
            case "Slice" -> sliced(node, attributes, x);
            case "Concat" -> concatenated(node, (int) attributes.integer("axis", 0));
            case "Gather" -> {
                Shape indices = of(node.getInput(1));
                int axis = x.axis((int) attributes.integer("axis", 0));
                yield indices == null ? null : x.replaced(axis, axis + 1, indices);
            }
            case "Add", "Sub", "Mul", "Div", "Pow", "Max", "Min" -> {
                Shape other = of(node.getInput(1));
                yield other == null ? null : Shape.broadcast(x, other);
            }
            default -> x;
        };
    }

    /** The axes or extents in an input or, in older opsets, in an attribute; null where neither is known. */
    private long[] integers(NodeProto node, int input, Attributes attributes, String name) {
        if (input < node.getInputCount() && !node.getInput(input).isEmpty()) {
            return graph.integers(node.getInput(input));
        }
        return attributes.integers(name);
    }

    private static Shape transposed(Attributes attributes, Shape x) {
        long[] perm = attributes.integers("perm");
        long[] dims = new long[x.rank()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = x.dim(perm.length == 0 ? dims.length - 1 - i : (int) perm[i]);
        }
        return Shape.of(dims);
    }

    private static Shape reshaped(long[] wanted, Shape x) {
        if (wanted == null) {
            return null;
        }
        long[] dims = wanted.clone();
        long known = 1;
        int free = -1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 0) {
                dims[i] = x.dim(i);
            }
            if (dims[i] < 0) {
                free = i;
            } else {
                known *= dims[i];
            }
        }
        if (free >= 0) {
            dims[free] = x.elements() / known;
        }
        return Shape.of(dims);
    }

    private static Shape unsqueezed(long[] axes, Shape x) {
        if (axes == null) {
            return null;
        }
        int rank = x.rank() + axes.length;
        boolean[] added = new boolean[rank];
        for (long axis : axes) {
            added[Math.floorMod((int) axis, rank)] = true;
        }
        long[] dims = new long[rank];
        int from = 0;
        for (int i = 0; i < rank; i++) {
            dims[i] = added[i] ? 1 : x.dim(from++);
        }
        return Shape.of(dims);
    }

    private static Shape squeezed(long[] axes, Shape x) {
        if (axes == null) {
            return null;
        }
        List<Long> dims = new ArrayList<>();
        for (int i = 0; i < x.rank(); i++) {
            int at = i;
            boolean gone = axes.length == 0
                    ? x.dim(i) == 1
                    : Arrays.stream(axes).anyMatch(a -> Math.floorMod((int) a, x.rank()) == at);
            if (!gone) {
                dims.add(x.dim(i));
            }
        }
        return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    }

    private Shape sliced(NodeProto node, Attributes attributes, Shape x) {
        long[] starts = integers(node, 1, attributes, "starts");
        long[] ends = integers(node, 2, attributes, "ends");
        long[] axes = integers(node, 3, attributes, "axes");
        long[] steps = integers(node, 4, attributes, "steps");
        if (starts == null || ends == null || axes == null || steps == null) {
            return x;
        }
        Shape y = x;
        for (int i = 0; i < starts.length; i++) {
            int axis = x.axis(axes.length == 0 ? i : (int) axes[i]);
            long step = steps.length == 0 ? 1 : Math.abs(steps[i]);
            long extent = x.dim(axis);
            long cut = Math.abs(at(ends[i], extent) - at(starts[i], extent));
            y = y.with(axis, Math.min(extent, (cut + step - 1) / step));
        }
        return y;
    }

    private static long at(long index, long extent) {
        return Math.max(0, Math.min(extent, index < 0 ? index + extent : index));
    }

    private Shape concatenated(NodeProto node, int axis) {
        Shape whole = null;
        for (String input : node.getInputList()) {
            Shape part = of(input);
            if (part == null) {
                return null;
            }
            int at = part.axis(axis);
            whole = whole == null ? part : whole.with(at, whole.dim(at) + part.dim(at));
        }
        return whole;
    }
}
