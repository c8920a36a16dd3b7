package vintk.autodiff;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import vintk.onnx.DataType;
import vintk.onnx.Indexing;
import vintk.onnx.Node;
import vintk.onnx.Ops;
import vintk.onnx.Shape;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/**
 * Straight-through gradients of quantisation (Bengio, Léonard and Courville 2013, as in PyTorch's fake_quantize): rounding
 * counts as the identity, saturation as a clip. The integers q between QuantizeLinear and DequantizeLinear are taken for
 * the numbers x/s + z that they were rounded from, so that dx = dq / s inside of the representable range, else 0, and
 * dq = dy · s. Scale s and zero point z are constants.
 */
final class QuantizationRules {
    /** Operators of which each number is one that they are given. */
    private static final Set<String> MOVES = Set.of("Concat", "Expand", "Reshape", "Slice", "Transpose");

    private QuantizationRules() {}

    static void addTo(Rules.Adder rules) {
        rules.add("QuantizeLinear", new Rule(QuantizationRules::flow, QuantizationRules::quantize));
        rules.add(
                "DequantizeLinear",
                new Rule(QuantizationRules::flow, p -> Rule.aligned(Rule.times(p, aligned(p, p.x(1))))));
    }

    /** Whether an output of integers has a cotangent where an input has: what QuantizeLinear made of numbers, moved or not. */
    static boolean carriesGradient(Node node) {
        return node.is("QuantizeLinear") || MOVES.contains(node.opType());
    }

    /** Integers with a gradient are for DequantizeLinear, and may be moved: another operator would lose it in silence. */
    static void requireDequantize(Node node, Set<Value> active) {
        boolean integers = node.inputs().stream()
                .anyMatch(v -> v != null && active.contains(v) && !v.dataType().isFloating());
        if (integers && !node.is("DequantizeLinear") && !MOVES.contains(node.opType())) {
            throw new UnsupportedOperatorException("no gradient rule for " + node
                    + " of the integers of a QuantizeLinear: only DequantizeLinear may follow, and what moves them");
        }
    }

    /** Samples may not lie on the axis that scales are given along. */
    private static BatchAxis flow(Node node, List<BatchAxis> axes, long samples) {
        if (axes.get(0) == null || axes.stream().skip(1).anyMatch(Objects::nonNull)) {
            throw new UntrackedBatchException(node, "its scale depends on the samples");
        }
        BatchAxis batch = axes.get(0);
        Shape shape = node.input(0).shape();
        Shape scale = node.input(1).shape();
        if (scale.elements() > 1 && batch.axis() == axis(node, shape)) {
            throw new UntrackedBatchException(node, "it has a scale a sample");
        }
        if (blocked(node) && shape.dim(batch.axis()) > 1) {
            throw new UntrackedBatchException(node, node.input(1));
        }
        return batch;
    }

    private static int axis(Node node, Shape shape) {
        return shape.axis((int) node.attributes().integer("axis", 1));
    }

    private static boolean blocked(Node node) {
        return node.attributes().integer("block_size", 0) > 0;
    }

    /** A scale or zero point in the type of the scales, aligned from the right with the node's output. */
    private static Value aligned(Pull p, Value value) {
        Value number = Ops.cast(value, p.x(1).dataType());
        Shape shape = p.y().shape();
        if (number.shape().elements() == 1) {
            return Ops.reshape(number, Shape.SCALAR);
        }
        int axis = axis(p.node(), shape);
        if (!blocked(p.node())) {
            return Ops.reshape(number, Shape.ones(shape.rank()).with(axis, shape.dim(axis)));
        }
        // One number a block: [..., blocks, ...] to [..., blocks, size, ...], the last block cut where it is not whole.
        long size = p.attributes().integer("block_size", 0);
        Shape blocks = number.shape();
        Value split = Ops.reshape(number, blocks.replaced(axis + 1, axis + 1, Shape.of(1)));
        Value repeated = Ops.expand(split, split.shape().with(axis + 1, size));
        repeated = Ops.reshape(repeated, blocks.with(axis, blocks.dim(axis) * size));
        return Indexing.slice(repeated, axis, 0, shape.dim(axis));
    }

    private static List<Cotangent> quantize(Pull p) {
        Value scale = aligned(p, p.x(1));
        Value rounded = Ops.unary("Round", Ops.div(p.x(), scale));
        if (p.x(2) != null) {
            rounded = Ops.add(rounded, aligned(p, p.x(2)));
        }
        double[] range = range(p);
        DataType type = scale.dataType();
        Value inside = Ops.not(Ops.binary(
                "Or", Ops.less(rounded, Ops.scalar(type, range[0])), Ops.greater(rounded, Ops.scalar(type, range[1]))));
        Value dq = Ops.div(p.dy(), scale);
        return Rule.aligned(p.masked(inside, dq));
    }

    private static double[] range(Pull p) {
        return switch (p.y().dataType()) {
            case INT8 -> new double[] {Byte.MIN_VALUE, Byte.MAX_VALUE};
            case UINT8 -> new double[] {0, 255};
            case INT16 -> new double[] {Short.MIN_VALUE, Short.MAX_VALUE};
            case UINT16 -> new double[] {0, 65535};
            default -> throw p.unsupported("quantising to " + p.y().dataType() + " is not handled");
        };
    }
}
