package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
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
        if (dequantises(node) && hasOneScale(node) && isMoved(node.getInput(0))) {
            // Numbers are moved as their integers are.
            NodeProto move = moves.get(node.getInput(0));
            String numbers = names.fresh(move.getInput(0) + "/float");
            add(node.toBuilder()
                    .setInput(0, move.getInput(0))
                    .setOutput(0, numbers)
                    .build());
            NodeProto.Builder moved = move.toBuilder().setInput(0, numbers).setOutput(0, node.getOutput(0));
            changed.addNode(repeats.apply(
                    moved.setName(names.fresh(node.getName() + "/move")).build(), ""));
            return;
        }
        if (node.getDomain().isEmpty() && MOVES.contains(node.getOpType()) && node.getInputCount() > 0) {
            moves.put(node.getOutput(0), node);
        }
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

    /** Whether a value is of stored integers that nodes moved. */
    private boolean isMoved(String value) {
        String at = value;
        while (moves.containsKey(at)) {
            at = moves.get(at).getInput(0);
        }
        return !at.equals(value) && stored.containsKey(at);
    }

    /** (q − z) · s in float32, as ONNX Runtime has it; null where that is not of constants, or another type or shape than it should be. */
    private Tensor numbers(NodeProto node) {
        Tensor q = constant(node, 0);
        Tensor s = constant(node, 1);
        Tensor z = constant(node, 2);
        boolean constants =
                q != null && s != null && (z != null || input(node, 2).isEmpty());
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

    private static String input(NodeProto node, int i) {
        return i < node.getInputCount() ? node.getInput(i) : "";
    }

    private Tensor constant(NodeProto node, int i) {
        TensorProto proto = stored.get(input(node, i));
        return proto == null ? null : TensorReader.read(proto);
    }
}
