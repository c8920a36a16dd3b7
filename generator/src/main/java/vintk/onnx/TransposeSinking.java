package vintk.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Moves Transposes behind what treats rows alike, where they meet others and one is left, or none. PyTorch's MultiheadAttention puts
 * tokens before samples and moves queries, keys and values three times; a window of a Swin is taken of rows, then of its heads.
 *
 * <p>A graph whose Transposes would move as much as before stays as it is.
 */
public final class TransposeSinking {
    private final Map<Value, Integer> uses;

    /** Of the values of the new graph that are one. */
    private final Map<Value, AxisView> views = new IdentityHashMap<>();

    private TransposeSinking(Graph graph) {
        this.uses = graph.uses();
    }

    public static Graph apply(Graph graph) {
        Graph sunk = Rewrite.apply(graph, new TransposeSinking(graph)::rewritten);
        return moved(sunk) < moved(graph) ? sunk : graph;
    }

    /** Elements that Transposes move: none where products alone read columns as rows, and twice as long where others do. */
    private static long moved(Graph graph) {
        Map<Value, List<Node>> readers = graph.readers();
        long moved = 0;
        for (Node node : graph.nodes()) {
            if (node.is("Transpose")) {
                boolean products =
                        readers.getOrDefault(node.output(), List.of()).stream().allMatch(Products::isProduct);
                int[] perm = perm(node);
                int passes = perm.length > 1 && perm[perm.length - 2] == perm.length - 1 && !products ? 2 : 1;
                moved += isExchange(perm) && products
                        ? 0
                        : passes * node.output().shape().elements();
            }
        }
        return moved;
    }

    private static int[] perm(Node node) {
        return Arrays.stream(node.attributes().integers("perm"))
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    private List<Value> rewritten(Node node, List<Value> inputs) {
        Node made = Rewrite.with(node, inputs);
        boolean single = node.domain().isEmpty()
                && !inputs.isEmpty()
                && node.outputs().stream().skip(1).noneMatch(uses::containsKey);
        AxisView view = single && node.output().shape().elements() > 0 ? view(node, inputs) : null;
        if (view == null) {
            return made.outputs();
        }
        // One Transpose, of which nothing is known yet but where it stands, stays there.
        boolean stays = view.moves() < 2 && !view.sunk() || node.opType().equals("Reshape");
        List<Value> values = new ArrayList<>(made.outputs());
        values.set(0, stays ? made.output() : view.value());
        views.put(values.get(0), view);
        return values;
    }

    /** A node's result as a view of something, made for it where it needs that; null where it is nothing but itself. */
    private AxisView view(Node node, List<Value> inputs) {
        if (Elementwise.is(node)) {
            return elementwise(node, inputs);
        }
        Value x = inputs.get(0);
        AxisView of = views.get(x);
        if (node.opType().equals("Transpose")) {
            // A product reads columns as rows in place: that exchange stays apart.
            int[] perm = perm(node);
            return (isExchange(perm) ? AxisView.of(x) : of == null ? source(x) : of).transposed(perm);
        }
        if (of == null || !of.isMoved()) {
            return null;
        }
        return switch (node.opType()) {
            case "Reshape" -> of.reshaped(node.output().shape());
            case "Gather", "Slice" -> sliced(of, node);
            case "MatMul" ->
                inputs.get(1).shape().rank() == 2 ? of.ofRows(rows -> product(node, rows, inputs.get(1))) : null;
            case "LayerNormalization" -> of.keepsColumns() ? onSource(of, node, inputs) : null;
            default -> null;
        };
    }

    /** A value as a view of what a Reshape made it of. */
    private static AxisView source(Value x) {
        AxisView shaped =
                Ops.isNode(x, "Reshape") ? AxisView.of(x.node().input(0)).reshaped(x.shape()) : null;
        return shaped == null ? AxisView.of(x) : shaped;
    }

    /** Whether the last two axes change places, and no others. */
    private static boolean isExchange(int[] perm) {
        int rank = perm.length;
        return rank > 1
                && perm[rank - 1] == rank - 2
                && IntStream.range(0, rank - 2).allMatch(i -> perm[i] == i);
    }

    private static AxisView sliced(AxisView of, Node node) {
        AxisPlaces taken = AxisPlaces.taken(node);
        if (taken == null || !taken.isRun()) {
            return null;
        }
        AxisView part = of.sliced(taken.axis(), taken.first(), taken.first() + taken.at().length);
        return part == null ? null : part.reshaped(node.output().shape());
    }

    private static Value product(Node node, Value rows, Value w) {
        TensorType type = rows.type().withShape(rows.shape().with(-1, w.shape().dim(1)));
        return Rewrite.with(node, List.of(rows, w), List.of(type)).output();
    }

    private AxisView elementwise(Node node, List<Value> inputs) {
        AxisView of = IntStream.range(0, inputs.size())
                .mapToObj(i -> sinking(node, inputs, i))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        return of != null && of.shape().equals(node.output().shape()) ? onSource(of, node, inputs) : null;
    }

    /**
     * What an operand is a view of where its Transpose goes behind what is made of it: it is on its way, a product would read it in
     * place, or rows are put in another order, as before a table of positions.
     */
    private AxisView sinking(Node node, List<Value> inputs, int operand) {
        AxisView of = views.get(inputs.get(operand));
        if (of == null || !of.isMoved()) {
            return null;
        }
        boolean numbers = inputs.stream()
                .allMatch(input -> input == inputs.get(operand)
                        || input != null && input.shape().elements() == 1);
        if (of.sunk() || numbers && of.isTurned()) {
            return of;
        }
        boolean positions = node.opType().equals("Add") && isTable(inputs.get(1 - operand), of);
        AxisView ofRows = positions ? of.ofRows(UnaryOperator.identity()) : null;
        if (ofRows != null) {
            views.put(inputs.get(operand), ofRows);
        }
        return ofRows;
    }

    /** Whether a value is the same for many places of another. */
    private static boolean isTable(Value value, AxisView of) {
        return value.shape().elements() > 1
                && 2 * value.shape().elements() <= of.shape().elements();
    }

    /** A node with the sources of its operands in their places; null where one has none that lies as the others. */
    private AxisView onSource(AxisView of, Node node, List<Value> inputs) {
        List<Value> operands = inputs.stream().map(input -> onSource(input, of)).toList();
        if (operands.contains(null)) {
            return null;
        }
        Shape shape = of.source().shape();
        List<TensorType> types = new ArrayList<>();
        for (Value output : node.outputs()) {
            types.add(output.type().withShape(output == node.output() ? shape : shape.with(-1, 1)));
        }
        return of.ofSource(Rewrite.with(node, operands, types).output());
    }

    private Value onSource(Value input, AxisView of) {
        if (input == null || views.containsKey(input)) {
            return input != null && views.get(input).isLike(of)
                    ? views.get(input).source()
                    : null;
        }
        Shape shape = input.shape();
        boolean number =
                shape.elements() == 1 && shape.rank() <= of.source().shape().rank();
        boolean bias = of.keepsColumns() && shape.equals(Shape.of(of.shape().dim(-1)));
        return number || bias ? input : isTable(input, of) ? of.beside(input) : null;
    }
}
