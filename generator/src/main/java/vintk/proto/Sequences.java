package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.Attributes;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;

/**
 * Sequences of tensors as those tensors, where it is known how many there are and which is taken: exporters write {@code torch.split}
 * and {@code torch.unbind} with them. What is not known stays in the graph.
 */
public final class Sequences {
    private static final Set<String> MADE_BY =
            Set.of("SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SplitToSequence");

    private static final Set<String> READ_BY = Set.of("ConcatFromSequence", "SequenceAt", "SequenceLength");

    private final ControlFlow.Knowledge known;
    private final Body body;
    private final List<NodeProto> kept = new ArrayList<>();
    private final Map<String, List<String>> elements = new HashMap<>();

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

    private static boolean is(NodeProto node, Set<String> operators) {
        return node.getDomain().isEmpty() && operators.contains(node.getOpType());
    }

    private static boolean isAlias(NodeProto node, Map<String, List<String>> elements) {
        return node.getOpType().equals("Identity") && elements.containsKey(node.getInput(0));
    }

    /** Without the sequences that nobody reads any more. */
    private ModelProto model(GraphProto graph) {
        Set<String> needed = new HashSet<>();
        graph.getOutputList().forEach(output -> needed.add(output.getName()));
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
        List<String> made =
                switch (node.getOpType()) {
                    case "SequenceConstruct" -> node.getInputList();
                    case "SequenceEmpty" -> List.<String>of();
                    case "SequenceErase" -> changed(node, 1, null);
                    case "SequenceInsert" -> changed(node, 2, node.getInput(1));
                    case "SplitToSequence" -> split(node);
                    default -> elements.get(node.getInput(0));
                };
        if (made != null) {
            elements.put(node.getOutput(0), made);
        }
    }

    /** @param inserted null where an element is taken away; both at the end where no place is given */
    private List<String> changed(NodeProto node, int input, String inserted) {
        List<String> before = elements.get(node.getInput(0));
        if (before == null) {
            return null;
        }
        int end = before.size() - (inserted == null ? 1 : 0);
        Integer at = has(node, input) ? place(node.getInput(input), before.size()) : Integer.valueOf(end);
        if (at == null || at < 0 || at > end) {
            return null;
        }
        List<String> after = new ArrayList<>(before);
        if (inserted == null) {
            after.remove(at.intValue());
        } else {
            after.add(at, inserted);
        }
        return after;
    }

    private List<String> split(NodeProto node) {
        Attributes attributes = Attributes.of(node.getAttributeList());
        long axis = attributes.integer("axis", 0);
        long[] extents = extents(node, axis);
        if (extents == null || extents.length == 0) {
            return null;
        }
        Bounds.requireNodes(kept.size() + (long) extents.length, ControlFlow.label(node) + ": its parts give");
        boolean single = !has(node, 1) && attributes.integer("keepdims", 1) == 0;
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < extents.length; i++) {
            parts.add(body.fresh(node.getOutput(0) + "/" + i));
        }
        kept.add(body.split(node.getInput(0), axis, extents, parts));
        return single ? parts.stream().map(part -> squeezed(part, axis)).toList() : parts;
    }

    private String squeezed(String part, long axis) {
        String name = body.fresh(part + "/element");
        kept.add(body.withAxis("Squeeze", part, axis, name));
        return name;
    }

    /** How long the parts are; null where that is not known. */
    private long[] extents(NodeProto node, long axis) {
        Tensor given = has(node, 1) ? known.constant(node.getInput(1)) : null;
        if (given != null && given.shape().rank() == 1) {
            return given.integers();
        }
        Shape shape = known.shape(node.getInput(0));
        if (shape == null || given == null && has(node, 1) || axis >= shape.rank() || -axis > shape.rank()) {
            return null;
        }
        long extent = shape.dim(shape.axis(Math.toIntExact(axis)));
        long part = given == null ? 1 : given.integers()[0];
        if (part < 1) {
            return null;
        }
        long count = (extent + part - 1) / part;
        Bounds.requireNodes(kept.size() + count, ControlFlow.label(node) + ": its parts give");
        long[] extents = new long[Math.toIntExact(count)];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = Math.min(part, extent - i * part);
        }
        return extents;
    }

    // ---- read

    /** Whether what a node reads is known: it is then replaced. */
    private boolean read(NodeProto node) {
        List<String> from = elements.get(node.getInput(0));
        if (from == null) {
            return false;
        }
        String to = node.getOutput(0);
        switch (node.getOpType()) {
            case "SequenceAt" -> {
                Integer at = place(node.getInput(1), from.size());
                if (at == null || at < 0 || at >= from.size()) {
                    return false;
                }
                kept.add(Body.node("Identity", to, from.get(at)));
            }
            case "SequenceLength" ->
                kept.add(Body.node("Identity", to, body.constant(to + "/length", from.size(), false)));
            default -> {
                if (from.isEmpty()) {
                    return false;
                }
                concatenate(node, from, to);
            }
        }
        return true;
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

    /** A place in a sequence, counted from its end where it is negative; null where it is not known. */
    private Integer place(String name, int size) {
        Tensor at = known.constant(name);
        if (at == null || at.shape().elements() != 1) {
            return null;
        }
        long place = at.integers()[0];
        return (int) (place < 0 ? place + size : place);
    }

    private static boolean has(NodeProto node, int input) {
        return node.getInputCount() > input && !node.getInput(input).isEmpty();
    }
}
