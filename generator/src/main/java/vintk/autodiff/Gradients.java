package vintk.autodiff;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.UnsupportedOperatorException;
import vintk.onnx.Value;

/**
 * Reverse-mode differentiation: walks back from one value over the nodes that matter and collects, for every target, the
 * contributions to its gradient.
 *
 * <p>With a tracked batch the gradients are per sample; the chain rule is the same, since the cotangent of a value that
 * carries samples at sample i depends on sample i alone.
 */
public final class Gradients {
    private final BatchFlow batch;
    private final Map<Value, Accumulator> accumulators = new IdentityHashMap<>();

    private SteepOperators steepOperators;

    /** Whether a steep operator has been passed, on the way back from the output. */
    private boolean steep;

    private Gradients(BatchFlow batch) {
        this.batch = batch;
    }

    /**
     * The gradients of ⟨seed, output⟩.
     *
     * @param output the value to differentiate
     * @param seed the cotangent of the output, of its shape or of extent 1 along axes where it is constant
     * @param targets constants or inputs
     * @param batch the tracked batch, or {@link BatchFlow#none()}
     * @return for each target that the output depends on differentiably, in the order of {@code targets}, the collected
     *     contributions
     * @throws UnsupportedOperatorException naming a node on the way that has no rule
     */
    public static Map<Value, Accumulator> of(Value output, Value seed, Collection<Value> targets, BatchFlow batch) {
        return new Gradients(batch).run(output, seed, targets);
    }

    /**
     * The nodes through which a gradient of the output by a target flows, each after those it depends on, and of each
     * the inputs by which it is differentiated.
     */
    public static Map<Node, List<Value>> path(Value output, Collection<Value> targets) {
        List<Node> nodes = Graph.nodes(List.of(output));
        Set<Value> active = activeValues(nodes, targets);
        Set<Value> reached = Collections.newSetFromMap(new IdentityHashMap<>());
        reached.add(output);
        List<Node> found = new ArrayList<>();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            if (node.outputs().stream().anyMatch(y -> reached.contains(y) && active.contains(y))) {
                found.add(0, node);
                reached.addAll(activeInputs(node, active));
            }
        }
        Map<Node, List<Value>> path = new LinkedHashMap<>();
        found.forEach(node -> path.put(node, activeInputs(node, active)));
        return path;
    }

    private static List<Value> activeInputs(Node node, Set<Value> active) {
        return node.inputs().stream()
                .filter(x -> x != null && active.contains(x))
                .distinct()
                .toList();
    }

    private Map<Value, Accumulator> run(Value output, Value seed, Collection<Value> targets) {
        List<Node> nodes = Graph.nodes(List.of(output));
        Set<Value> active = activeValues(nodes, targets);
        Map<Value, Accumulator> found = new LinkedHashMap<>();
        if (!active.contains(output)) {
            return found;
        }
        accumulator(output).add(new Cotangent.Aligned(seed), output.shape(), batch.of(output));
        steepOperators = new SteepOperators(nodes, active);
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            for (int o = 0; o < node.outputs().size(); o++) {
                Value y = node.outputs().get(o);
                Accumulator collected = accumulators.get(y);
                if (collected != null && active.contains(y)) {
                    if (o > 0) {
                        throw new UnsupportedOperatorException(
                                "no gradient rule for output " + (o + 1) + " of " + node);
                    }
                    pullBack(node, collected, active);
                }
            }
        }
        for (Value target : targets) {
            Accumulator collected = accumulators.get(target);
            if (collected != null) {
                found.put(target, collected);
            }
        }
        return found;
    }

    /** The values that depend on a target through operators with a gradient. */
    private static Set<Value> activeValues(List<Node> nodes, Collection<Value> targets) {
        Set<Value> active = Collections.newSetFromMap(new IdentityHashMap<>());
        active.addAll(targets);
        for (Node node : nodes) {
            boolean reached = node.inputs().stream().anyMatch(v -> v != null && active.contains(v));
            if (!reached) {
                continue;
            }
            Rule rule = Rules.find(node);
            if (rule == null) {
                throw Rules.missing(node);
            }
            if (rule.isDifferentiable()) {
                QuantizationRules.requireDequantize(node, active);
                for (Value output : node.outputs()) {
                    if (output.dataType().isFloating() || QuantizationRules.carriesGradient(node)) {
                        active.add(output);
                    }
                }
            }
        }
        return active;
    }

    private void pullBack(Node node, Accumulator collected, Set<Value> active) {
        Cotangent unmultiplied = collected.throughLayout();
        if (unmultiplied != null) {
            accumulator(node.input(0)).add(unmultiplied, node.output().shape(), null);
            return;
        }
        Rule rule = Rules.find(node);
        Value dy = collected.value();
        List<Cotangent> cotangents;
        try {
            cotangents = rule.pullback().of(new Pull(node, dy, batch, active, steep));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("the gradient rule of " + node + " failed: " + e.getMessage(), e);
        }
        steep |= steepOperators.contains(node);
        for (int i = 0; i < node.inputs().size(); i++) {
            Value input = node.input(i);
            if (input == null || !active.contains(input)) {
                continue;
            }
            Cotangent cotangent = i < cotangents.size() ? cotangents.get(i) : null;
            if (cotangent == null) {
                throw new UnsupportedOperatorException("no gradient by input " + (i + 1) + " of " + node);
            }
            requireOneRow(node, input);
            try {
                accumulator(input).add(cotangent, node.output().shape(), batch.of(node.output()));
            } catch (IllegalArgumentException e) {
                throw new IllegalStateException(
                        "cotangent of input " + (i + 1) + " of " + node + ": " + e.getMessage(), e);
            }
        }
    }

    /** A value without samples that meets them row by row has no gradient a sample: its rows are different parameters. */
    private void requireOneRow(Node node, Value input) {
        BatchAxis axis = batch.of(node.output());
        boolean aligned = Rules.find(node).flow() == Flow.ELEMENTWISE;
        if (aligned && axis != null && batch.isLifted(input)) {
            int own = axis.axis() - node.output().shape().rank() + input.shape().rank();
            if (own >= 0 && input.shape().dim(own) != 1) {
                throw new UntrackedBatchException(node, input);
            }
        }
    }

    private Accumulator accumulator(Value value) {
        return accumulators.computeIfAbsent(value, v -> new Accumulator(v, batch.isLifted(v), batch.samples()));
    }
}
