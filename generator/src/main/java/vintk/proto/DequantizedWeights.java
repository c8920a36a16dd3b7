package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.TensorType;
import vintk.onnx.TensorWriter;

/**
 * Weights that are stored as integers, as the numbers that DequantizeLinear makes of them: those are what layers compute with, and what
 * their outputs can be differentiated by. They are initializers under the names of what the nodes gave out.
 */
final class DequantizedWeights {
    /** Of one graph: as floats they take four times the bytes. */
    private static final long MOST_ELEMENTS = 1L << 28;

    /** What leaves numbers what they are, as an optimiser has them before a DequantizeLinear: of a table that is looked up, say. */
    private static final Set<String> MOVES =
            Set.of("Expand", "Flatten", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze");

    /** One after the other: a chain of which each value is dequantised would be written once for each. */
    private static final int MOST_MOVES = 8;

    private final GraphProto graph;
    private final Set<String> outputs;
    private final Names names;
    private final GraphProto.Builder changed;
    private final Map<String, TensorProto> stored;
    private final Map<String, NodeProto> moves = new HashMap<>();
    private final Renaming repeats = new Renaming();

    /** The numbers that were made, by what the node reads and how: integers that several nodes dequantise alike are one weight. */
    private final Map<List<Object>, String> made = new HashMap<>();

    private long elements;

    private DequantizedWeights(GraphProto graph) {
        this.graph = graph;
        this.outputs = Declared.outputs(graph);
        this.names = new Names(graph);
        this.changed = graph.toBuilder().clearNode();
        this.stored = Declared.constants(graph);
    }

    static GraphProto of(GraphProto graph) {
        return graph.getNodeList().stream().anyMatch(DequantizedWeights::dequantises)
                ? new DequantizedWeights(graph).changed()
                : graph;
    }

    private static boolean dequantises(NodeProto node) {
        return node.getOpType().equals("DequantizeLinear")
                && (node.getDomain().isEmpty() || node.getDomain().equals("com.microsoft"));
    }

    private GraphProto changed() {
        graph.getNodeList().forEach(this::add);
        return changed.build();
    }

    private void add(NodeProto node) {
        List<NodeProto> path = dequantises(node) && hasOneScale(node) ? path(node.getInput(0)) : List.of();
        if (path.isEmpty()) {
            put(node);
        } else {
            addMoved(node, path);
        }
        if (node.getDomain().isEmpty() && MOVES.contains(node.getOpType()) && node.getInputCount() > 0) {
            moves.put(node.getOutput(0), node);
        }
    }

    /** Numbers are moved as their integers are. */
    private void addMoved(NodeProto node, List<NodeProto> path) {
        String integers = path.get(0).getInput(0);
        String numbers = names.fresh(integers + "/float");
        put(node.toBuilder().setInput(0, integers).setOutput(0, numbers).build());
        for (NodeProto move : path) {
            boolean last = move == path.get(path.size() - 1);
            String moved = last ? node.getOutput(0) : names.fresh(move.getOutput(0) + "/float");
            NodeProto.Builder own = move.toBuilder().setInput(0, numbers).setOutput(0, moved);
            changed.addNode(repeats.apply(
                    own.setName(names.fresh(node.getName() + "/move")).build(), ""));
            numbers = moved;
        }
    }

    /** A node, or what takes its place where it makes numbers of stored integers. */
    private void put(NodeProto node) {
        boolean inner = dequantises(node) && !outputs.contains(node.getOutput(0));
        List<Object> key = List.of(node.getInputList(), node.getAttributeList());
        Tensor numbers = inner && !made.containsKey(key) ? numbers(node) : null;
        if (numbers != null) {
            made.put(key, node.getOutput(0));
            changed.addInitializer(TensorWriter.write(node.getOutput(0), numbers));
        } else if (inner && made.containsKey(key)) {
            repeats.put(node.getOutput(0), made.get(key));
        } else {
            changed.addNode(repeats.apply(node, ""));
        }
    }

    private boolean hasOneScale(NodeProto node) {
        return IntStream.range(1, node.getInputCount())
                .mapToObj(node::getInput)
                .allMatch(name -> name.isEmpty() || stored.containsKey(name) && isOne(stored.get(name)));
    }

    private static boolean isOne(TensorProto tensor) {
        return TensorReader.type(tensor).shape().elements() == 1;
    }

    /** What moves stored integers until they are a value, the first move first; nothing where it is none of them. */
    private List<NodeProto> path(String value) {
        LinkedList<NodeProto> path = new LinkedList<>();
        String at = value;
        while (path.size() < MOST_MOVES && moves.containsKey(at)) {
            path.addFirst(moves.get(at));
            at = moves.get(at).getInput(0);
        }
        return stored.containsKey(at) ? path : List.of();
    }

    /** (q − z) · s in float32, as ONNX Runtime has it; null where that is not of constants, or another type or shape than it should be. */
    private Tensor numbers(NodeProto node) {
        Tensor q = constant(node, 0);
        Tensor s = constant(node, 1);
        Tensor z = constant(node, 2);
        boolean constants = q != null
                && s != null
                && (z != null || QuantisedOperators.input(node, 2).isEmpty());
        if (!constants
                || s.type().dataType() != DataType.FLOAT
                || z != null && z.shape().elements() != s.shape().elements()
                || z != null && z.type().dataType() != q.type().dataType()
                || elements + q.shape().elements() > MOST_ELEMENTS) {
            return null;
        }
        IntUnaryOperator place = places(q.shape(), s.shape(), Attributes.of(node.getAttributeList()));
        if (place == null) {
            return null;
        }
        int count = Math.toIntExact(q.shape().elements());
        elements += count;
        return Tensor.of(new TensorType(DataType.FLOAT, q.shape()), count, i -> {
            int at = place.applyAsInt(i);
            long integer = (long) q.number(i) - (z == null ? 0 : (long) z.number(at));
            return (float) integer * (float) s.number(at);
        });
    }

    /** Which of the scales belongs to an element: one for all, one for each place of an axis, or one for a block of places. */
    private static IntUnaryOperator places(Shape q, Shape s, Attributes attributes) {
        if (s.elements() == 1) {
            return i -> 0;
        }
        int axis = (int) attributes.integer("axis", 1);
        axis += axis < 0 ? q.rank() : 0;
        if (axis < 0 || axis >= q.rank()) {
            return null;
        }
        int dim = (int) q.dim(axis);
        int inner = (int) q.product(axis + 1, q.rank());
        int block = (int) attributes.integer("block_size", 0);
        if (block <= 0) {
            return s.elements() == dim ? i -> i / inner % dim : null;
        }
        int blocks = (dim + block - 1) / block;
        return s.equals(q.with(axis, blocks))
                ? i -> (i / inner / dim * blocks + i / inner % dim / block) * inner + i % inner
                : null;
    }

    private Tensor constant(NodeProto node, int i) {
        TensorProto proto = stored.get(QuantisedOperators.input(node, i));
        return proto == null ? null : TensorReader.read(proto);
    }
}
