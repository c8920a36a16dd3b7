package vintk.autodiff;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import vintk.onnx.Graph;
import vintk.onnx.Node;
import vintk.onnx.Value;

/**
 * Which values carry the samples, and where. {@link #none()} is the tracking of a graph whose batch does not matter:
 * gradients are then those of the whole graph, as in any automatic differentiation.
 */
public final class BatchFlow {
    private final long samples;
    private final Map<Value, BatchAxis> axes;

    private BatchFlow(long samples, Map<Value, BatchAxis> axes) {
        this.samples = samples;
        this.axes = axes;
    }

    /** No sample axis: ordinary gradients. */
    public static BatchFlow none() {
        return new BatchFlow(0, Map.of());
    }

    /**
     * Follows the samples from inputs to the targets.
     *
     * @param inputs the axis on which each input carries the samples
     * @throws UntrackedBatchException naming the first node where samples meet or are lost
     */
    public static BatchFlow track(Map<Value, BatchAxis> inputs, Collection<Value> targets, long samples) {
        List<Node> nodes = Graph.nodes(targets);
        Map<Value, BatchAxis> rows = new IdentityHashMap<>();
        while (true) {
            try {
                return new BatchFlow(samples, through(nodes, inputs, samples, rows));
            } catch (UntrackedBatchException e) {
                // Something without samples is put beside something with, row by row. Where its rows are copies of
                // one (a class token expanded to the batch, a mask made for it), they are the samples' own.
                // Other axes come after the first: what is copied for as many heads as there are samples is not theirs.
                boolean found = e.rows() != null
                        && (addCopies(e.rows(), samples, rows, true) || addCopies(e.rows(), samples, rows, false));
                if (!found) {
                    throw e;
                }
            }
        }
    }

    /**
     * Adds the copies that a value is made of.
     *
     * @param first whether only those on axis 0
     * @return whether there are any that were not there
     */
    private static boolean addCopies(Value value, long samples, Map<Value, BatchAxis> rows, boolean first) {
        int before = rows.size();
        Stream.Builder<Value> constants = Stream.builder();
        constants.add(value);
        for (Node node : Graph.nodes(List.of(value))) {
            BatchAxis axis = LayoutRules.copies(node, samples);
            if (axis != null && (axis.axis() == 0 || !first)) {
                rows.put(node.output(), axis);
            }
            node.inputs().forEach(constants);
        }
        constants.build().filter(v -> v != null && isCopied(v, samples)).forEach(v -> rows.put(v, BatchAxis.at(0)));
        return rows.size() > before;
    }

    /**
     * A constant whose rows are all the same. Parameters, which are floats with names, belong to all samples together; vectors of
     * integers are shapes and axes.
     */
    private static boolean isCopied(Value value, long samples) {
        return value.isConstant()
                && (value.name() == null || !value.dataType().isFloating())
                && value.shape().rank() > 1
                && value.shape().dim(0) == samples
                && value.constant().commonRow() != null;
    }

    private static Map<Value, BatchAxis> through(
            List<Node> nodes, Map<Value, BatchAxis> inputs, long samples, Map<Value, BatchAxis> rows) {
        Map<Value, BatchAxis> axes = new IdentityHashMap<>(inputs);
        rows.forEach((value, axis) -> {
            if (value.isConstant()) {
                axes.put(value, axis);
            }
        });
        for (Node node : nodes) {
            List<BatchAxis> incoming = new ArrayList<>();
            boolean any = false;
            for (Value input : node.inputs()) {
                BatchAxis axis = input == null ? null : axes.get(input);
                incoming.add(axis);
                any |= axis != null;
            }
            BatchAxis axis = rows.get(node.output());
            if (any) {
                Rule rule = Rules.find(node);
                if (rule == null) {
                    throw Rules.missing(node);
                }
                axis = rule.flow().through(node, incoming, samples);
            }
            if (axis != null) {
                for (Value output : node.outputs()) {
                    axes.put(output, axis);
                }
            }
        }
        return axes;
    }

    /** Whether there is a sample axis at all. */
    public boolean isTracked() {
        return samples > 0;
    }

    /** N, the number of samples; 1 where they are not tracked. */
    public long samples() {
        return Math.max(samples, 1);
    }

    /** The axis on which a value carries samples, or null. */
    public BatchAxis of(Value value) {
        return axes.get(value);
    }

    /** Whether cotangents of a value have a sample axis of their own in front: it carries none, and samples are tracked. */
    boolean isLifted(Value value) {
        return isTracked() && !axes.containsKey(value);
    }

    /** Whether a node takes values without samples to one with: the place where the sample axis of a cotangent arises. */
    boolean isMeeting(Node node, Value input) {
        return isLifted(input) && !isLifted(node.output());
    }
}
