package vintk.proto;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import vintk.onnx.NodeLabel;
import vintk.onnx.Shape;
import vintk.onnx.Tensor;
import vintk.onnx.TensorReader;
import vintk.onnx.UnsupportedOperatorException;

/**
 * Puts If, Loop and Scan in the graph around them. A condition that is known chooses its branch; one that depends on data
 * keeps both, and a Where between their results. Loops are unrolled as often as they are known to run.
 *
 * <p>What is known grows as levels are put in: the caller alternates {@link #step} with finding out shapes and integers
 * until there is nothing left to do, then calls {@link #check}.
 */
public final class ControlFlow {
    /** What is known of a model's values for given inputs. */
    public interface Knowledge {
        /** The elements of an integer or boolean value, or null. */
        Tensor constant(String name);

        /** The shape of a value, or null. */
        Shape shape(String name);
    }

    /** Two values that must have one shape, and the node that chooses between them. */
    private record Alternatives(String node, String first, String second) {}

    /** A loop that computes whether it goes on takes a step an iteration, and the caller looks at the model at each. */
    private static final int STEPS = 128;

    private int steps;
    private final List<Alternatives> alternatives = new ArrayList<>();

    /** Whether a model has sub-graphs left. */
    public static boolean isIn(ModelProto model) {
        return SubGraphs.any(model.getGraph());
    }

    /**
     * The model with its outermost sub-graphs put in place.
     *
     * @throws UnsupportedOperatorException naming a node that cannot be: a loop whose end depends on data without a bound
     */
    public ModelProto step(ModelProto model, Knowledge given) {
        if (++steps > STEPS) {
            throw new UnsupportedOperatorException(
                    "its loops run on after " + STEPS + " rounds; how often must be known, or no more than that");
        }
        // LoopUnrolling counts in notes of its own; those of the file would be taken for them.
        GraphProto graph = (steps == 1 ? SubGraphs.map(model, ControlFlow::withoutNotes) : model).getGraph();
        Knowledge known = withInitializers(graph, given, SubGraphs::any);
        Body body = new Body(model);
        for (NodeProto node : graph.getNodeList()) {
            if (!SubGraphs.any(node)) {
                body.add(node);
                continue;
            }
            switch (node.getOpType()) {
                case "If" -> conditional(node, known, body);
                case "Loop" -> new LoopUnrolling(node, known, body).run();
                case "Scan" -> new ScanUnrolling(node, known, body).run();
                default ->
                    throw new UnsupportedOperatorException(
                            NodeLabel.of(node) + ": a sub-graph inside this operator is not handled");
            }
        }
        return body.model();
    }

    private static GraphProto withoutNotes(GraphProto graph) {
        GraphProto.Builder without = graph.toBuilder();
        without.getNodeBuilderList().forEach(NodeProto.Builder::clearDocString);
        return without.build();
    }

    private void conditional(NodeProto node, Knowledge known, Body body) {
        GraphProto first = Body.graph(node, "then_branch");
        GraphProto second = Body.graph(node, "else_branch");
        if (Math.min(first.getOutputCount(), second.getOutputCount()) < node.getOutputCount()) {
            throw new IllegalArgumentException(NodeLabel.of(node) + ": its branches have " + first.getOutputCount()
                    + " and " + second.getOutputCount() + " outputs, it has " + node.getOutputCount());
        }
        Tensor condition = known.constant(node.getInput(0));
        if (condition != null) {
            GraphProto taken = single(condition, node).number(0) != 0 ? first : second;
            List<String> results = body.inline(body.bare(taken, node), List.of(), node, "");
            for (int i = 0; i < node.getOutputCount(); i++) {
                body.identity(results.get(i), node.getOutput(i));
            }
            return;
        }
        List<String> yes = body.inline(body.bare(first, node), List.of(), node, "then/");
        List<String> no = body.inline(body.bare(second, node), List.of(), node, "else/");
        for (int i = 0; i < node.getOutputCount(); i++) {
            if (!node.getOutput(i).isEmpty()) {
                body.where(node.getInput(0), yes.get(i), no.get(i), node.getOutput(i));
                alternatives.add(new Alternatives(NodeLabel.of(node), yes.get(i), no.get(i)));
            }
        }
    }

    /** The results of both branches of a condition that depends on data must have one shape. */
    public void check(Knowledge known) {
        for (Alternatives pair : alternatives) {
            Shape first = known.shape(pair.first());
            Shape second = known.shape(pair.second());
            if (first != null && second != null && !first.equals(second)) {
                throw new UnsupportedOperatorException(pair.node() + ": its branches give shapes " + first + " and "
                        + second + ", and which is taken depends on the data");
            }
        }
    }

    /** A number of trips or a condition: of one element. */
    static Tensor single(Tensor tensor, NodeProto node) {
        if (tensor.shape().elements() != 1) {
            throw new IllegalArgumentException(
                    NodeLabel.of(node) + ": its condition or number of trips has shape " + tensor.shape());
        }
        return tensor;
    }

    /** What is known with what the initializers say that some nodes read. */
    static Knowledge withInitializers(GraphProto graph, Knowledge given, Predicate<NodeProto> readers) {
        return new WithInitializers(graph, given, readers);
    }

    /** What the graph's initializers say, and then what else is known. */
    private static final class WithInitializers implements Knowledge {
        private final Map<String, Tensor> integers = new HashMap<>();
        private final Knowledge other;

        WithInitializers(GraphProto graph, Knowledge other, Predicate<NodeProto> readers) {
            this.other = other;
            Set<String> read = new HashSet<>();
            graph.getNodeList().stream().filter(readers).forEach(n -> read.addAll(n.getInputList()));
            graph.getInitializerList().stream()
                    .filter(t -> read.contains(t.getName()))
                    .forEach(t -> integers.put(t.getName(), TensorReader.read(t)));
        }

        @Override
        public Tensor constant(String name) {
            Tensor own = integers.get(name);
            return own != null ? own : other.constant(name);
        }

        @Override
        public Shape shape(String name) {
            Tensor own = integers.get(name);
            return own != null ? own.shape() : other.shape(name);
        }
    }
}
