package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import vintk.onnx.Attributes;
import vintk.onnx.DataType;
import vintk.onnx.NodeLabel;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;

/**
 * Sequences of tensors as those tensors, where it is known how many there are and which is taken: exporters write {@code torch.split}
 * and {@code torch.unbind} with them. What is not known stays in the graph.
 */
public final class Sequences {
    private static final Set<String> MADE_BY =
            Set.of("SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SplitToSequence");

    private static final Set<String> READ_BY = Set.of("ConcatFromSequence", "SequenceAt", "SequenceLength");

    private final ControlFlow.Knowledge known;
    /** Every sequence that is made of another is a list of its own. */
    private static final long MOST = 10_000_000;

    private final Body body;
    private long listed;
    private final List<NodeProto> kept = new ArrayList<>();
    private final Map<String, Elements> elements = new HashMap<>();

    /** The tensors of a sequence. */
    private interface Elements {
        /** How many there are; -1 where that is not known yet. */
        int size();

        /** The name of one that there is, from 0. */
        String get(int i);

        default List<String> all() {
            return IntStream.range(0, size()).mapToObj(this::get).toList();
        }
    }

    private record Listed(List<String> names) implements Elements {
        @Override
        public int size() {
            return names.size();
        }

        @Override
        public String get(int i) {
            return names.get(i);
        }
    }

    /** Parts of a tensor, cut out when they are read: {@code torch.chunk} is written without saying how many there are. */
    private final class Parts implements Elements {
        private final NodeProto node;
        private final long axis;
        private final long[] ends;
        private final long part;
        private final boolean single;
        private final int size;
        private final Map<Integer, String> cut = new HashMap<>();

        /** @param given the extents of the parts; one number for all of them; null for single elements */
        Parts(NodeProto node, Tensor given) {
            Attributes attributes = Attributes.of(node.getAttributeList());
            this.node = node;
            this.axis = attributes.integer("axis", 0);
            this.single = given == null && attributes.integer("keepdims", 1) == 0;
            this.ends = given != null && given.shape().rank() == 1 ? given.integers() : null;
            this.part = given == null || ends != null ? 1 : given.integers()[0];
            if (ends != null) {
                Arrays.parallelPrefix(ends, Long::sum);
            }
            this.size = ends != null ? ends.length : count(known.shape(node.getInput(0)));
        }

        private int count(Shape shape) {
            if (shape == null || axis >= shape.rank() || -axis > shape.rank()) {
                return -1;
            }
            long extent = shape.dim(shape.axis(Math.toIntExact(axis)));
            return extent == 0 ? 0 : Math.toIntExact(1 + (extent - 1) / part);
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public String get(int i) {
            return cut.computeIfAbsent(i, this::cut);
        }

        @Override
        public List<String> all() {
            Bounds.requireNodes((long) kept.size() + size, NodeLabel.of(node) + ": its parts give");
            return Elements.super.all();
        }

        private String cut(int i) {
            String name = body.fresh(node.getOutput(0) + "/" + i);
            long start = ends == null ? i * part : i == 0 ? 0 : ends[i - 1];
            long end = ends == null ? start + part : ends[i];
            String from = body.vector(name + "/start", start);
            String to = body.vector(name + "/end", end);
            kept.add(Body.node("Slice", name, node.getInput(0), from, to, body.vector(name + "/axis", axis)));
            if (!single) {
                return name;
            }
            String element = body.fresh(name + "/element");
            kept.add(body.withAxis("Squeeze", name, axis, element));
            return element;
        }
    }

    private Sequences(ModelProto model, ControlFlow.Knowledge known) {
        this.known = known;
        this.body = new Body(model);
    }

    /**
     * The model with the tensors in place of sequences, as far as shapes and integers are known; the model itself where that is
     * nowhere. What follows is to be inferred anew, and the model to be looked at again.
     *
     * @param given what is known of the model's values
     */
    public static ModelProto step(ModelProto model, ControlFlow.Knowledge given) {
        GraphProto graph = model.getGraph();
        if (graph.getNodeList().stream().noneMatch(node -> is(node, READ_BY))) {
            return model;
        }
        Sequences pass = new Sequences(
                model, ControlFlow.withInitializers(graph, given, node -> is(node, MADE_BY) || is(node, READ_BY)));
        int read = 0;
        for (NodeProto node : graph.getNodeList()) {
            if (is(node, MADE_BY) || isAlias(node, pass.elements)) {
                pass.make(node);
                pass.kept.add(node);
            } else if (is(node, READ_BY) && pass.read(node)) {
                read++;
            } else {
                pass.kept.add(node);
            }
        }
        return read == 0 ? model : pass.model(graph);
    }

    /**
     * Refuses parts of no elements, by whose size ONNX Runtime divides as soon as it sees the model.
     *
     * @param known integers that are known beside those that the model holds
     * @throws IllegalArgumentException naming the node
     */
    public static void requireParts(ModelProto model, Map<String, Tensor> known) {
        Set<String> zeros = new HashSet<>();
        known.forEach((name, tensor) -> {
            if (isZero(tensor)) {
                zeros.add(name);
            }
        });
        requireParts(model.getGraph(), zeros);
    }

    private static void requireParts(GraphProto graph, Set<String> around) {
        Set<String> zeros = new HashSet<>(around);
        graph.getInitializerList().stream().filter(Sequences::isZero).forEach(tensor -> zeros.add(tensor.getName()));
        for (NodeProto node : graph.getNodeList()) {
            if (is(node, Set.of("Constant")) && isZero(TensorReader.constant(node))) {
                zeros.add(node.getOutput(0));
            }
            if (is(node, Set.of("SplitToSequence")) && has(node, 1) && zeros.contains(node.getInput(1))) {
                throw new IllegalArgumentException(NodeLabel.of(node) + ": parts of 0 elements");
            }
            SubGraphs.of(node).forEach(inner -> requireParts(inner, zeros));
        }
    }

    /** Sizes are of these types; others, such as strings, are not read. */
    private static boolean isZero(TensorProto tensor) {
        boolean integer = tensor != null
                && (tensor.getDataType() == DataType.INT64.code() || tensor.getDataType() == DataType.INT32.code());
        return integer && tensor.getDimsCount() == 0 && isZero(TensorReader.read(tensor));
    }

    private static boolean isZero(Tensor tensor) {
        return tensor.shape().rank() == 0 && tensor.number(0) == 0;
    }

    private static boolean is(NodeProto node, Set<String> operators) {
        return node.getDomain().isEmpty() && operators.contains(node.getOpType());
    }

    private static boolean isAlias(NodeProto node, Map<String, Elements> elements) {
        return node.getOpType().equals("Identity") && elements.containsKey(node.getInput(0));
    }

    /** Without the sequences that nobody reads any more. */
    private ModelProto model(GraphProto graph) {
        Set<String> needed = Declared.outputs(graph);
        List<NodeProto> left = new ArrayList<>();
        for (int i = kept.size() - 1; i >= 0; i--) {
            NodeProto node = kept.get(i);
            if (!elements.containsKey(node.getOutput(0)) || needed.contains(node.getOutput(0))) {
                left.add(node);
                SubGraphs.reads(node).forEach(needed::add);
            }
        }
        Collections.reverse(left);
        left.forEach(body::add);
        return body.model();
    }

    // ---- made

    private void make(NodeProto node) {
        Elements made =
                switch (node.getOpType()) {
                    case "SequenceConstruct" -> new Listed(node.getInputList());
                    case "SequenceEmpty" -> new Listed(List.of());
                    case "SequenceErase" -> changed(node, 1, null);
                    case "SequenceInsert" -> changed(node, 2, node.getInput(1));
                    case "SplitToSequence" -> split(node);
                    default -> elements.get(node.getInput(0));
                };
        if (made != null) {
            elements.put(node.getOutput(0), made);
        }
    }

    private Elements split(NodeProto node) {
        if (!has(node, 1)) {
            return new Parts(node, null);
        }
        Tensor given = known.constant(node.getInput(1));
        // Others are an error wherever the model runs.
        boolean usable = given != null && given.shape().rank() <= 1 && given.allMatch(extent -> extent >= 0);
        return usable ? new Parts(node, given) : null;
    }

    /** @param inserted null where an element is taken away; both at the end where no place is given */
    private Elements changed(NodeProto node, int input, String inserted) {
        Elements before = elements.get(node.getInput(0));
        if (before == null || before.size() < 0) {
            return null;
        }
        int end = before.size() - (inserted == null ? 1 : 0);
        int at = has(node, input) ? place(node.getInput(input), before.size()) : end;
        if (at < 0 || at > end) {
            return null;
        }
        List<String> after = new ArrayList<>(before.all());
        if (inserted == null) {
            after.remove(at);
        } else {
            after.add(at, inserted);
        }
        listed += after.size();
        if (listed > MOST) {
            throw new IllegalArgumentException(
                    "its sequences, one after the other, have more than " + MOST + " elements");
        }
        return new Listed(after);
    }

    // ---- read

    /** Whether what a node reads is known: it is then replaced. */
    private boolean read(NodeProto node) {
        Elements from = elements.get(node.getInput(0));
        if (from == null) {
            return false;
        }
        String to = node.getOutput(0);
        if (node.getOpType().equals("SequenceAt")) {
            int at = place(node.getInput(1), from.size());
            boolean there = at >= 0 && (from.size() < 0 || at < from.size());
            if (there) {
                kept.add(Body.node("Identity", to, from.get(at)));
            }
            return there;
        }
        if (from.size() < 0) {
            return false;
        }
        if (node.getOpType().equals("SequenceLength")) {
            kept.add(Body.node("Identity", to, body.constant(to + "/length", from.size(), false)));
            return true;
        }
        if (from.size() > 0) {
            concatenate(node, from.all(), to);
        }
        return from.size() > 0;
    }

    private void concatenate(NodeProto node, List<String> from, String to) {
        Attributes attributes = Attributes.of(node.getAttributeList());
        long axis = attributes.integer("axis", 0);
        List<String> parts = from;
        if (attributes.integer("new_axis", 0) == 1) {
            parts = new ArrayList<>();
            for (String element : from) {
                String row = body.fresh(to + "/row");
                kept.add(body.withAxis("Unsqueeze", element, axis, row));
                parts.add(row);
            }
        }
        kept.add(Body.concat(parts, axis, to));
    }

    /** A place in a sequence, counted from its end where it is negative; -1 where it is not known. */
    private int place(String name, int size) {
        Tensor at = known.constant(name);
        if (at == null || at.shape().elements() != 1) {
            return -1;
        }
        long place = at.integers()[0];
        if (place >= 0) {
            return (int) Math.min(place, Integer.MAX_VALUE);
        }
        return size < 0 ? -1 : (int) Math.max(place + size, -1);
    }

    private static boolean has(NodeProto node, int input) {
        return node.getInputCount() > input && !node.getInput(input).isEmpty();
    }
}
