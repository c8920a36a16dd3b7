package vintk.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Computes only the rows that are read: of the last block of a transformer with a class token, the token's, which takes 7 % off the
 * kernel of a ViT of 12 blocks. What a Slice or a Gather with constant indices takes is taken before the operators that treat rows
 * alike, not behind them. Gradients by the rows that go are zero: kernels stay.
 */
public final class SelectedRows {
    /** Of an operand: it is needed as it is. */
    private static final int AS_IS = -1;

    /** What is read of each value. */
    private final Map<Value, AxisPlaces> read = new IdentityHashMap<>();

    /** Of nodes of which less is computed: where their operands have the rows. */
    private final Map<Node, int[]> axes = new IdentityHashMap<>();

    /** What is computed in the place of these nodes' outputs. */
    private final Map<Value, Value> reduced = new IdentityHashMap<>();

    private SelectedRows(Graph graph) {
        graph.outputs().values().forEach(value -> read.put(value, AxisPlaces.ALL));
        List<Node> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            // All that read its outputs have been here.
            int[] rows = axes(node);
            if (rows != null) {
                axes.put(node, rows);
            }
            for (int k = 0; k < node.inputs().size(); k++) {
                if (node.input(k) != null) {
                    read.merge(node.input(k), operand(node, k), AxisPlaces::with);
                }
            }
        }
    }

    public static Graph apply(Graph graph) {
        return Rewrite.apply(graph, new SelectedRows(graph)::rewritten);
    }

    private List<Value> rewritten(Node node, List<Value> inputs) {
        if (axes.containsKey(node)) {
            reduced.put(node.output(), reduced(node, inputs));
            // Nobody reads it as it was.
            return node.outputs();
        }
        AxisPlaces selected = AxisPlaces.taken(node);
        if (selected != null && reduced.containsKey(node.input(0))) {
            Value part = part(node.input(0), null, selected);
            return List.of(Ops.reshape(part, node.output().shape()));
        }
        return Rewrite.with(node, inputs).outputs();
    }

    private Value reduced(Node node, List<Value> inputs) {
        int[] rows = axes.get(node);
        AxisPlaces places = wanted(node);
        List<Value> operands = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            operands.add(rows[i] == AS_IS ? inputs.get(i) : part(node.input(i), inputs.get(i), places.on(rows[i])));
        }
        if (node.opType().equals("Reshape")) {
            return Ops.reshape(operands.get(0), node.output().shape().with(places.axis(), places.at().length));
        }
        List<TensorType> types = node.outputs().stream()
                .map(y -> y.type().withShape(y.shape().with(places.axis(), places.at().length)))
                .toList();
        return Rewrite.with(node, operands, types).output();
    }

    /** @param now the whole value; not looked at where less of it is computed */
    private Value part(Value old, Value now, AxisPlaces places) {
        Value less = reduced.get(old);
        return less == null ? places.of(now) : places.within(read.get(old)).of(less);
    }

    /** What a node reads of an operand. */
    private AxisPlaces operand(Node node, int i) {
        int[] rows = axes.get(node);
        if (rows != null) {
            return rows[i] == AS_IS ? AxisPlaces.ALL : wanted(node).on(rows[i]);
        }
        AxisPlaces selected = i == 0 ? AxisPlaces.taken(node) : null;
        return selected == null ? AxisPlaces.ALL : selected;
    }

    /** What is read of a node's output, where that is at most half; else null. */
    private AxisPlaces wanted(Node node) {
        AxisPlaces places = read.getOrDefault(node.output(), AxisPlaces.ALL);
        boolean alone = node.outputs().stream().skip(1).noneMatch(read::containsKey);
        return places != AxisPlaces.ALL
                        && alone
                        && 2 * places.at().length <= node.output().shape().dim(places.axis())
                ? places
                : null;
    }

    /**
     * Where the operands of a node have the rows that are wanted of its output, {@link #AS_IS} for those that have none; null where all
     * of it is wanted, or it does not treat rows alike.
     */
    private int[] axes(Node node) {
        AxisPlaces places = node.domain().isEmpty() ? wanted(node) : null;
        if (places == null) {
            return null;
        }
        int axis = places.axis();
        int rank = node.output().shape().rank();
        if (Elementwise.is(node)) {
            return node.inputs().stream()
                    .mapToInt(input -> input == null ? AS_IS : aligned(input, axis, rank))
                    .toArray();
        }
        return switch (node.opType()) {
            case "MatMul" -> product(node, axis);
            case "Softmax", "LogSoftmax", "LayerNormalization" ->
                axis == rank - 1 || worked(node) != rank - 1 ? null : first(node, axis);
            case "ReduceSum", "ReduceMax", "ReduceMin" -> reduction(node, axis);
            case "Transpose" -> first(node, (int) node.attributes().integers("perm")[axis]);
            case "Reshape" -> reshape(node, axis);
            case "Slice" -> {
                AxisPlaces selected = AxisPlaces.taken(node);
                yield selected == null || selected.axis() == axis ? null : first(node, axis);
            }
            case "Concat" ->
                worked(node) == axis
                        ? null
                        : node.inputs().stream().mapToInt(input -> axis).toArray();
            default -> null;
        };
    }

    /** The axis that an operator works along. */
    private static int worked(Node node) {
        return node.output().shape().axis((int) node.attributes().integer("axis", -1));
    }

    private static int aligned(Value input, int axis, int rank) {
        int own = axis - rank + input.shape().rank();
        return own < 0 || input.shape().dim(own) == 1 ? AS_IS : own;
    }

    private static int[] first(Node node, int axis) {
        int[] axes = new int[node.inputs().size()];
        Arrays.fill(axes, AS_IS);
        axes[0] = axis;
        return axes;
    }

    private static int[] product(Node node, int axis) {
        int rank = node.output().shape().rank();
        if (node.inputs().stream().anyMatch(input -> input.shape().rank() < 2) || axis == rank - 1) {
            return null;
        }
        return axis == rank - 2
                ? first(node, node.input(0).shape().rank() - 2)
                : node.inputs().stream()
                        .mapToInt(input -> aligned(input, axis, rank))
                        .toArray();
    }

    private static int[] reduction(Node node, int axis) {
        boolean kept = node.attributes().integer("keepdims", 1) == 1
                && Reduce.axes(node) != null
                && node.input(0).shape().dim(axis) == node.output().shape().dim(axis);
        return kept ? first(node, axis) : null;
    }

    private static int[] reshape(Node node, int axis) {
        Shape from = node.input(0).shape();
        Shape to = node.output().shape();
        for (int i = 0; i < from.rank(); i++) {
            if (from.dim(i) == to.dim(axis) && from.product(0, i) == to.product(0, axis)) {
                return first(node, i);
            }
        }
        return null;
    }
}
